using System.Text.Json;
using Dvt.Pipeline;

namespace Dvt.Bench;

/// <summary>
/// The workload of <c>run3</c> done the usual way: one message = one transaction with inbox and outbox rows, which leaves the same
/// history and the same row in a list with the same indexes (its events have all columns, or it would be another workload). Sixteen handlers
/// side by side, pooled connections, prepared statements, two round trips a message, pipelined confirms in the relay:
/// what a careful team writes before it thinks of batches.
/// </summary>
static class Yardstick
{
    public const int Steps = 3;
    public const int EventsPerRun = 3 + 2 * Steps;

    const int InFlight = 64;

    /// <summary>The median of these, as of what is measured beside it.</summary>
    const int Rounds = 3;

    public static async Task RunAsync(Session session, CancellationToken stop)
    {
        var rate = await MeasureAsync(session, stop);
        var limits = await session.LimitsAsync(stop);
        session.Report(new("yardstick", Part: null, rate.PerSecond, "runs/s")
        {
            Limit = limits.CommitsPerSecond / (Steps + 1),
            Inputs = new { runs = Runs(session), steps = Steps, events = EventsPerRun, handlers = NaiveWorker.Handlers, transactionsPerRun = Steps + 1, cpuMsPerRun = Figure.Round(rate.CpuMs) },
        });
    }

    static int Runs(Session session) => session.Settings.Size(3_000, quick: 200);

    /// <summary>From the first publish to the last <c>RunCompleted</c>. Measured anew for each bench: a machine does not stay as fast as it was.</summary>
    public static async Task<Pace> MeasureAsync(Session session, CancellationToken stop)
    {
        Session.Say("measuring the yardstick");
        await using var scratch = await Scratch.MakeAsync(session.Settings, "yardstick", stop);
        await scratch.ExecuteAsync(NaiveTables.Schema, stop);
        await Limits.DeclareAsync(scratch, NaiveWorker.Queue, stop);
        await using var relay = NaiveRelay.Start(scratch);
        await using var worker = await NaiveWorker.StartAsync(scratch, relay, stop);
        await RunAsync(scratch, Runs(session), stop); // Warm: compiled, connected, prepared.
        var rounds = new List<Pace>();
        for (var round = 0; round < session.Settings.Size(Rounds, quick: 1); round++)
        {
            var cpu = new CpuSplit(session.Settings, []);
            var seconds = await RunAsync(scratch, Runs(session), stop);
            var used = cpu.Seconds();
            Session.Say($"yardstick: {Runs(session) / seconds:0} runs/s, CPU seconds {JsonSerializer.Serialize(used)}");
            rounds.Add(new(Runs(session) / seconds, used.Values.Sum() * 1000 / Runs(session)));
        }
        await scratch.DeleteQueuesAsync([NaiveWorker.Queue], stop);
        return rounds.Median(r => r.PerSecond);
    }

    static async Task<double> RunAsync(Scratch scratch, int runs, CancellationToken stop)
    {
        var before = await scratch.ScalarAsync<long>("select count(*) from naive.run_list where status = 'COMPLETED'", stop);
        var tenant = Guid.CreateVersion7();
        var bodies = Enumerable.Range(0, runs).Select(_ => NaiveMessage.Start(tenant, Guid.CreateVersion7().ToString())).ToList();
        var began = await scratch.ScalarAsync<DateTime>("select clock_timestamp()", stop);
        await RunLoad.PublishAsync(scratch, [.. bodies.Select(b => (NaiveWorker.Queue, b))], InFlight, stop);
        await Scratch.UntilAsync("naive runs", async () =>
            await scratch.ScalarAsync<long>("select count(*) from naive.run_list where status = 'COMPLETED'", stop) - before == runs,
            TimeSpan.FromMinutes(5), stop, everyMs: 50);
        var odd = await scratch.ScalarAsync<long>(
            $"select count(*) from (select 1 from naive.event group by tenant_id, stream having count(*) <> {EventsPerRun} or max(seq) <> {EventsPerRun}) odd", stop);
        if (odd > 0)
            throw new InvalidOperationException($"{odd} naive runs have a wrong history");
        var ended = await scratch.ScalarAsync<DateTime>("select max(recorded_at) from naive.event where type = 'RunCompleted'", stop);
        return (ended - began).TotalSeconds;
    }
}

/// <summary>How fast, and at what cost: processor time is what neighbours on the machine disturb least.</summary>
/// <param name="CpuMs">Processor milliseconds per run, all processes together.</param>
sealed record Pace(double PerSecond, double CpuMs);

/// <summary>A message of the naive way: start a run, or do its next step.</summary>
sealed record NaiveMessage(
    Guid MessageId, string Type, Guid TenantId, string RunId, int Step, string PlanId, string PlanVersion, string Actor, JsonElement Input)
{
    static readonly JsonElement NoInput = JsonElement.Parse("""{"n":1}""");

    public static byte[] Start(Guid tenantId, string runId) => JsonSerializer.SerializeToUtf8Bytes(
        new NaiveMessage(Guid.CreateVersion7(), "StartRun", tenantId, runId, Step: 0, "naive", BenchPlan.Version, "bench", NoInput), JsonSerializerOptions.Web);

    public byte[] Next(int step) => JsonSerializer.SerializeToUtf8Bytes(
        this with { MessageId = Guid.CreateVersion7(), Type = "DoStep", Step = step }, JsonSerializerOptions.Web);

    public static NaiveMessage Read(ReadOnlySpan<byte> body) => JsonSerializer.Deserialize<NaiveMessage>(body, JsonSerializerOptions.Web)!;
}
