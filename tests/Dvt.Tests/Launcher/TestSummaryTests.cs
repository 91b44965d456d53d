using Dvt.Launcher;
using Xunit;

namespace Dvt.Tests.Launcher;

public sealed class TestSummaryTests
{
    [Theory]
    [InlineData(3, 3, 0, 0, "3 passed, 0 failed", 0)]
    [InlineData(5, 3, 2, 1, "3 passed, 2 failed", 1)]
    [InlineData(6, 3, 1, 1, "3 passed, 1 failed, 2 skipped", 1)]
    [InlineData(2, 2, 0, 1, "2 passed, 1 failed", 1)]
    [InlineData(0, 0, 0, 0, "0 passed, 0 failed", 1)]
    public void The_last_line_and_the_exit_code_follow_the_results(
        int total, int passed, int failed, int runnerExit, string line, int exitCode)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.At("results.trx"), $"""
            <TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010">
              <ResultSummary outcome="Completed">
                <Counters total="{total}" executed="{passed + failed}" passed="{passed}" failed="{failed}" error="0" notExecuted="0" />
              </ResultSummary>
            </TestRun>
            """);
        var summary = TestSummary.Of(folder.At("results.trx"), runnerExit);
        Assert.Equal(line, summary.ToString());
        Assert.Equal(exitCode, summary.ExitCode);
    }

    [Fact]
    public void Without_results_the_run_failed()
    {
        var summary = TestSummary.Of("/nonexistent/results.trx", exitCode: 0);
        Assert.Equal("0 passed, 1 failed", summary.ToString());
        Assert.Equal(1, summary.ExitCode);
    }

    [Fact]
    public void A_few_failures_of_real_processes_may_be_run_once_more()
    {
        var summary = WithFailures(passed: 10, "Dvt.Tests.Journeys.A", "Dvt.Tests.Chaos.B");
        Assert.True(summary.MayRepeat);
        Assert.Equal(["Dvt.Tests.Chaos.B.It_holds", "Dvt.Tests.Journeys.A.It_holds"], summary.Failures);
    }

    [Fact]
    public void A_rule_that_fails_once_has_failed() =>
        Assert.False(WithFailures(passed: 10, "Dvt.Tests.Journeys.A", "Dvt.Tests.Rules.Runs.B").MayRepeat);

    [Fact]
    public void Many_failures_are_no_matter_of_a_busy_machine() =>
        Assert.False(WithFailures(passed: 10, [.. Enumerable.Range(0, 11).Select(n => $"a{n}")]).MayRepeat);

    [Fact]
    public void What_fails_again_alone_has_failed()
    {
        var summary = WithFailures(passed: 10, "a", "b");
        Assert.Equal("11 passed, 1 failed", summary.Repeated(WithFailures(passed: 1, "b")).ToString());
        Assert.Equal(1, summary.Repeated(WithFailures(passed: 1, "b")).ExitCode);
        Assert.Equal("12 passed, 0 failed", summary.Repeated(WithFailures(passed: 2)).ToString());
    }

    [Fact]
    public void What_did_not_run_again_has_failed()
    {
        var summary = WithFailures(passed: 10, "a", "b");
        Assert.Equal(summary, summary.Repeated(TestSummary.NothingRan with { BrokeOff = true }));
        Assert.Equal(summary, summary.Repeated(WithFailures(passed: 1)));
    }

    /// <param name="failed">Classes, each with one test that failed.</param>
    static TestSummary WithFailures(int passed, params string[] failed)
    {
        using var folder = new TemporaryFolder();
        var results = failed.Select((_, n) => $"""<UnitTestResult testId="{n}" outcome="Failed" />""");
        var tests = failed.Select((name, n) => $"""<UnitTest id="{n}"><TestMethod className="{name}" name="It_holds" /></UnitTest>""");
        File.WriteAllText(folder.At("results.trx"), $"""
            <TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010">
              <Results>{string.Concat(results)}</Results>
              <TestDefinitions>{string.Concat(tests)}</TestDefinitions>
              <ResultSummary outcome="Completed">
                <Counters total="{passed + failed.Length}" passed="{passed}" failed="{failed.Length}" />
              </ResultSummary>
            </TestRun>
            """);
        return TestSummary.Of(folder.At("results.trx"), failed.Length == 0 ? 0 : 1);
    }
}
