using System.Diagnostics;
using System.Text.Json;
using Dvt.Launcher;
using Dvt.Tests.Launcher;
using Xunit;

namespace Dvt.Tests.Bench;

/// <summary>On servers of its own: benches delete the queues they use.</summary>
[Trait("Category", "Slow")]
public sealed class BenchTests
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    static readonly string[] All =
    [
        "limits", "yardstick", "run3", "run3-hop", "run3-durable", "run3-http", "run-effects", "fairness", "schedules", "bulk", "timers", "sleepers", "fanout", "map", "latency", "commands",
        "projection", "queries", "reports", "bookings", "growth", "memory", "nlu",
    ];

    [Fact]
    public async Task Every_bench_can_be_carried_out_and_prints_its_figures_as_JSON()
    {
        using var folder = new TemporaryFolder();
        await using var postgres = await PrivatePostgres.StartAsync(folder.At("postgres"), new PostgresSettings(SharedBuffers: "128MB", MaxWalSize: "1GB"));
        await using var rabbitMq = await PrivateRabbitMq.StartAsync(folder.At("rabbitmq"));
        var (exitCode, output, remarks) = await RunAsync(postgres.ConnectionString, rabbitMq.Uri, "--quick");
        Assert.True(exitCode == 0, remarks);
        var figures = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line)).ToList();
        Assert.Equal(All, figures.Select(f => f.GetProperty("bench").GetString()).Distinct());
        Assert.All(figures, figure =>
        {
            Assert.True(figure.GetProperty("value").GetDouble() >= 0);
            Assert.NotEmpty(figure.GetProperty("unit").GetString()!);
            Assert.Equal(JsonValueKind.Object, figure.GetProperty("inputs").ValueKind);
            Assert.Equal(figure.TryGetProperty("target", out _), figure.TryGetProperty("pass", out _));
        });
        var run3 = figures.Find(f => f.GetProperty("bench").GetString() == "run3" && !f.TryGetProperty("part", out _));
        Assert.True(run3.GetProperty("ratio").GetDouble() > 0);
        Assert.True(run3.GetProperty("limitRatio").GetDouble() > 0);
    }

    [Fact]
    public async Task An_unknown_bench_and_missing_servers_are_refused()
    {
        Assert.Equal(1, (await RunAsync("", "", "no-such-bench")).ExitCode);
        Assert.NotEqual(0, (await RunAsync("", "", "limits")).ExitCode);
    }

    static async Task<(int ExitCode, string Output, string Remarks)> RunAsync(string postgres, string rabbitMq, params string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory.Replace("Dvt.Tests", "Dvt.Bench", StringComparison.Ordinal), "Dvt.Bench.dll");
        var start = new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DVT_BENCH_POSTGRES"] = postgres;
        start.Environment["DVT_BENCH_RABBITMQ"] = rabbitMq;
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var remarks = process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return (process.ExitCode, await output, await remarks);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
