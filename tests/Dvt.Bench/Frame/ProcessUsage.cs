using System.Globalization;

namespace Dvt.Bench;

/// <summary>What a process has used so far, from <c>/proc</c>.</summary>
/// <param name="Cpu">Seconds of processor time, user and system.</param>
/// <param name="ResidentMb">Resident now.</param>
/// <param name="PeakMb">Resident at its largest.</param>
readonly record struct ProcessUsage(double Cpu, double ResidentMb, double PeakMb)
{
    const double TicksPerSecond = 100;

    public static ProcessUsage Of(int pid)
    {
        var status = File.ReadLines($"/proc/{pid}/status").ToList();
        return new(Ticks(pid, reaped: false) / TicksPerSecond, Mb(status, "VmRSS:"), Mb(status, "VmHWM:"));
    }

    static double Mb(List<string> status, string name) =>
        status.Find(l => l.StartsWith(name, StringComparison.Ordinal)) is { } line
            ? double.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) / 1024
            : 0;

    /// <summary>Processor seconds of a server that works in child processes, those that have ended included.</summary>
    public static double CpuOfTree(int pid)
    {
        var ticks = Ticks(pid, reaped: true);
        foreach (var child in Children(pid))
            ticks += Ticks(child, reaped: true);
        return ticks / TicksPerSecond;
    }

    static IEnumerable<int> Children(int parent) =>
        from folder in Directory.EnumerateDirectories("/proc")
        let pid = int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var number) ? number : 0
        where pid > 0 && Fields(pid) is { Length: > 2 } fields && fields[1] == parent.ToString(CultureInfo.InvariantCulture)
        select pid;

    /// <param name="reaped">With the time of children that have ended.</param>
    static double Ticks(int pid, bool reaped)
    {
        // After the name: state is field 0, utime 11, stime 12, those of reaped children 13 and 14.
        var fields = Fields(pid);
        return fields.Length < 15 ? 0 : fields[11..(reaped ? 15 : 13)].Sum(f => double.Parse(f, CultureInfo.InvariantCulture));
    }

    static string[] Fields(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return []; // It ended meanwhile.
        }
    }

    /// <summary>The process that listens on a loopback port; null when it cannot be told.</summary>
    public static int? Listener(int port)
    {
        var wanted = $":{port:X4}";
        var inodes = File.ReadLines("/proc/net/tcp").Concat(File.Exists("/proc/net/tcp6") ? File.ReadLines("/proc/net/tcp6") : [])
            .Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(f => f.Length > 9 && f[3] == "0A" && f[1].EndsWith(wanted, StringComparison.Ordinal))
            .Select(f => $"socket:[{f[9]}]")
            .ToHashSet();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid) && Holds(pid, inodes))
                return pid;
        return null;
    }

    static bool Holds(int pid, HashSet<string> inodes)
    {
        try
        {
            return Directory.EnumerateFiles($"/proc/{pid}/fd").Any(fd => new FileInfo(fd).LinkTarget is { } target && inodes.Contains(target));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
