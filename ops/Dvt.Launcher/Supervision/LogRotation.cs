namespace Dvt.Launcher;

/// <summary>Keeps each log below a size: <c>x.log</c> and two older ones, <c>x.log.1</c> and <c>x.log.2</c>.</summary>
static class LogRotation
{
    const long MaxBytes = 10 * 1024 * 1024;
    static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    public static async Task RunAsync(string directory, CancellationToken stop)
    {
        while (true)
        {
            foreach (var log in Directory.GetFiles(directory, "*.log"))
            {
                Rotate(log, MaxBytes);
            }

            await Task.Delay(Every, stop);
        }
    }

    public static void Rotate(string log, long maxBytes)
    {
        if (new FileInfo(log).Length <= maxBytes)
        {
            return;
        }

        if (File.Exists(log + ".1"))
        {
            File.Move(log + ".1", log + ".2", overwrite: true);
        }

        File.Copy(log, log + ".1");
        // Truncated in place: the writers hold it open for appending and go on at its new end.
        using var file = new FileStream(log, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.SetLength(0);
    }
}
