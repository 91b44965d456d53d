using Npgsql;
using RabbitMQ.Client;

namespace Dvt.Bench;

/// <summary>What this machine can do at all.</summary>
/// <param name="CommitsPerSecond">Postgres: transactions that insert one row, many connections, grouped by the server.</param>
/// <param name="CommitMs">Postgres: one such transaction alone, median.</param>
/// <param name="ConfirmsPerSecond">RabbitMQ: messages published to a quorum queue and confirmed, pipelined.</param>
/// <param name="RequestsPerSecond">Kestrel: an endpoint that answers nothing, 128 connections.</param>
sealed record MachineLimits(double CommitsPerSecond, double CommitMs, double ConfirmsPerSecond, double RequestsPerSecond);

/// <summary>The machine's limits, measured in the same run as everything else.</summary>
static class Limits
{
    const string Queue = "bench.limits";
    const int BodyBytes = 512;
    const int InFlight = 256;

    public static async Task RunAsync(Session session, CancellationToken stop)
    {
        var limits = await session.LimitsAsync(stop);
        session.Report(new("limits", "postgres-commits", limits.CommitsPerSecond, "commits/s") { Inputs = new { rows = 1, connections = Connections } });
        session.Report(new("limits", "postgres-commit-alone", limits.CommitMs, "ms") { Inputs = new { rows = 1, connections = 1 } });
        session.Report(new("limits", "rabbitmq-confirms", limits.ConfirmsPerSecond, "messages/s") { Inputs = new { bytes = BodyBytes, inFlight = InFlight, queue = "quorum" } });
        session.Report(new("limits", "kestrel-empty", limits.RequestsPerSecond, "requests/s") { Inputs = new { connections = LoadGenerator.Connections } });
    }

    static readonly int[] Connections = [16, 64];

    public static async Task<MachineLimits> MeasureAsync(Session session, CancellationToken stop)
    {
        Session.Say("measuring the machine's limits");
        await using var scratch = await Scratch.MakeAsync(session.Settings, "limits", stop);
        await scratch.ExecuteAsync("create table one (id bigint generated always as identity primary key, n int not null)", stop);
        var time = session.Settings.Span(seconds: 3, quick: 0.5);
        var commits = 0.0;
        foreach (var connections in Connections)
            commits = Math.Max(commits, (await CommitAsync(scratch, connections, time, stop)).Count / time.TotalSeconds);
        var alone = new Percentiles(await CommitAsync(scratch, connections: 1, time, stop));
        var confirms = await ConfirmAsync(scratch, time, stop);
        await using var empty = await Counterparts.StartAsync(session, Counterparts.Empty, stop);
        var requests = await LoadGenerator.ClosedAsync(empty.Port, [Counterparts.Request("/")], LoadGenerator.Connections, time, stop);
        return new(commits, alone.P50, confirms, requests.PerSecond);
    }

    /// <summary>Milliseconds of each transaction that was committed in the time given.</summary>
    static async Task<List<double>> CommitAsync(Scratch scratch, int connections, TimeSpan time, CancellationToken stop)
    {
        var began = TimeProvider.System.GetTimestamp();
        var each = await Task.WhenAll(Enumerable.Range(0, connections).Select(async _ =>
        {
            var taken = new List<double>();
            await using var connection = await scratch.Database.OpenConnectionAsync(stop);
            await using var insert = new NpgsqlCommand("insert into one (n) values ($1)", connection) { Parameters = { new() { Value = 1 } } };
            while (TimeProvider.System.GetElapsedTime(began) < time)
            {
                var sent = TimeProvider.System.GetTimestamp();
                await insert.ExecuteNonQueryAsync(stop);
                taken.Add(TimeProvider.System.GetElapsedTime(sent).TotalMilliseconds);
            }
            return taken;
        }));
        return [.. each.SelectMany(t => t)];
    }

    static async Task<double> ConfirmAsync(Scratch scratch, TimeSpan time, CancellationToken stop)
    {
        await DeclareAsync(scratch, Queue, stop);
        var body = new byte[BodyBytes];
        var began = TimeProvider.System.GetTimestamp();
        var each = await Task.WhenAll(Enumerable.Range(0, InFlight).Select(async _ =>
        {
            var confirmed = 0;
            for (; TimeProvider.System.GetElapsedTime(began) < time; confirmed++)
                await scratch.Publisher.PublishAsync(Queue, body, stop);
            return confirmed;
        }));
        var rate = each.Sum() / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        await scratch.DeleteQueuesAsync([Queue], stop);
        return rate;
    }

    /// <summary>A durable quorum queue without consumers.</summary>
    public static async Task DeclareAsync(Scratch scratch, string queue, CancellationToken stop)
    {
        await using var channel = await scratch.Broker.OpenChannelAsync(channel: null, stop);
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false,
            arguments: new Dictionary<string, object?> { ["x-queue-type"] = "quorum" }, cancellationToken: stop);
    }
}
