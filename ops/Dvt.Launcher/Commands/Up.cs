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
        if (home.PidOf("supervisor").Living() is { } running)
        {
            Console.WriteLine("Dvt is running already.");
            return await FollowAsync(home, running, cancellation);
        }

        return detach
            ? await FollowAsync(home, StartDetached(home, workers), cancellation)
            : await InForegroundAsync(home, new(workers), cancellation);
    }

    /// <summary>What <c>up --detach</c> leaves running.</summary>
    public static async Task<int> SuperviseAsync(IReadOnlyList<string> given, CancellationToken cancellation)
    {
        var arguments = new Arguments(given);
        var workers = arguments.Number("--workers", otherwise: 1);
        arguments.NothingElse();
        await new Supervisor(DvtHome.Find().Create(), new(workers), Narrate).RunAsync(cancellation);
        return 0;
    }

    static async Task<int> InForegroundAsync(DvtHome home, SupervisorOptions options, CancellationToken cancellation)
    {
        var supervisor = new Supervisor(home, options, Narrate).RunAsync(cancellation);
        while (!supervisor.IsCompleted && SupervisorState.Read(home.StateFile) is not { Phase: Phase.Ready or Phase.Failed })
        {
            await Task.WhenAny(supervisor, Task.Delay(100, CancellationToken.None));
        }

        if (!supervisor.IsCompleted)
        {
            PrintCredentials(home);
            Console.WriteLine("Ctrl-C stops everything.");
        }

        await supervisor;
        return 0;
    }

    static ProcessIdentity StartDetached(DvtHome home, int workers) => Child.Start(new(
        ["dotnet", Environment.GetCommandLineArgs()[0], "supervise", "--workers", $"{workers}"],
        CurrentEnvironment.With(new Dictionary<string, string>()),
        home.Root,
        home.LogOf("supervisor"))).Identity;

    // Another up may have been quicker than the supervisor started here, so it is the one at work that counts.
    static async Task<int> FollowAsync(DvtHome home, ProcessIdentity started, CancellationToken cancellation)
    {
        for (var deadline = DateTime.UtcNow + Patience; DateTime.UtcNow < deadline; await Task.Delay(100, cancellation))
        {
            var state = SupervisorState.Read(home.StateFile);
            var atWork = home.PidOf("supervisor").Living();
            if (atWork is not null && state is { Phase: Phase.Ready } && state.Pid == atWork.Pid)
            {
                PrintCredentials(home);
                return 0;
            }

            if (atWork is null && !started.IsAlive)
            {
                var why = state is { Phase: Phase.Failed } ? state.Detail : LogTail.Of(home.LogOf("supervisor"));
                throw new LauncherException($"did not start: {why}");
            }
        }

        throw new LauncherException($"not ready after {Patience.TotalMinutes:0} minutes; see ./dvt logs");
    }

    static void PrintCredentials(DvtHome home)
    {
        var env = EnvFile.Read(home.EnvFile);
        Console.WriteLine($"""

            Dvt runs at   {env["DVT_URL"]}
            sign in as    {env["DVT_EMAIL"]}
            with the key  {env["DVT_API_KEY"]}

            For scripts: source {Path.GetRelativePath(home.Root, home.EnvFile)}
            """);
    }

    static void Narrate(string line) => Console.WriteLine($"{DateTime.UtcNow:HH:mm:ss} {line}");
}
