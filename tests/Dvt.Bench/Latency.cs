using System.Diagnostics;
using Dvt.Contracts;

namespace Dvt.Bench;

/// <summary>
/// Runs started at a steady rate, whatever becomes of them: from the moment a start is sent to its <c>RunCompleted</c> in the
/// log, and to its row in the run list.
/// </summary>
static class Latency
{
    public static async Task RunAsync(Session session, CancellationToken stop)
    {
        var commit = (await session.LimitsAsync(stop)).CommitMs;
        var (plan, tenant) = (BenchPlan.Chain("latency", "noop"), Guid.CreateVersion7());
        await using var on = await Installation.StartAsync(session, "latency", new Roles(), stop);
        await on.PublishPlanAsync(tenant, plan, stop);
        await RunLoad.MeasureAsync(on, plan, [tenant], session.Settings.Size(2_000, quick: 32), stop); // Warm: compiled, connected, prepared.
        await SteadyAsync(on, plan, tenant, perSecond: 100, session.Settings.Span(seconds: 3, quick: 1), stop);
        foreach (var perSecond in session.Settings.Quick ? [100] : (int[])[100, 500])
        {
            var (log, visible) = await SteadyAsync(on, plan, tenant, perSecond, session.Settings.Span(seconds: 20, quick: 2), stop);
            // Recorded while the transaction was under way; a commit alone on this machine is added.
            Report(session, perSecond, "committed-p50", log.P50 + commit, perSecond == 100 ? 4 : null, log.Count);
            Report(session, perSecond, "committed-p99", log.P99 + commit, perSecond == 100 ? 12 : null, log.Count);
            Report(session, perSecond, "visible-p50", visible.P50, perSecond == 100 ? 15 : null, visible.Count);
            Report(session, perSecond, "visible-p99", visible.P99, perSecond == 100 ? 60 : null, visible.Count);
        }
    }

    static void Report(Session session, int perSecond, string what, double ms, double? atMost, int runs) =>
        session.Report(new("latency", $"{what}@{perSecond}", ms, "ms")
        {
            Wanted = atMost is { } bound ? Target.ValueAtMost(bound) : null,
            Inputs = new { runsPerSecond = perSecond, runs, from = "the start is sent" },
        });

    static async Task<(Percentiles Log, Percentiles Visible)> SteadyAsync(
        Installation on, BenchPlan plan, Guid tenant, int perSecond, TimeSpan time, CancellationToken stop)
    {
        var log = await LogWatch.StartAsync(on, stop);
        // One clock for both sides: the database's, by its distance to ours.
        var databaseAhead = await on.Scratch.ScalarAsync<DateTime>("select clock_timestamp()", stop) - DateTime.UtcNow;
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var views = ViewWatch.FollowAsync(on, watching.Token);
        var sent = new Dictionary<string, DateTime>();
        var publishing = new List<Task>();
        var clock = Stopwatch.StartNew();
        for (var n = 0; clock.Elapsed < time; n++)
        {
            if (TimeSpan.FromSeconds((double)n / perSecond) - clock.Elapsed is { Ticks: > 0 } early)
                await Task.Delay(early, stop);
            var envelope = plan.Start(tenant);
            sent[$"run-{envelope.Key}"] = DateTime.UtcNow + databaseAhead;
            publishing.Add(on.Scratch.PublishAsync(Slot.Queue(Slot.Of(Domain.Runs, tenant, envelope.Key)), envelope, stop));
        }
        await Task.WhenAll(publishing);
        await log.GrownAsync((long)sent.Count * Yardstick.EventsPerRun, TimeSpan.FromMinutes(1), stop);
        await log.VisibleAsync(TimeSpan.FromMinutes(1), stop);
        await Task.Delay(50, stop);
        await watching.CancelAsync();
        return await JoinAsync(on, log, sent, await views, databaseAhead, stop);
    }

    static async Task<(Percentiles, Percentiles)> JoinAsync(
        Installation on, LogWatch log, Dictionary<string, DateTime> sent, ViewWatch views, TimeSpan databaseAhead, CancellationToken stop)
    {
        await log.CheckAsync(sent.Count, Yardstick.EventsPerRun, stop);
        await using var command = on.Scratch.Database.CreateCommand(
            """select stream, slot, "offset", recorded_at from log.events where type = $1 and stream = any ($2)""");
        command.Parameters.Add(new() { Value = nameof(RunCompleted) });
        command.Parameters.Add(new() { Value = sent.Keys.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(stop);
        List<double> committed = [], visible = [];
        while (await reader.ReadAsync(stop))
        {
            var began = sent[reader.GetString(0)];
            committed.Add((reader.GetDateTime(3) - began).TotalMilliseconds);
            visible.Add((views.Reached(reader.GetInt32(1), reader.GetInt64(2)) + databaseAhead - began).TotalMilliseconds);
        }
        return (new(committed), new(visible));
    }
}

/// <summary>When the views' checkpoint was seen where; looked at every other millisecond.</summary>
sealed class ViewWatch
{
    readonly Dictionary<int, List<(long Offset, DateTime At)>> seen = [];

    public static async Task<ViewWatch> FollowAsync(Installation on, CancellationToken stop)
    {
        var watch = new ViewWatch();
        await using var connection = await on.Scratch.Database.OpenConnectionAsync(CancellationToken.None);
        await using var command = new Npgsql.NpgsqlCommand("""select slot, "offset" from read.checkpoint where tail = 'live' and slot < 16""", connection);
        while (!stop.IsCancellationRequested)
        {
            await using (var reader = await command.ExecuteReaderAsync(CancellationToken.None))
                while (await reader.ReadAsync(CancellationToken.None))
                    watch.Note(reader.GetInt32(0), reader.GetInt64(1));
            await Task.Delay(2, CancellationToken.None);
        }
        return watch;
    }

    void Note(int slot, long offset)
    {
        var ofSlot = seen.TryGetValue(slot, out var known) ? known : seen[slot] = [];
        if (ofSlot.Count == 0 || ofSlot[^1].Offset < offset)
            ofSlot.Add((offset, DateTime.UtcNow));
    }

    /// <summary>The first look at which the slot was there.</summary>
    public DateTime Reached(int slot, long offset) => seen[slot].First(s => s.Offset >= offset).At;
}
