namespace Dvt.Launcher;

/// <summary><c>status</c>: exit code 0 only when everything runs.</summary>
static class Status
{
    public static Task<int> RunAsync(IReadOnlyList<string> given, CancellationToken cancellation)
    {
        new Arguments(given).NothingElse();
        var home = DvtHome.Find();
        var supervisor = home.PidOf("supervisor").Living();
        var state = SupervisorState.Read(home.StateFile);
        if (supervisor is null || state is null)
        {
            Console.WriteLine("Dvt does not run.");
            return Task.FromResult(3);
        }

        var env = EnvFile.Read(home.EnvFile);
        Console.WriteLine($"{state.Phase.ToString().ToLowerInvariant(),-12}supervisor {supervisor.Pid}");
        Console.WriteLine($"{"url",-12}{env.GetValueOrDefault("DVT_URL")}");
        Console.WriteLine($"{"metrics",-12}{(File.Exists(home.MetricsFile) ? home.MetricsFile : "not yet")}");
        var processes = Processes(env.GetValueOrDefault("DVT_PIDS") ?? "").ToList();
        foreach (var (role, pid) in processes)
        {
            Console.WriteLine($"{role,-12}{pid,-9}{(ProcessIdentity.Of(pid) is null ? "dead" : "runs")}");
        }

        return Task.FromResult(state.Phase == Phase.Ready && processes.All(process => ProcessIdentity.Of(process.Pid) is not null) ? 0 : 3);
    }

    static IEnumerable<(string Role, int Pid)> Processes(string pids) =>
        from role in pids.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        let parts = role.Split('=')
        from pid in parts[1].Split(',')
        select (parts[0], int.Parse(pid, System.Globalization.CultureInfo.InvariantCulture));
}
