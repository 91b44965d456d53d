using System.Globalization;

namespace Dvt.Launcher;

/// <summary>What runs now, as /proc shows it.</summary>
static class ProcessTable
{
    /// <summary>Processes whose current directory is exactly this one.</summary>
    public static IReadOnlyList<ProcessIdentity> WorkingIn(string directory) =>
        Pids()
            .Where(pid => CurrentDirectory(pid) == directory)
            .Select(ProcessIdentity.Of)
            .OfType<ProcessIdentity>()
            .ToList();

    /// <summary>Processes started with this variable, as far as we may look into them.</summary>
    public static IReadOnlyList<ProcessIdentity> With(string variable, string value) =>
        Pids()
            .Where(pid => pid != Environment.ProcessId && Variables(pid).Contains($"{variable}={value}"))
            .Select(ProcessIdentity.Of)
            .OfType<ProcessIdentity>()
            .ToList();

    static string[] Variables(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/environ").Split('\0');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    static IEnumerable<int> Pids() =>
        Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var pid) ? pid : 0)
            .Where(pid => pid > 1);

    static string? CurrentDirectory(int pid)
    {
        try
        {
            return new FileInfo($"/proc/{pid}/cwd").LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
