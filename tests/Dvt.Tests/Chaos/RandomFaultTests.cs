using System.Globalization;
using System.Net;
using Dvt.Launcher;
using Dvt.Tests.Support;
using Npgsql;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Chaos;

/// <summary>All faults at random, one after the other, under load from all sides.</summary>
public sealed class RandomFaultTests(ChaosServers servers, ITestOutputHelper output) : ChaosTest(servers, output)
{
    [ServersFact]
    [Trait("Category", "Slow")]
    public Task Half_a_minute_of_everything_at_random_breaks_nothing() => ForAsync(Seconds(30));

    /// <summary>Half an hour, or <c>DVT_CHAOS_MINUTES</c>.</summary>
    [ServersFact]
    [Trait("Category", "Chaos")]
    public Task Half_an_hour_of_everything_at_random_breaks_nothing_and_leaks_nothing() => ForAsync(TimeSpan.FromMinutes(
        double.TryParse(Environment.GetEnvironmentVariable("DVT_CHAOS_MINUTES"), CultureInfo.InvariantCulture, out var minutes) ? minutes : 30));

    Task ForAsync(TimeSpan time) => RunAsync(["sandbox", "workers", "workers", "readmodels", "api"], async (system, random) =>
    {
        await using var wires = new Wires(system);
        await wires.LaunchAsync("workers");
        var client = await ApiClient.TenantAsync(system);
        await system.Orders.PublishPlansAsync(client.TenantId, TestPlans.Inline, TestPlans.Echo, TestPlans.Waits, TestPlans.Http(system.Sandbox, milliseconds: 30));
        var load = LoadAsync(system, client.TenantId, out var stop);
        var posts = PostAsync(client, stop.Token);
        var memory = new List<(double Minute, double Megabytes)>();
        for (var began = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(began) is var past && past < time;)
        {
            await BreakSomethingAsync(system, wires, random);
            // The first part warms caches and pools up.
            if (past > time / 3)
                memory.Add((past.TotalMinutes, system.Api.Megabytes));
            await Task.Delay(random.Next(200, 1_000));
        }
        await stop.CancelAsync();
        await system.Orders.AllCompleteAsync(client.TenantId, await load + await posts, Seconds(120));
        Output.WriteLine($"API: {string.Join(' ', memory.Select(m => $"{m.Minute:0.0}:{m.Megabytes:0}"))}");
        if (time >= TimeSpan.FromMinutes(10))
            Assert.True(Slope(memory) < 1, $"the API grows by {Slope(memory):0.00} MB a minute");
        await NoConnectionIsLeakedAsync(system);
    });

    async Task BreakSomethingAsync(DvtSystem system, Wires wires, Random random)
    {
        var wire = wires.Both[random.Next(2)];
        var worker = system.Workers[random.Next(system.Workers.Count)];
        var fault = random.Next(10);
        Output.WriteLine($"fault {fault}");
        switch (fault)
        {
            case 0 or 1:
                await DvtSystem.ReplaceAsync(worker);
                break;
            case 2:
                await DvtSystem.ReplaceAsync(system.ReadModels);
                break;
            case 3:
                worker.Freeze();
                await Task.Delay(random.Next(500, 9_000));
                worker.LetGo();
                break;
            case 4:
                wire.Cut();
                break;
            case 5:
                wire.TearAfter(random.Next(1, 20_000));
                break;
            case 6:
                wire.Delay(Seconds(0.2));
                await Task.Delay(random.Next(500, 3_000));
                wire.Mend();
                break;
            case 7:
                wire.Hang();
                await Task.Delay(random.Next(500, 9_000));
                wire.Mend();
                break;
            case 8:
                Servers.RabbitMq.Kill();
                await Servers.RabbitMq.Exited;
                await Task.Delay(random.Next(0, 3_000));
                await Servers.RabbitMq.RestartAsync();
                break;
            case 9:
                await Servers.Postgres.StopAsync(PostgresStop.Immediate);
                await Task.Delay(random.Next(0, 3_000));
                await Servers.Postgres.RestartAsync();
                break;
        }
    }

    /// <summary>A client that repeats with its key until it is answered; how many of its runs were accepted.</summary>
    static async Task<int> PostAsync(ApiClient client, CancellationToken stop)
    {
        var sent = 0;
        for (; !stop.IsCancellationRequested; sent++)
        {
            await Eventually.HoldsAsync(async () =>
            {
                var answer = await client.SendAsync(HttpMethod.Post, "/v1/runs", """{"planRef":{"planId":"inline"}}""", key: $"post-{sent}");
                if (answer.Status is not HttpStatusCode.Accepted)
                    return false;
                client.Note(answer.Json);
                return true;
            }, Seconds(60), "the post was never accepted");
            await Dvt.Pipeline.Loop.PauseAsync(TimeSpan.FromMilliseconds(50), stop);
        }
        return sent;
    }

    /// <summary>Least squares, in MB a minute.</summary>
    static double Slope(List<(double Minute, double Megabytes)> points)
    {
        var (x, y) = (points.Average(p => p.Minute), points.Average(p => p.Megabytes));
        return points.Sum(p => (p.Minute - x) * (p.Megabytes - y)) / points.Sum(p => (p.Minute - x) * (p.Minute - x));
    }

    async Task NoConnectionIsLeakedAsync(DvtSystem system)
    {
        var processes = system.Workers.Count + 2;
        var database = new NpgsqlConnectionStringBuilder(system.Options.ConnectionString).Database!;
        var held = await system.ReadAsync<long>("select count(*) from pg_stat_activity where datname = $1", database);
        var host = new Uri(system.RabbitMqUri).AbsolutePath.TrimStart('/');
        var open = (await Servers.RabbitMq.CtlAsync("--quiet", "list_connections", "vhost")).Split('\n').Count(line => line.Trim() == host);
        Output.WriteLine($"{held} connections to Postgres, {open} to RabbitMQ");
        Assert.True(held <= 50 * processes, $"{held} connections to Postgres");
        // One each, and the test's own.
        Assert.True(open <= processes + 1, $"{open} connections to RabbitMQ");
    }
}
