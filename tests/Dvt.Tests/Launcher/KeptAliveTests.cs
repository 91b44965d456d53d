using Dvt.Launcher;
using Xunit;

namespace Dvt.Tests.Launcher;

public sealed class KeptAliveTests
{
    [Fact]
    public void What_lived_for_a_while_is_started_again_at_once()
    {
        var backoff = new Backoff();
        Assert.All(Enumerable.Range(0, 20), _ => Assert.True(backoff.After(TimeSpan.FromMinutes(1)) < TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void What_keeps_dying_at_once_waits_longer_each_time_but_never_more_than_ten_seconds()
    {
        var backoff = new Backoff();
        var pauses = Enumerable.Range(0, 10).Select(_ => backoff.After(TimeSpan.Zero)).ToList();
        Assert.Equal(pauses.Order(), pauses);
        Assert.Equal(TimeSpan.FromSeconds(10), pauses[^1]);
    }

    [Fact]
    public void A_long_life_is_a_fresh_start()
    {
        var backoff = new Backoff();
        var first = backoff.After(TimeSpan.Zero);
        _ = Enumerable.Range(0, 10).Select(_ => backoff.After(TimeSpan.Zero)).ToList();
        backoff.After(TimeSpan.FromMinutes(1));
        Assert.True(backoff.After(TimeSpan.Zero) <= first * 2);
    }

    [Fact]
    public async Task A_start_that_fails_is_tried_again()
    {
        using var stop = new CancellationTokenSource();
        var starts = 0;
        var up = new TaskCompletionSource();
        var kept = new KeptAlive(
            "flaky",
            exited: () => up.Task.IsCompleted ? Task.Delay(Timeout.Infinite) : Task.CompletedTask,
            startAgain: _ =>
            {
                starts++;
                if (starts < 3)
                {
                    throw new InvalidOperationException("not yet");
                }

                up.SetResult();
                return Task.CompletedTask;
            },
            _ => { });
        var watching = kept.RunAsync(stop.Token);

        await up.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching);
        Assert.Equal(3, kept.Deaths);
    }
}
