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
    public void The_sample_of_bookings_is_valid_and_takes_its_own_examples()
    {
        var document = JsonElement.Parse(Repository.File("ops/samples/stay-with-deposit.json").Text);
        var check = Plan.Check(document, DomainKinds.All);
        Assert.Empty(check.Faults);
        Assert.All(document.GetProperty("inputSchema").GetProperty("examples").EnumerateArray(), example => Assert.Empty(check.Plan!.CheckInput(example)));
        Assert.All(document.GetProperty("steps").EnumerateArray(), step => Assert.Contains(" / ", step.GetProperty("description").GetString()!, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("ops/approvals.md")]
    [InlineData("ops/compensation.md")]
    public void The_plan_on_a_page_is_valid(string page) =>
        Assert.Empty(Plan.Check(JsonElement.Parse(Repository.File(page).Text.Split("```json")[1].Split("```")[0]), StepKinds.BuiltIn).Faults);

    [Fact]
    public void The_plans_on_the_page_about_maps_and_sub_runs_are_valid()
    {
        var plans = Repository.File("ops/maps-and-subruns.md").Text.Split("```json").Skip(1).Select(part => part.Split("```")[0]).ToList();
        Assert.Equal(2, plans.Count);
        Assert.All(plans, plan => Assert.Empty(Plan.Check(JsonElement.Parse(plan), StepKinds.BuiltIn).Faults));
    }

    /// <summary>All but <c>echo</c>, which is for benches and tests, and <c>plan</c>, which needs a second plan beside it.</summary>
    [Fact]
    public void It_shows_every_step_kind_there_is() =>
        Assert.Equal(StepKinds.BuiltIn.All.Select(k => k.Name).Where(k => k is not ("echo" or "plan")), Tour.GetProperty("steps").EnumerateArray().Select(s => s.GetProperty("kind").GetString()!).Distinct().Order(StringComparer.Ordinal));

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
