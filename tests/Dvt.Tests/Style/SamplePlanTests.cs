using System.Text.Json;
using Dvt.Engine.Plans;
using Xunit;

namespace Dvt.Tests.Style;

public sealed class SamplePlanTests
{
    static readonly JsonElement Tour = JsonElement.Parse(Repository.File("ops/samples/demo-tour.json").Text);

    [Fact]
    public void The_sample_plan_is_valid() => Assert.Empty(Plan.Check(Tour, StepKinds.BuiltIn).Faults);

    [Fact]
    public void The_plan_on_the_page_about_compensation_is_valid() =>
        Assert.Empty(Plan.Check(JsonElement.Parse(Repository.File("ops/compensation.md").Text.Split("```json")[1].Split("```")[0]), StepKinds.BuiltIn).Faults);

    /// <summary>All but <c>echo</c>, which is for benches and tests.</summary>
    [Fact]
    public void It_shows_every_step_kind_there_is() =>
        Assert.Equal(StepKinds.BuiltIn.All.Select(k => k.Name).Where(k => k != "echo"), Tour.GetProperty("steps").EnumerateArray().Select(s => s.GetProperty("kind").GetString()!).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void Its_input_schema_accepts_its_own_examples_and_wants_the_sandbox()
    {
        var plan = Plan.Check(Tour, StepKinds.BuiltIn).Plan!;
        foreach (var example in Tour.GetProperty("inputSchema").GetProperty("examples").EnumerateArray())
            Assert.Empty(plan.CheckInput(example));
        Assert.NotEmpty(plan.CheckInput(JsonElement.Parse("{}")));
    }

    [Fact]
    public void Persons_read_it_in_English_and_Spanish()
    {
        Assert.Contains(" / ", Tour.GetProperty("name").GetString()!, StringComparison.Ordinal);
        foreach (var step in Tour.GetProperty("steps").EnumerateArray())
            Assert.Contains(" / ", step.GetProperty("description").GetString()!, StringComparison.Ordinal);
    }
}
