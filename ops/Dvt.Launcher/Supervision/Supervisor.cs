namespace Dvt.Launcher;

/// <summary>How many worker processes, which servers instead of private ones, and how long to wait until all is ready.</summary>
sealed record SupervisorOptions(int Workers, NamedServers Named)
{
    /// <summary>A file with commands that stand in for the real roles, see <see cref="RoleCatalog"/>.</summary>
    public string? StandIns { get; init; }

    public TimeSpan ReadyPatience { get; init; } = TimeSpan.FromSeconds(120);
}

/// <summary>Starts servers and roles, keeps them alive, and stops them in reverse order when told to.</summary>
sealed class Supervisor(DvtHome home, SupervisorOptions options, Action<string> say)
{
    /// <summary>What the samples expect, so that their links work without being told another.</summary>
    const int SandboxPort = 5090;

    static readonly TimeSpan RolePatience = TimeSpan.FromSeconds(15);

    readonly PrivateServers servers = new(home, options.Named, say);
    readonly List<RunningRole> roles = [];
    readonly List<KeptAlive> kept = [];
    readonly List<Task> watches = [];
    readonly Lock writing = new();

    /// <summary>Runs until cancelled; throws when the start fails, after stopping what had started.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var exclusive = Exclusive();
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(stop);
        SignIn();
        try
        {
            watches.Add(LogRotation.RunAsync(home.Logs, watching.Token));
            await Leftovers.EndRolesAsync(home);
            await servers.StartAsync(stop);
            await StartRolesAsync(watching.Token, stop);
            Tell(Phase.Ready, "ready");
            await await Task.WhenAny(watches);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Tell(Phase.Stopping, "stopping");
        }
        catch (Exception e)
        {
            Tell(Phase.Failed, e.Message);
            throw;
        }
        finally
        {
            // Nobody starts anything again from here on.
            await watching.CancelAsync();
            await Task.WhenAll(watches).ContinueWith(_ => { }, TaskScheduler.Default);
            await StopAsync();
        }
    }

    void SignIn()
    {
        home.PidOf("supervisor").Write(ProcessIdentity.Of(Environment.ProcessId)!);
        WholeFile.Write(home.SupervisorPidFile, $"{Environment.ProcessId}\n");
        Tell(Phase.Starting, "starting");
    }

    // Locked by the kernel until this process ends, however it ends.
    FileStream Exclusive()
    {
        try
        {
            return new(home.LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new LauncherException("another supervisor is at work");
        }
    }

    async Task StartRolesAsync(CancellationToken watching, CancellationToken stop)
    {
        var credentials = Credentials.LoadOrCreate(home.SecretsFile);
        var endpoints = new Endpoints(
            servers.Postgres, servers.RabbitMq, $"http://127.0.0.1:{FreePort.From(5080)}", $"http://127.0.0.1:{FreePort.From(SandboxPort)}");
        var plan = RoleCatalog.For(home, endpoints, credentials, options);

        void Publish() => WriteEnv(endpoints, credentials);
        void Watch(KeptAlive one)
        {
            kept.Add(one);
            watches.Add(one.RunAsync(watching));
        }

        foreach (var server in servers.Kept(Publish))
        {
            Watch(server);
        }

        await RunningCopy.RefreshAsync(home, RoleCatalog.ProgramsOf(options));
        await OnceAsync(plan.Migrate, stop);
        foreach (var role in plan.Roles)
        {
            var running = new RunningRole(role, home);
            running.Start();
            lock (writing)
            {
                roles.Add(running);
            }

            Watch(running.Kept(Publish, say));
            say($"started {role.Id} ({running.Pid})");
        }

        Publish();
        MetricsTargets.Write(home.MetricsFile, plan.Roles);
        await ReadyAsync(plan.ReadyUrl, stop);
        if (plan.Samples is { } samples)
        {
            await SampleData.PublishAsync(endpoints.Api, credentials.ApiKey, samples, stop);
        }
    }

    async Task OnceAsync(Role? role, CancellationToken stop)
    {
        if (role is null)
        {
            return;
        }

        say($"running {role.Id}");
        var child = Child.Start(role.In(home));
        try
        {
            await child.Exited.WaitAsync(stop);
        }
        finally
        {
            await child.StopAsync(Signal.Terminate, RolePatience);
        }

        if (child.ExitCode != 0)
        {
            throw new LauncherException($"{role.Id} ended with exit code {child.ExitCode}\n{LogTail.Of(home.LogOf(role.Name))}");
        }
    }

    async Task ReadyAsync(string? url, CancellationToken stop)
    {
        if (url is null)
        {
            return;
        }

        say("waiting until the API is ready");
        if (!await Readiness.WithinAsync(url, options.ReadyPatience, stop))
        {
            var failing = kept.Where(one => one.Deaths > 0).MaxBy(one => one.Deaths)?.Id ?? "api";
            var log = home.LogOf(roles.FirstOrDefault(role => role.Role.Id == failing)?.Role.Name ?? failing);
            throw new LauncherException(
                $"not ready after {options.ReadyPatience.TotalSeconds:0} s; the log of {failing} ends with\n{LogTail.Of(log)}");
        }
    }

    void WriteEnv(Endpoints endpoints, Credentials credentials)
    {
        lock (writing)
        {
            var pids = roles
                .GroupBy(role => role.Role.Name, role => (role.Role.Name, role.Pid))
                .Reverse()
                .SelectMany(role => role)
                .Concat(servers.Pids());
            EnvFile.Write(home.EnvFile, EnvFile.Entries(endpoints, credentials, EnvFile.Pids(pids)));
        }
    }

    async Task StopAsync()
    {
        foreach (var role in Enumerable.Reverse(roles))
        {
            say($"stopping {role.Role.Id}");
            await role.StopAsync(RolePatience);
        }

        await servers.StopAsync();
        // It describes what runs, and its process ids may soon be others'.
        File.Delete(home.EnvFile);
        File.Delete(home.MetricsFile);
        File.Delete(home.SupervisorPidFile);
        home.PidOf("supervisor").Delete();
        say("everything stopped");
    }

    void Tell(Phase phase, string detail) => new SupervisorState(Environment.ProcessId, phase, detail).Write(home.StateFile);
}
