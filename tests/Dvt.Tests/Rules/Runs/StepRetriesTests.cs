using Dvt.Contracts;
using Dvt.Engine.Runs;
using Dvt.Tests.Support;
using Dvt.Workers.Runs;
using Xunit;

namespace Dvt.Tests.Rules.Runs;

public sealed class StepRetriesTests
{
    /// <summary>Attempts that follow, their pauses, and how often no other follows, as the worker counts a run's events.</summary>
    static (double Again, double Seconds, double GivenUp) Told(Counted counted, string operation) => (
        counted[$"retry_attempts_total{{operation={operation}}}"], counted[$"retry_delay_seconds{{operation={operation}}}"],
        counted[$"retry_exhausted_total{{operation={operation}}}"]);

    static void Count(Scenario run, Decision decision)
    {
        var row = new RunRow(Guid.NewGuid(), run.Run, slot: 0, Guid.NewGuid(), keyId: null);
        foreach (var e in decision.Events)
            RunMeters.Count(e, row, run.Now);
    }

    [Fact]
    public void A_step_counts_each_attempt_that_follows_and_the_last_as_given_up()
    {
        using var counted = new Counted();
        var run = Scenario.Of("""[{"stepId":"a","kind":"call","onError":"park","retry":{"maxAttempts":2,"initial":"PT10S"}}]""");
        run.Start();
        Count(run, run.Fail("a", retryable: true));
        var (again, seconds, givenUp) = Told(counted, "step");
        Assert.Equal((1, 0), (again, givenUp));
        Assert.InRange(seconds, 8, 10);
        run.Wake(TimeSpan.FromSeconds(10));
        Count(run, run.Fail("a", retryable: true));
        Assert.Equal((1, seconds, 1), Told(counted, "step"));
        // A person waits for nothing.
        Count(run, run.Signal(SignalTypes.RetryStep, """{"stepId":"a"}"""));
        Assert.Equal((2, seconds, 1), Told(counted, "step"));
    }

    [Theory]
    [InlineData(3, false)]
    [InlineData(1, true)]
    public void What_is_not_tried_again_at_all_is_neither(int maxAttempts, bool retryable)
    {
        using var counted = new Counted();
        var run = Scenario.Of($$"""[{"stepId":"a","kind":"call","retry":{"maxAttempts":{{maxAttempts}} } }]""");
        run.Start();
        Count(run, run.Fail("a", retryable));
        Assert.Equal((0, 0, 0), Told(counted, "step"));
    }

    [Fact]
    public void Items_of_a_map_count_as_steps()
    {
        using var counted = new Counted();
        var run = Scenario.Of("""
            [{"stepId":"fan","kind":"map","with":{"items":[0,1],"onItemError":"continue","step":{"kind":"call","retry":{"maxAttempts":2,"initial":"PT1S"} } } }]
            """);
        run.Start();
        Count(run, run.Fail("fan[1]", retryable: true));
        Assert.Equal((1, 0), (Told(counted, "step").Again, Told(counted, "step").GivenUp));
        run.Wake(TimeSpan.FromSeconds(1));
        Count(run, run.Fail("fan[1]", retryable: true));
        Assert.Equal((1, 1), (Told(counted, "step").Again, Told(counted, "step").GivenUp));
    }

    [Fact]
    public void Compensations_count_apart()
    {
        using var counted = new Counted();
        var run = Scenario.Of("""
            [{"stepId":"a","kind":"call","compensate":{"kind":"call","onError":"park","retry":{"maxAttempts":2,"initial":"PT10S"}}},
             {"stepId":"b","kind":"call","onError":"compensate"}]
            """);
        run.Start();
        run.Complete("a");
        Count(run, run.Fail("b"));
        Count(run, run.Fail("a/compensate", retryable: true, attempt: 1));
        var (again, seconds, givenUp) = Told(counted, "compensation");
        Assert.Equal((1, 0), (again, givenUp));
        Assert.InRange(seconds, 8, 10);
        run.Wake(TimeSpan.FromSeconds(10));
        Count(run, run.Fail("a/compensate", retryable: true, attempt: 2));
        Assert.Equal((1, seconds, 1), Told(counted, "compensation"));
        Count(run, run.Signal(SignalTypes.RetryStep, """{"stepId":"a"}"""));
        Assert.Equal((2, seconds, 1), Told(counted, "compensation"));
        Assert.Equal((0, 0, 0), Told(counted, "step"));
    }
}
