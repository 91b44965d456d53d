using Microsoft.Extensions.Logging;

namespace Dvt.Workers.Effects;

/// <summary>Repeats bookkeeping until it succeeds: a fault of ours never becomes a failure of a step.</summary>
static class Patience
{
    const int FirstPause = 50;
    const int LongestPause = 1_000;

    public static async Task RunAsync(string what, string kind, Func<Task> work, ILogger log, CancellationToken stop)
    {
        for (var pause = FirstPause; ; pause = Math.Min(pause * 2, LongestPause))
            try
            {
                await work();
                return;
            }
            catch (Exception fault) when (!stop.IsCancellationRequested && !EffectRecords.IsOfData(fault))
            {
                EffectsLog.Waits(log, what, kind, fault.Message);
                await Task.Delay(pause, stop);
            }
    }
}
