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
}
