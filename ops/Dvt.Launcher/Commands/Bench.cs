namespace Dvt.Launcher;

/// <summary><c>bench [name …]</c>: standard output carries the figures alone.</summary>
static class Bench
{
    public static async Task<int> RunAsync(IReadOnlyList<string> given, CancellationToken cancellation)
    {
        var home = DvtHome.Find();
        await using var servers = await TemporaryServers.StartAsync(home, new(), cancellation);
        return await Shell.RunAsync(
            ["dotnet", Path.Combine(home.Root, "tests/Dvt.Bench/bin/Release/net10.0/Dvt.Bench.dll"), .. given],
            new Dictionary<string, string>([servers.Errand])
            {
                ["DVT_BENCH_POSTGRES"] = servers.Postgres,
                ["DVT_BENCH_RABBITMQ"] = servers.RabbitMq,
            },
            home.Root,
            cancellation);
    }
}
