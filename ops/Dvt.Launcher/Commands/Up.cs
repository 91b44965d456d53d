namespace Dvt.Launcher;

/// <summary><c>up</c>: a supervisor in the foreground, or one left running behind.</summary>
static class Up
{
    // Installing took place before; creating a cluster, migrating and waiting for the API take their own time limits.
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public static async Task<int> RunAsync(IReadOnlyList<string> given, CancellationToken cancellation)
    {
        var arguments = new Arguments(given);
        var detach = arguments.Flag("--detach");
        var workers = arguments.Number("--workers", otherwise: 1);
        arguments.NothingElse();

        var home = DvtHome.Find().Create();
        await StoppedAsync(home);
        var running = home.PidOf("supervisor").Living();
        if (running is not null)
        {
            Console.WriteLine("Dvt is running already.");
        }

        var log = new GrowingLog(home.LogOf("supervisor"));
        try
        {
            var supervisor = await ReadyAsync(home, running ?? await StartAsync(home, workers), log, cancellation);
            PrintCredentials(home);
            if (!detach && running is null)
            {
                await StayAsync(home, supervisor, log, cancellation);
            }

            return 0;
        }
        catch (OperationCanceledException) when (running is null)
        {
            await Down.StopAsync(home);
            log.PrintNew();
            throw;
        }
    }

    /// <summary>What <c>up --detach</c> leaves running.</summary>
    public static async Task<int> SuperviseAsync(IReadOnlyList<string> given, CancellationToken cancellation)
    {
        var arguments = new Arguments(given);
        var workers = arguments.Number("--workers", otherwise: 1);
        arguments.NothingElse();
        var home = DvtHome.Find().Create();
        await new Supervisor(home, Options(home, workers), Narrate).RunAsync(cancellation);
        return 0;
    }

    static SupervisorOptions Options(DvtHome home, int workers) => new(workers, NamedServers.FromEnvironment(home))
    {
        StandIns = Environment.GetEnvironmentVariable("DVT_ROLES") is { Length: > 0 } file ? file : null,
    };

    // One that is about to end would be mistaken for one that runs.
    static async Task StoppedAsync(DvtHome home)
    {
        if (SupervisorState.Read(home.StateFile) is { Phase: Phase.Stopping or Phase.Failed }
            && home.PidOf("supervisor").Living() is { } leaving)
        {
            await leaving.GoneWithinAsync(Patience);
        }
    }

    static async Task<ProcessIdentity> StartAsync(DvtHome home, int workers)
    {
        const string Launcher = "ops/Dvt.Launcher/Dvt.Launcher";
        await RunningCopy.RefreshAsync(home, Launcher);
        return Child.Start(new(
            ["dotnet", RunningCopy.Of(home, Launcher), "supervise", "--workers", $"{workers}"],
            CurrentEnvironment.With(new Dictionary<string, string>()),
            home.Root,
            home.LogOf("supervisor"))).Identity;
    }

    // Another up may have been quicker than the supervisor started here, so it is the one at work that counts.
    static async Task<ProcessIdentity> ReadyAsync(DvtHome home, ProcessIdentity started, GrowingLog log, CancellationToken cancellation)
    {
        for (var deadline = DateTime.UtcNow + Patience; DateTime.UtcNow < deadline; await Task.Delay(100, cancellation))
        {
            log.PrintNew();
            var state = SupervisorState.Read(home.StateFile);
            var atWork = home.PidOf("supervisor").Living();
            if (atWork is not null && state is { Phase: Phase.Ready } && state.Pid == atWork.Pid)
            {
                return atWork;
            }

            if (atWork is null && !started.IsAlive)
            {
                log.PrintNew();
                throw new LauncherException("did not start; the reason stands above");
            }
        }

        throw new LauncherException($"not ready after {Patience.TotalMinutes:0} minutes; see ./dvt logs");
    }

    /// <summary>Shows what the supervisor does until it ends, or ends it on Ctrl-C.</summary>
    static async Task StayAsync(DvtHome home, ProcessIdentity supervisor, GrowingLog log, CancellationToken cancellation)
    {
        Console.WriteLine("Ctrl-C stops everything.");
        while (supervisor.IsAlive && !cancellation.IsCancellationRequested)
        {
            await Task.Delay(200, CancellationToken.None);
            log.PrintNew();
        }

        await Down.StopAsync(home);
        log.PrintNew();
    }

    static void PrintCredentials(DvtHome home)
    {
        var env = EnvFile.Read(home.EnvFile);
        Console.WriteLine($"""

            Dvt runs at   {env["DVT_URL"]}
            sign in as    {env["DVT_EMAIL"]}
            with the key  {env["DVT_API_KEY"]}

            Or open this, which signs you in:
            {SignInLink(env)}

            For scripts: source {Path.GetRelativePath(home.Root, home.EnvFile)}
            """);
    }

    // What stands behind the # stays in the browser: it is in no log and no request. The sample plan asks where the sandbox is.
    static string SignInLink(IReadOnlyDictionary<string, string> env) =>
        $"{env["DVT_URL"]}/#email={Uri.EscapeDataString(env["DVT_EMAIL"])}&key={Uri.EscapeDataString(env["DVT_API_KEY"])}"
        + $"&default.sandboxUrl={Uri.EscapeDataString(env["DVT_SANDBOX_URL"])}";

    static void Narrate(string line) => Console.WriteLine($"{DateTime.UtcNow:HH:mm:ss} {line}");
}
