namespace Dvt.Tests.Launcher;

/// <summary>A folder that is gone after the test.</summary>
sealed class TemporaryFolder : IDisposable
{
    readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("dvt-launcher-");

    public TemporaryFolder() =>
        // System users that servers run as must be able to enter.
        File.SetUnixFileMode(directory.FullName, (UnixFileMode)0b111_101_101);

    public string Path => directory.FullName;

    public string At(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => directory.Delete(recursive: true);
}
