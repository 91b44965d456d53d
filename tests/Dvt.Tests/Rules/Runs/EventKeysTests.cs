using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Runs;
using Xunit;

namespace Dvt.Tests.Rules.Runs;

public sealed class EventKeysTests
{
    public static TheoryData<string, string?, int, string, string, string, string> Vectors()
    {
        var data = new TheoryData<string, string?, int, string, string, string, string>();
        var file = Path.Combine(AppContext.BaseDirectory, "Rules", "Runs", "Data", "idempotency-vectors.json");
        foreach (var vector in JsonElement.Parse(File.ReadAllBytes(file)).GetProperty("vectors").EnumerateArray())
            data.Add(
                vector.GetProperty("runId").GetString()!, vector.GetProperty("stepId").GetString(), vector.GetProperty("logicalAttemptId").GetInt32(),
                vector.GetProperty("eventType").GetString()!, vector.GetProperty("planId").GetString()!,
                vector.GetProperty("planVersion").GetString()!, vector.GetProperty("sha256").GetString()!);
        return data;
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void The_published_vectors_hold(string runId, string? stepId, int attempt, string type, string planId, string version, string key) =>
        Assert.Equal(key, EventKeys.Of(runId, stepId, attempt, type, planId, version));

    [Fact]
    public void There_are_five_vectors() => Assert.Equal(5, Vectors().Count);

    [Fact]
    public void What_can_come_again_is_keyed_by_its_count_and_not_by_the_attempt()
    {
        var first = EventKeys.Of("r", new StepRecovered("a", Attempt: 7, EngineAttempt: 2, Occurrence: 1), "p", "1");
        Assert.Equal(EventKeys.Of("r", "a", 1, "StepRecovered", "p", "1"), first);
        Assert.Equal(EventKeys.Of("r", stepId: null, 2, "RunPaused", "p", "1"), EventKeys.Of("r", new RunPaused("SIGNAL", "s", null, 2), "p", "1"));
    }
}
