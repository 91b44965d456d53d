using Microsoft.Extensions.Logging;

namespace Dvt.Pipeline;

/// <summary>Work that never ends: faults of the infrastructure pause it, others are logged, and it starts again.</summary>
public static class Loop
{
    static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    public static async Task RunAsync(string what, ILogger log, Func<CancellationToken, Task> work, CancellationToken stop)
    {
        var pause = FirstPause;
        while (!stop.IsCancellationRequested)
        {
            var began = TimeProvider.System.GetTimestamp();
            try
            {
                await work(stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (Postgres.IsUnavailable(fault) || RabbitMq.IsUnavailable(fault))
            {
                PipelineLog.Paused(log, what, fault.Message);
            }
            catch (Exception fault)
            {
                PipelineLog.LoopFailed(log, fault, what);
            }
            if (TimeProvider.System.GetElapsedTime(began) > TimeSpan.FromSeconds(5))
                pause = FirstPause;
            await PauseAsync(pause, stop);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <summary>A delay that ends quietly when the process stops.</summary>
    public static Task PauseAsync(TimeSpan pause, CancellationToken stop) =>
        Task.Delay(pause, stop).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
