namespace Dvt.Launcher;

/// <summary><c>test</c> and <c>chaos</c>: the last line printed is <c>N passed, N failed</c>.</summary>
static class Test
{
    // Neither build nodes nor a compiler server stay behind.
    static readonly Dictionary<string, string> Quietly = new() { ["MSBUILDDISABLENODEREUSE"] = "1", ["DOTNET_NOLOGO"] = "1" };
    static readonly PostgresSettings Small = new(SharedBuffers: "128MB", MaxConnections: 300, MaxWalSize: "1GB");

    public static Task<int> RunAsync(IReadOnlyList<string> given, CancellationToken cancellation)
    {
        var arguments = new Arguments(given);
        var fast = arguments.Word() switch
        {
            null => false,
            "fast" => true,
            var other => throw new LauncherException($"there is no test {other}; did you mean fast?"),
        };
        arguments.NothingElse();
        return AllAsync(fast ? "Category!=Slow&Category!=Chaos" : "Category!=Chaos", isSuite: true, cancellation, isAudited: !fast);
    }

    public static Task<int> ChaosAsync(IReadOnlyList<string> given, CancellationToken cancellation)
    {
        var arguments = new Arguments(given);
        var name = arguments.Word();
        arguments.NothingElse();
        return AllAsync(name is null ? "Category=Chaos" : $"Category=Chaos&FullyQualifiedName~{name}", isSuite: false, cancellation);
    }

    static async Task<int> AllAsync(string filter, bool isSuite, CancellationToken cancellation, bool isAudited = false)
    {
        var home = DvtHome.Find();
        var summary = TestSummary.NothingRan;
        try
        {
            if ((!isSuite || await FormatAsync(home, cancellation)) && await BuildAsync(home, cancellation) && await DashboardAsync(home, cancellation)
                && (!isAudited || await AuditAsync(home, cancellation)))
            {
                summary = await TestAsync(home, filter, isSuite, cancellation);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Console.Error.WriteLine(e.Message);
        }

        Console.WriteLine(summary);
        return summary.ExitCode;
    }

    static async Task<bool> FormatAsync(DvtHome home, CancellationToken cancellation)
    {
        Console.WriteLine("== format");
        return await DotnetAsync(home, ["format", "--verify-no-changes", "Dvt.sln"], Quietly, cancellation) == 0;
    }

    static async Task<bool> BuildAsync(DvtHome home, CancellationToken cancellation)
    {
        Console.WriteLine("== build");
        string[] build = ["build", "Dvt.sln", "-c", "Release", "--nologo", "-v", "q", "-warnaserror", "-p:UseSharedCompilation=false"];
        return await DotnetAsync(home, build, Quietly, cancellation) == 0;
    }

    static async Task<bool> DashboardAsync(DvtHome home, CancellationToken cancellation)
    {
        Console.WriteLine("== dashboard");
        return await Shell.RunAsync([Path.Combine(home.Root, "ops", "build-dashboard")], Quietly, home.Root, cancellation) == 0;
    }

    /// <summary>False when a package is known to be vulnerable; that no list is served is told and no failure.</summary>
    static async Task<bool> AuditAsync(DvtHome home, CancellationToken cancellation)
    {
        Console.WriteLine("== audit of packages");
        return await Shell.RunAsync([Path.Combine(home.Root, "ops", "audit-packages")], Quietly, home.Root, cancellation) == 0;
    }

    static async Task<TestSummary> TestAsync(DvtHome home, string filter, bool mayRepeat, CancellationToken cancellation)
    {
        Console.WriteLine("== test");
        await using var servers = await TemporaryServers.StartAsync(home, Small, cancellation);
        var environment = new Dictionary<string, string>([.. Quietly, servers.Errand])
        {
            ["DVT_TEST_POSTGRES"] = servers.Postgres,
            ["DVT_TEST_RABBITMQ"] = servers.RabbitMq,
        };
        var summary = await RunAsync(home, filter, environment, cancellation);
        if (!mayRepeat || !summary.MayRepeat)
        {
            return summary;
        }

        Console.WriteLine($"== once more, alone: {string.Join(", ", summary.Failures)}");
        var alone = await RunAsync(home, string.Join('|', summary.Failures.Select(name => $"FullyQualifiedName={name}")), environment, cancellation);
        foreach (var name in summary.Failures.Except(alone.Failures))
        {
            Console.WriteLine($"UNSTEADY {name}: failed beside others, passed alone");
        }

        return summary.Repeated(alone);
    }

    static async Task<TestSummary> RunAsync(
        DvtHome home, string filter, Dictionary<string, string> environment, CancellationToken cancellation)
    {
        var results = Directory.CreateTempSubdirectory("dvt-results-");
        try
        {
            var exitCode = await DotnetAsync(
                home,
                [
                    "test", "tests/Dvt.Tests/Dvt.Tests.csproj", "-c", "Release", "--no-build", "--nologo", "--filter", filter,
                    "--logger", "trx;LogFileName=results.trx", "--results-directory", results.FullName,
                    "--blame-hang-timeout", "10m", "--blame-hang-dump-type", "none",
                ],
                environment,
                cancellation);
            return TestSummary.Of(Path.Combine(results.FullName, "results.trx"), exitCode);
        }
        finally
        {
            results.Delete(recursive: true);
        }
    }

    static Task<int> DotnetAsync(
        DvtHome home, string[] arguments, Dictionary<string, string> environment, CancellationToken cancellation) =>
        Shell.RunAsync(["dotnet", .. arguments], environment, home.Root, cancellation);
}
