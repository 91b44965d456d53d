using System.Text;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.ReadModels;

namespace Dvt.Bench;

/// <summary>The run list over a million runs of one tenant, each combination of filters; and a dashboard's figures.</summary>
static class Queries
{
    const int Plans = 20;
    const int RunsAtOnce = 5_000;
    static readonly string[] Channels = ["web", "phone", "agency", "walk-in"];

    static readonly (string Name, Func<Random, string> Query)[] Cases =
    [
        ("all", _ => ""),
        ("status-common", _ => "status=COMPLETED"),
        ("status-rare", _ => "status=FAILED"),
        ("status-none", _ => "status=PAUSED"),
        ("plan", r => $"planId=plan-{r.Next(Plans)}"),
        ("plan-version", r => $"planId=plan-{r.Next(Plans)}&version=1.0.{r.Next(3)}"),
        ("version", r => $"version=1.0.{r.Next(3)}"),
        ("label-common", r => $"label.channel={Channels[r.Next(Channels.Length)]}"),
        ("label-rare", r => $"label.customer=c-{r.Next(100_000)}"),
        ("period", r => $"from={At(r.Next(28)):O}&to={At(r.Next(28) + 2):O}"),
        ("status-plan", r => $"status=FAILED&planId=plan-{r.Next(Plans)}"),
        ("status-label", r => $"status=FAILED&label.channel={Channels[r.Next(Channels.Length)]}"),
        ("status-period", r => $"status=FAILED&from={At(r.Next(28)):O}"),
        ("plan-label-period", r => $"planId=plan-{r.Next(Plans)}&label.channel=web&from={At(r.Next(28)):O}"),
        ("everything", r => $"status=COMPLETED&planId=plan-{r.Next(Plans)}&version=1.0.1&label.channel=web&from={At(1):O}&q=plan"),
        ("q-id", r => $"q=r-{r.Next(1_000_000):d7}"),
        ("q-common", _ => "q=plan"),
        ("q-status", r => $"q=r-{r.Next(1_000_000):d7}&status=COMPLETED"),
        ("q-none", _ => "q=nothing-like-it"),
        ("sort-finished", _ => "sort=-finishedAt"),
        ("sort-oldest", _ => "sort=queuedAt&status=FAILED"),
        ("limit-100", r => $"limit=100&planId=plan-{r.Next(Plans)}"),
    ];

    static DateTime At(int day) => DateTime.UtcNow.Date.AddDays(day - 30);

    public static async Task RunAsync(Session session, CancellationToken stop)
    {
        await using var on = await Installation.StartAsync(session, "queries", new Roles(Api: true), stop);
        using var accounts = new ApiAccounts(on.Api);
        var account = await accounts.MakeAsync("queries", stop);
        var runs = session.Settings.Size(1_000_000, quick: 20_000);
        Session.Say($"queries: filling the list with {runs} runs");
        await FillAsync(on.Scratch, account.TenantId, runs, stop);
        var asked = session.Settings.Size(300, quick: 10);
        foreach (var (name, query) in Cases)
            await AskAsync(session, on, account, "queries", name, r => $"/v1/runs?{query(r)}", runs, asked, stop);
        await Statements.ForgetAsync(on.Scratch, stop);
        await AskAsync(session, on, account, "queries", "throughput-hour", _ => "/v1/runs/throughput", runs, asked, stop);
        await AskAsync(session, on, account, "queries", "throughput-day", _ => $"/v1/runs/throughput?by=hour&from={DateTime.UtcNow.AddHours(-24):O}", runs, asked, stop);
        Session.Say(await Statements.DearestAsync(on.Scratch, stop));
    }

    /// <param name="rows">What there is, in all.</param>
    public static async Task AskAsync(
        Session session, Installation on, ApiAccount account, string bench, string name, Func<Random, string> path, int rows, int asked, CancellationToken stop)
    {
        var random = new Random(1);
        var requests = Enumerable.Range(0, asked).Select(_ => Get(path(random), account.Token)).ToList();
        await LoadGenerator.AllAsync(on.Api.Port, requests[..Math.Min(20, requests.Count)], connections: 1, stop); // Warm.
        var taken = await LoadGenerator.AllAsync(on.Api.Port, requests, connections: 1, stop);
        if (taken.Statuses.Keys.Any(s => s != 200))
            throw new InvalidOperationException($"{name}: {string.Join(", ", taken.Statuses)} for {path(random)}");
        session.Report(new(bench, $"{name}-p99", taken.Latency.P99, "ms")
        {
            Wanted = Target.ValueAtMost(20),
            Inputs = new { rows, asked, p50 = Figure.Round(taken.Latency.P50), max = Figure.Round(taken.Latency.Max), of = "the whole answer over HTTP, one client" },
        });
    }

    static byte[] Get(string path, string token) =>
        Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n");

    /// <summary>Through the view's own code, so that the rows are what projectors would have written.</summary>
    static async Task FillAsync(Scratch scratch, Guid tenant, int runs, CancellationToken stop)
    {
        var views = Views.All.Where(v => v.Name is "run" or "run_term" or "run_minute" or "run_hour").ToList();
        for (var n = 0; n < runs; n += RunsAtOnce)
        {
            List<TailEvent> events = [.. Enumerable.Range(n, Math.Min(RunsAtOnce, runs - n)).SelectMany(i => EventsOf(tenant, i, runs))];
            await using var batch = scratch.Database.CreateBatch();
            foreach (var view in views)
                view.Project(events, batch, $"read.{view.Name}");
            await batch.ExecuteNonQueryAsync(stop);
        }
        foreach (var view in views)
            await scratch.ExecuteAsync($"vacuum (analyze) read.{view.Name}", stop);
    }

    static IEnumerable<TailEvent> EventsOf(Guid tenant, int n, int runs)
    {
        var random = new Random(n);
        var queuedAt = DateTime.UtcNow.AddDays(-30.0 * (runs - n) / runs);
        var facts = new StreamFacts { PlanId = $"plan-{random.Next(Plans)}", QueuedAt = queuedAt };
        var labels = new Dictionary<string, string> { ["channel"] = Channels[random.Next(Channels.Length)], ["customer"] = $"c-{random.Next(100_000)}" };
        var queued = new RunQueued(facts.PlanId, $"1.0.{random.Next(3)}", "d", JsonElement.Parse("{}"), new RunContext(Labels: labels));
        TailEvent Event(int seq, IEvent e, double seconds) => new()
        {
            Slot = n % Slot.PerDomain,
            Offset = n * 3L + seq,
            TenantId = tenant,
            Stream = $"run-r-{n:d7}",
            Seq = seq,
            Type = e.GetType().Name,
            Data = ContractsJson.Bytes<object>(e),
            StreamId = Guid.NewGuid(),
            CommandId = null,
            CorrelationId = $"case-{n / 4}",
            Actor = "bench",
            OccurredAt = queuedAt.AddSeconds(seconds),
            RecordedAt = queuedAt.AddSeconds(seconds),
            Facts = facts,
        };
        yield return Event(1, queued, 0);
        yield return Event(2, new RunStarted(), 0.01);
        yield return n % 200 == 0
            ? Event(3, new RunFailed(new StepError("HTTP_STATUS", "500", Retryable: false, "SYSTEM"), "s1"), 2)
            : Event(3, new RunCompleted(null), 1);
    }
}
