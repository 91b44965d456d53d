namespace Dvt.Pipeline;

/// <summary>Tells those of this process who look for something that it may have come. A hint only: they also look by themselves.</summary>
public abstract class Wake
{
    TaskCompletionSource up = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The next waking; take it before looking, so that what comes while looking is not missed.</summary>
    public Task Next => Volatile.Read(ref up).Task;

    public void Up() => Interlocked.Exchange(ref up, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    /// <summary>Waits for a waking taken earlier with <see cref="Next"/>.</summary>
    public static async Task WaitAsync(Task next, TimeSpan atMost, CancellationToken stop)
    {
        try
        {
            await next.WaitAsync(atMost, stop);
        }
        catch (TimeoutException)
        {
            // Looking anyway: the hint may have been lost.
        }
    }
}
