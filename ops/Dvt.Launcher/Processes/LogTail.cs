namespace Dvt.Launcher;

static class LogTail
{
    const int Window = 64 * 1024;

    /// <summary>The last lines of a log, empty when there is none.</summary>
    public static string Of(string file, int lines = 30)
    {
        if (!File.Exists(file))
        {
            return "";
        }

        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        stream.Seek(-Math.Min(Window, stream.Length), SeekOrigin.End);
        using var reader = new StreamReader(stream);
        return string.Join('\n', reader.ReadToEnd().TrimEnd('\n').Split('\n').TakeLast(lines));
    }
}
