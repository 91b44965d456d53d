using System.Globalization;

namespace Dvt.Launcher;

/// <summary>
/// A process beyond doubt: its id, its start in clock ticks since boot, and the boot.
/// A reused id differs in the start, a rebooted machine in the boot.
/// </summary>
sealed record ProcessIdentity(int Pid, long StartTicks, string BootId)
{
    /// <summary>The process that has this id now; null when there is none or it is a zombie.</summary>
    public static ProcessIdentity? Of(int pid)
    {
        string stat;
        try
        {
            stat = File.ReadAllText($"/proc/{pid}/stat");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        // The command name stands in parentheses and may itself hold spaces and parentheses.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var dead = fields[0] is "Z" or "X";
        return dead ? null : new(pid, long.Parse(fields[19], CultureInfo.InvariantCulture), Boot());
    }

    public bool IsAlive => Of(Pid) == this;

    public bool Signal(Signal signal) => IsAlive && Signals.Send(Pid, signal);

    /// <summary>Waits until the process is gone, however it is related to us; false when it outlasts the patience.</summary>
    public async Task<bool> GoneWithinAsync(TimeSpan patience)
    {
        for (var deadline = DateTime.UtcNow + patience; IsAlive; await Task.Delay(20))
        {
            if (DateTime.UtcNow > deadline)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Asks the process to end, and ends it when it has not done so in time.</summary>
    public async Task EndAsync(Signal politely, TimeSpan patience)
    {
        // A stopped process would keep the request pending until it is let go.
        Signal(politely);
        Signal(Launcher.Signal.Continue);
        if (!await GoneWithinAsync(patience))
        {
            Signal(Launcher.Signal.Kill);
            await GoneWithinAsync(TimeSpan.FromSeconds(5));
        }
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Pid} {StartTicks} {BootId}");

    public static ProcessIdentity? Parse(string text)
    {
        var parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return parts.Length == 3
            && int.TryParse(parts[0], CultureInfo.InvariantCulture, out var pid)
            && long.TryParse(parts[1], CultureInfo.InvariantCulture, out var ticks)
            ? new(pid, ticks, parts[2])
            : null;
    }

    static string Boot() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
}
