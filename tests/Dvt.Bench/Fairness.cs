using System.Diagnostics;
using Dvt.Contracts;
using Dvt.Pipeline;

namespace Dvt.Bench;

/// <summary>
/// One tenant floods, another sends single runs spread over the same time: how long the single ones take, from the moment
/// each is sent to its <c>RunCompleted</c> in the log, against the same in an idle system.
/// </summary>
static class Fairness
{
    const int Singles = 10;

    public static async Task RunAsync(Session session, CancellationToken stop)
    {
        var flood = session.Settings.Size(100_000, quick: 2_000);
        var plan = BenchPlan.Chain("fairness", "noop");
        var (crowd, single) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await using var on = await Installation.StartAsync(session, "fairness", new Roles(), stop);
        await on.PublishPlanAsync(crowd, plan, stop);
        await on.PublishPlanAsync(single, plan, stop);
        await RunLoad.MeasureAsync(on, plan, [crowd, single], session.Settings.Size(2_000, quick: 32), stop); // Warm: compiled, connected, prepared.
        var idle = await SinglesAsync(on, plan, single, Singles, TimeSpan.FromMilliseconds(200), stop);
        // One message for each run, as the API sends them.
        var messages = Enumerable.Range(0, flood).Select(_ => plan.Start(crowd))
            .Select(e => (Slot.Queue(Slot.Of(Domain.Runs, crowd, e.Key)), Body: Wire.Encode(e))).ToList();
        var began = Stopwatch.StartNew();
        var flooding = RunLoad.PublishAsync(on.Scratch, messages, RunLoad.InFlight * 4, stop);
        await Task.Delay(session.Settings.Span(seconds: 1, quick: 0.2), stop);
        var crowded = await SinglesAsync(on, plan, single, Singles, session.Settings.Span(seconds: 0.6, quick: 0.1), stop);
        await flooding;
        var left = flood - await CompletedAsync(on, crowd, stop);
        await Scratch.UntilAsync("the flood", async () => await CompletedAsync(on, crowd, stop) >= flood, session.Settings.Span(seconds: 600, quick: 60), stop);
        var seconds = began.Elapsed.TotalSeconds;
        var inputs = new { flood, singles = Singles, leftWhenTheLastSingleEnded = left, floodSeconds = Figure.Round(seconds) };
        session.Report(new("fairness", "idle-p50", idle.P50, "ms") { Inputs = inputs });
        session.Report(new("fairness", "single-p50", crowded.P50, "ms") { Yardstick = idle.P50, Inputs = inputs });
        session.Report(new("fairness", "single-p99", crowded.P99, "ms") { Yardstick = idle.P99, Wanted = Target.ValueAtMost(2_000), Inputs = inputs });
        session.Report(new("fairness", "flood", flood / seconds, "runs/s") { Inputs = inputs });
    }

    static async Task<Percentiles> SinglesAsync(Installation on, BenchPlan plan, Guid tenant, int count, TimeSpan apart, CancellationToken stop)
    {
        var databaseAhead = await on.Scratch.ScalarAsync<DateTime>("select clock_timestamp()", stop) - DateTime.UtcNow;
        var sent = new Dictionary<string, DateTime>();
        for (var n = 0; n < count; n++)
        {
            var envelope = plan.Start(tenant);
            sent[$"run-{envelope.Key}"] = DateTime.UtcNow + databaseAhead;
            await on.Scratch.PublishAsync(Slot.Queue(Slot.Of(Domain.Runs, tenant, envelope.Key)), envelope, stop);
            await Task.Delay(apart, stop);
        }
        var taken = new List<double>();
        await Scratch.UntilAsync("single runs", async () => (taken = await TakenAsync(on, sent, stop)).Count == count, TimeSpan.FromMinutes(2), stop);
        return new(taken);
    }

    static async Task<List<double>> TakenAsync(Installation on, Dictionary<string, DateTime> sent, CancellationToken stop)
    {
        await using var command = on.Scratch.Database.CreateCommand(
            "select stream, recorded_at from log.events where type = $1 and stream = any ($2)");
        command.Parameters.Add(new() { Value = nameof(RunCompleted) });
        command.Parameters.Add(new() { Value = sent.Keys.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(stop);
        var taken = new List<double>();
        while (await reader.ReadAsync(stop))
            taken.Add((reader.GetDateTime(1) - sent[reader.GetString(0)]).TotalMilliseconds);
        return taken;
    }

    /// <summary>By the runs' rows, which are few to look at.</summary>
    static async Task<long> CompletedAsync(Installation on, Guid tenant, CancellationToken stop) => await on.Scratch.ScalarAsync<long>(
        "select count(*) from runs.run where tenant_id = $1 and terminal", stop, new Npgsql.NpgsqlParameter { Value = tenant });
}
