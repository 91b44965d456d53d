namespace Dvt.Launcher;

/// <summary>Prints what is added to a log from now on.</summary>
sealed class GrowingLog(string file)
{
    long read = File.Exists(file) ? new FileInfo(file).Length : 0;

    public void PrintNew()
    {
        if (!File.Exists(file))
        {
            return;
        }

        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        // Shorter than before: it was rotated.
        stream.Position = read <= stream.Length ? read : 0;
        using var reader = new StreamReader(stream);
        Console.Write(reader.ReadToEnd());
        read = stream.Position;
    }
}
