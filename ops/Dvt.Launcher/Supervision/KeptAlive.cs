namespace Dvt.Launcher;

/// <summary>Something that is started again whenever it dies.</summary>
sealed class KeptAlive(string id, Func<Task> exited, Func<CancellationToken, Task> startAgain, Action<string> say)
{
    public string Id => id;

    /// <summary>How often it died, counting starts that failed.</summary>
    public int Deaths { get; private set; }

    /// <summary>Watches until told to stop; leaves what runs then running.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var backoff = new Backoff();
        for (var born = DateTime.UtcNow; ; born = DateTime.UtcNow)
        {
            await exited().WaitAsync(stop);
            Deaths++;
            var pause = backoff.After(DateTime.UtcNow - born);
            say($"{id} died; starting it again in {pause.TotalSeconds:0.##} s");
            await Task.Delay(pause, stop);
            try
            {
                await startAgain(stop);
                say($"{id} runs again");
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                say($"{id} did not start: {e.Message}");
            }
        }
    }
}
