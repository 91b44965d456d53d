using System.Text.Json;
using System.Text.Json.Nodes;
using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Engine.Runs;
using Dvt.Engine.Simulation;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Journeys;

/// <summary>
/// The simulator against the real queues, workers and database. Times are left out, and moments to come are taken from the event
/// that names them; everything else of an event must be the same, its idempotency key included.
/// </summary>
public sealed class SimulatedHistoryTests(JourneySystem journeys, ITestOutputHelper output) : JourneyTest(journeys, output)
{
    const int Serial = 350;
    const int Parallel = 150;

    static readonly JsonElement Input = JsonElement.Parse("""{"yes":true,"word":"left"}""");

    readonly ITestOutputHelper output = output;

    [ServersFact]
    public async Task Simulated_and_native_histories_of_500_random_plans_are_equal_event_by_event_apart_from_times()
    {
        var random = Seeded.Start(output);
        var plans = Enumerable.Range(0, Serial + Parallel).Select(n => ScriptedPlan.Of(random, System.Sandbox, $"run-{n}", isSerial: n < Serial)).ToList();
        var tenant = await System.Orders.TenantAsync(System.Sandbox.Authority);
        await System.Orders.PublishPlansAsync(tenant, [.. plans.Select(p => p.Document)]);
        // Start and signals of a run lie in their order in one queue.
        await System.Orders.PublishAsync([.. plans.SelectMany(p => Messages(tenant, p))]);
        await Eventually.HoldsAsync(async () => await AtRestAsync(tenant) == plans.Count, TimeSpan.FromSeconds(120), async () => $"{await AtRestAsync(tenant)} of {plans.Count} runs came to rest");
        var native = await NativeAsync(tenant);
        var events = 0;
        foreach (var plan in plans)
        {
            var (simulated, compiled) = Simulated(plan);
            var real = native[plan.RunId];
            events += real.Count;
            if (plan.IsSerial)
                Same(simulated, real, plan, "");
            else
                SameInCause(simulated, real, compiled, plan);
        }
        output.WriteLine($"{events} events of {plans.Count} runs");
    }

    static IEnumerable<Envelope> Messages(Guid tenant, ScriptedPlan plan) =>
    [
        Orders.Start(tenant, plan.RunId, plan.PlanId, Input),
        .. Enumerable.Range(1, plan.Signals).Select(n => Orders.External(tenant, plan.RunId, n)),
    ];

    Task<long> AtRestAsync(Guid tenant) => System.ReadAsync<long>(
        """
        select count(distinct stream)
        from log.events
        where tenant_id = $1
          and (type in ('RunCompleted', 'RunFailed') or (type = 'RunPaused' and data ->> 'cause' = 'STEP_FAILED'))
        """, tenant);

    async Task<Dictionary<string, List<string>>> NativeAsync(Guid tenant)
    {
        await using var command = System.Database.CreateCommand(
            """
            select stream, type, data::text, occurred_at
            from log.events
            where tenant_id = $1
              and stream like 'run-%'
            order by stream, seq
            """);
        command.Parameters.Add(new() { Value = tenant });
        await using var reader = await command.ExecuteReaderAsync();
        var histories = new Dictionary<string, List<string>>();
        while (await reader.ReadAsync())
        {
            var runId = reader.GetString(0)["run-".Length..];
            if (!histories.TryGetValue(runId, out var history))
                histories.Add(runId, history = []);
            history.Add(NormalForm(runId, RunEvents.Read(reader.GetString(1), JsonElement.Parse(reader.GetString(2))), new DateTimeOffset(reader.GetDateTime(3))));
        }
        return histories;
    }

    static (List<string> History, Plan Plan) Simulated(ScriptedPlan scripted)
    {
        var plan = Plan.Check(JsonElement.Parse(scripted.Document), StepKinds.BuiltIn).Plan!;
        var setup = new SimulationSetup(plan, scripted.RunId, Input, new RunContext(), new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), scripted.Mocks)
        {
            Signals = [.. Enumerable.Range(1, scripted.Signals).Select(n => new TimedSignal(
                TimeSpan.Zero, $"s{n}", Type: null, "go", Reason: null, ContractsJson.Element(new { n })))],
        };
        var result = Simulator.Run(setup, CancellationToken.None);
        return ([.. result.History.Select(h => NormalForm(scripted.RunId, h.Event, h.At))], plan);
    }

    /// <summary>Type, key and data; of what an http step got only the status.</summary>
    static string NormalForm(string runId, IEvent e, DateTimeOffset at)
    {
        var data = JsonNode.Parse(RunEvents.Bytes(e))!.AsObject();
        if (data["dueAt"] is JsonValue due)
            data["dueAt"] = (DateTimeOffset.Parse(due.GetValue<string>(), global::System.Globalization.CultureInfo.InvariantCulture) - at).ToString();
        if (data["result"] is JsonObject result && result["status"] is { } status)
            data["result"] = new JsonObject { ["status"] = status.DeepClone() };
        return $"{RunEvents.TypeName(e)} {EventKeys.Of(runId, e, $"p-{runId}", "1.0.0")[..8]} {data.ToJsonString()}";
    }

    static void Same(List<string> simulated, List<string> real, ScriptedPlan plan, string what) => Assert.True(
        simulated.SequenceEqual(real), $"{plan.RunId} {what}\n{plan.Document}\nsimulated\n{string.Join('\n', simulated)}\nnative\n{string.Join('\n', real)}");

    /// <summary>What runs side by side may end in any order: each step's events, and the run's own, are compared by themselves.</summary>
    static void SameInCause(List<string> simulated, List<string> real, Plan compiled, ScriptedPlan plan)
    {
        foreach (var stepId in compiled.Steps.Select(s => s.StepId).Append(""))
            Same(simulated.FindAll(e => StepOf(e) == stepId), real.FindAll(e => StepOf(e) == stepId), plan, stepId);
        foreach (var history in (List<string>[])[simulated, real])
            foreach (var step in compiled.Steps)
                if (history.FindIndex(e => StepOf(e) == step.StepId) is >= 0 and var began)
                    Assert.All(step.Parents, parent => Assert.True(history.FindLastIndex(e => StepOf(e) == compiled.Steps[parent].StepId) < began, $"{plan.RunId}: {step.StepId} before its parent"));
    }

    static string StepOf(string normal) => JsonElement.Parse(normal.Split(' ', 3)[2]).TryGetProperty("stepId", out var stepId) ? stepId.GetString()! : "";
}
