using System.Buffers;
using System.Text;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Engine.Runs;
using Xunit;

namespace Dvt.Tests.Rules.Runs;

/// <summary>A run, its history and a clock. After every decision the history is folded again and must equal the live state.</summary>
sealed class Scenario
{
    static readonly DateTimeOffset Begin = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    static readonly string[] Everyone = [Roles.TenantAdmin];

    readonly StoredRun stored = new();

    readonly Histories check;

    Scenario(Plan plan)
    {
        Run = Run.New("run-1", plan);
        check = new Histories(plan);
    }

    public Run Run { get; private set; }

    public List<(IEvent Event, DateTimeOffset At)> History { get; } = [];

    public DateTimeOffset Now { get; set; } = Begin;

    public List<CallStep> Calls { get; } = [];

    public List<ToRun> Tells { get; } = [];

    /// <summary>Of a plan with these steps, as JSON, and more members of the plan.</summary>
    public static Scenario Of(string steps, string more = "") => new(PlanOf(steps, more));

    public static Plan PlanOf(string steps, string more = "")
    {
        var check = Plan.Check(JsonElement.Parse($$"""{"planId":"p","version":"1.0.0","steps":{{steps}}{{more}}}"""), TestKinds.All);
        Assert.True(check.Valid, string.Join('\n', check.Faults));
        return check.Plan!;
    }

    public Decision Start(string input = "{}", RunLineage? lineage = null, RunContext? context = null) =>
        Keep(Run.Start(new StartRun("run-1", "p", PlanVersion: null, PlanDigest: null, JsonElement.Parse(input), context ?? new RunContext(), lineage, StartedBy: ["user:p0"]), Now));

    public Decision Complete(string stepId, string result = "null", int? attempt = null, Cost? cost = null) =>
        Keep(Run.Close(new CloseStep("run-1", stepId, attempt ?? AttemptOf(stepId), JsonElement.Parse(result), Error: null, cost), Now));

    public Decision Fail(string stepId, bool retryable = false, string code = "HTTP_STATUS", int? attempt = null, Cost? cost = null) =>
        Keep(Run.Close(
            new CloseStep("run-1", stepId, attempt ?? AttemptOf(stepId), Result: null, new StepError(code, "no", retryable, "USER"), cost), Now));

    public Decision Signal(string type, string? payload = null, string? id = null, string? reason = "because", string[]? roles = null, string? person = null) =>
        Keep(Run.Signal(
            new SignalRun("run-1", id ?? Guid.NewGuid().ToString(), type, reason, payload is null ? null : JsonElement.Parse(payload), roles ?? Everyone, person),
            Guid.NewGuid(), Now));

    public Decision Decide(string stepId, string decision, string person, string? comment = null, string? approvalId = null) =>
        Keep(Run.Decide(new DecideApproval("run-1", stepId, approvalId, decision, comment, person, ApprovalOracle.RolesOf(person)), Now));

    public Decision External(string name, string payload = "null", string? id = null) =>
        Keep(Run.ExternalSignal(new SendExternalSignal("run-1", id ?? Guid.NewGuid().ToString(), name, JsonElement.Parse(payload)), Now));

    public Decision Wake(TimeSpan later = default, IReadOnlySet<string>? leased = null)
    {
        Now += later;
        return Keep(Run.Wake(Now, leased));
    }

    /// <summary>Wakes at the moment the run asked for.</summary>
    public Decision WakeWhenDue()
    {
        Assert.NotNull(Run.NextDue);
        Now = Run.NextDue.Value > Now ? Run.NextDue.Value : Now;
        return Wake();
    }

    /// <summary>A slot of its concurrency key is granted.</summary>
    public Decision Admit() => Keep(Run.Admit(Now));

    public Decision Continue() => Keep(Run.Continue(Now));

    /// <summary>The process dies; another reads what was stored.</summary>
    public void Crash() => Run = stored.Read(Run.RunId, Run.Plan);

    /// <summary>Names of the events of a decision, with their step: <c>StepStarted a</c>.</summary>
    public static string[] Told(Decision decision) => [.. decision.Events.Select(Told)];

    public static string Told(IEvent e) => e is IStepEvent step ? $"{RunEvents.TypeName(e)} {step.StepId}" : RunEvents.TypeName(e);

    public string StatusOf(string stepId) => Run.Snapshot().Steps.Single(s => s.StepId == stepId).Status;

    public StepSnapshot Step(string stepId) => Run.Snapshot().Steps.Single(s => s.StepId == stepId);

    int AttemptOf(string stepId) => PlanNames.TryItem(stepId, out var mapId, out var index)
        ? Run.Items(mapId, status: null, index, limit: 1)![0].Attempt
        : Math.Max(1, Step(stepId).Attempt);

    public Decision Keep(Decision decision)
    {
        foreach (var e in decision.Events)
            History.Add((Relay(e), Now));
        Calls.AddRange(decision.Calls);
        Tells.AddRange(decision.Tells);
        stored.Store(Run);
        check.Check(Run, History, stored);
        return decision;
    }

    // Through the log and back, with members in another order, as jsonb gives them.
    public static IEvent Relay(IEvent e) => RunEvents.Read(RunEvents.TypeName(e), Reversed(JsonElement.Parse(RunEvents.Bytes(e))));

    static JsonElement Reversed(JsonElement json)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            WriteReversed(json, writer);
        return JsonElement.Parse(buffer.WrittenSpan);
    }

    static void WriteReversed(JsonElement json, Utf8JsonWriter writer)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in json.EnumerateObject().Reverse())
                {
                    writer.WritePropertyName(member.Name);
                    WriteReversed(member.Value, writer);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in json.EnumerateArray())
                    WriteReversed(item, writer);
                writer.WriteEndArray();
                break;
            default:
                json.WriteTo(writer);
                break;
        }
    }
}

/// <summary>What a database would hold of a run.</summary>
sealed class StoredRun
{
    readonly SortedDictionary<int, byte[]> steps = [];
    readonly SortedDictionary<(int, int), byte[]> items = [];
    byte[] header = [];

    public void Store(Run run)
    {
        header = HeaderOf(run);
        foreach (var (ordinal, state) in run.TakeChangedSteps())
            steps[ordinal] = state;
        foreach (var (ordinal, block, state) in run.TakeChangedItems())
            items[(ordinal, block)] = state;
    }

    public Run Read(string runId, Plan plan) =>
        header.Length == 0 ? Run.New(runId, plan) : Run.Read(runId, plan, header, steps.Select(s => (s.Key, (ReadOnlyMemory<byte>)s.Value)),
            items.Select(i => (i.Key.Item1, i.Key.Item2, (ReadOnlyMemory<byte>)i.Value)));

    public string Text => Encoding.UTF8.GetString(header) + string.Concat(steps.Select(s => $"\n{s.Key} {Encoding.UTF8.GetString(s.Value)}"))
        + string.Concat(items.Select(i => $"\n{i.Key} {Encoding.UTF8.GetString(i.Value)}"));

    public static byte[] HeaderOf(Run run)
    {
        var buffer = new ArrayBufferWriter<byte>();
        run.WriteState(buffer);
        return buffer.WrittenSpan.ToArray();
    }
}
