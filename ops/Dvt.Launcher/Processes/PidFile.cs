namespace Dvt.Launcher;

/// <summary>Where a process that outlives its starter is written down, so that the next one can find and end it.</summary>
sealed class PidFile(string path)
{
    public string Path => path;

    public void Write(ProcessIdentity process) => WholeFile.Write(path, process + "\n");

    /// <summary>The recorded process if it still runs; a stale record is deleted.</summary>
    public ProcessIdentity? Living()
    {
        if (!File.Exists(path))
        {
            return null;
        }

        var recorded = ProcessIdentity.Parse(File.ReadAllText(path));
        if (recorded is { IsAlive: true })
        {
            return recorded;
        }

        Delete();
        return null;
    }

    public async Task EndAsync(Signal politely, TimeSpan patience)
    {
        if (Living() is { } process)
        {
            await process.EndAsync(politely, patience);
        }

        Delete();
    }

    public void Delete() => File.Delete(path);
}
