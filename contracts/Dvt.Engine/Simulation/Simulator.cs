using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Engine.Runs;

namespace Dvt.Engine.Simulation;

/// <summary>What to simulate.</summary>
/// <param name="RunId">Jitter of retries depends on it, so the same id gives the same history.</param>
/// <param name="StartAt">Where the virtual clock begins.</param>
public sealed record SimulationSetup(Plan Plan, string RunId, JsonElement Input, RunContext Context, DateTimeOffset StartAt, Mocks Mocks)
{
    public IReadOnlyList<TimedSignal> Signals { get; init; } = [];

    /// <summary>How long a step usually takes; null when nobody knows.</summary>
    public Func<string, TimeSpan?> UsualDelay { get; init; } = static _ => null;

    public int MaxEvents { get; init; } = Simulator.MaxEvents;
}

/// <summary>What would happen.</summary>
/// <param name="Run">As it stands at the end.</param>
/// <param name="Now">The virtual clock at the end.</param>
/// <param name="UnusedMocks">Names of mocks that were never asked for.</param>
/// <param name="WaitsFor">Why the run did not end by itself; empty when it did.</param>
/// <param name="Refusal">The run cannot be started like this; then nothing else is told.</param>
/// <param name="Truncated">Null when it was not cut off; else <c>EVENTS</c>, <c>VIRTUAL_TIME</c> or <c>TIME</c>.</param>
public sealed record SimulationResult(
    Run Run, IReadOnlyList<(IEvent Event, DateTimeOffset At)> History, DateTimeOffset Now, IReadOnlyList<Assumption> Assumptions,
    IReadOnlyList<SignalRefusal> Refusals, IReadOnlyList<string> UnusedMocks, IReadOnlyList<OpenEnd> WaitsFor, string? Truncated,
    Refusal? Refusal);

/// <summary>Runs a plan to its end on a virtual clock, with the very decisions of the real engine.</summary>
public static class Simulator
{
    public const int MaxEvents = 20_000;

    /// <summary>So much virtual time, at the most.</summary>
    public static readonly TimeSpan MaxVirtualTime = TimeSpan.FromDays(3_660);

    /// <summary>Everything that happens writes an event, but for answers of attempts that are closed.</summary>
    const int TurnsPerEvent = 4;

    static readonly string[] Everyone = [Roles.TenantAdmin, "system"];

    /// <param name="stop">Real time is over: what has happened so far is told.</param>
    public static SimulationResult Run(SimulationSetup setup, CancellationToken stop)
    {
        var world = new World(setup);
        var run = new VirtualRun(setup.RunId, setup.Plan, world.Answer) { Happened = world.Follow, MaxEvents = setup.MaxEvents };
        world.Run = run;
        foreach (var signal in setup.Signals)
            run.Plan(setup.StartAt + signal.At, world.Sending(signal));
        var start = new StartRun(
            setup.RunId, setup.Plan.PlanId, setup.Plan.Version, setup.Plan.Digest, setup.Input, setup.Context);
        var started = run.Do((r, at) => r.Start(start, at), setup.StartAt);
        var (now, truncated) = Play(run, setup, stop);
        return new SimulationResult(
            run.Run, run.History, now, [.. world.Assumptions.Values], world.Refusals, setup.Mocks.Unused, truncated is null ? OpenEndsOf(run.Run) : [], truncated, started.Refusal);
    }

    static (DateTimeOffset Now, string? Truncated) Play(VirtualRun run, SimulationSetup setup, CancellationToken stop)
    {
        var now = setup.StartAt;
        for (var turns = 0; ; turns++)
        {
            if (run.History.Count >= setup.MaxEvents || turns >= TurnsPerEvent * setup.MaxEvents)
                return (now, run.Run.IsTerminal && run.History.Count <= setup.MaxEvents ? null : "EVENTS");
            if (run.NextAt is not { } next)
                return (now, null);
            if (next - setup.StartAt > MaxVirtualTime)
                return (now, "VIRTUAL_TIME");
            if (stop.IsCancellationRequested)
                return (now, "TIME");
            now = run.Turn(now);
        }
    }

    static List<OpenEnd> OpenEndsOf(Run run)
    {
        if (run.IsTerminal)
            return [];
        var steps = run.Snapshot().Steps;
        if (run.Status != RunStatus.Paused)
            return [.. steps.Where(s => s.Status == "RUNNING").Select(OpenEndOf)];
        return run.Substatus == "STEP_FAILED"
            ? [.. steps.Where(s => s.Status == "FAILED" && run.Plan.TryStep(s.StepId, out var step) && step.OnError == OnError.Park).Select(s => new OpenEnd("OPERATOR", s.StepId, Name: null))]
            : [new OpenEnd("RESUME", StepId: null, run.Substatus == "BUDGET_EXCEEDED" ? run.Substatus : null)];
    }

    static OpenEnd OpenEndOf(StepSnapshot step) => step switch
    {
        { WaitingFor: { } signal } => new("SIGNAL", step.StepId, signal),
        { Approval: { Status: "open" } approval } => new("APPROVAL", step.StepId, string.Join(", ", approval.Roles)),
        _ => new("STEP", step.StepId, step.Kind),
    };

    /// <summary>The world around a simulated run, as its mocks have it.</summary>
    sealed class World(SimulationSetup setup)
    {
        readonly Dictionary<string, StepKind> kinds = setup.Plan.Steps
            .SelectMany(s => s.Compensation is { } undo ? new[] { s.Kind, undo.Kind } : [s.Kind])
            .DistinctBy(k => k.Name).ToDictionary(k => k.Name, StringComparer.Ordinal);

        public VirtualRun Run { get; set; } = null!;

        public SortedDictionary<string, Assumption> Assumptions { get; } = new(StringComparer.Ordinal);

        public List<SignalRefusal> Refusals { get; } = [];

        public CallAnswer Answer(CallStep call)
        {
            var mock = setup.Mocks.Of(call.StepId, call.Attempt) ?? new Mock();
            var delay = mock.Delay ?? setup.UsualDelay(call.StepId);
            var (result, from) = mock.Error is not null ? (null, null)
                : mock.Result.ValueKind != JsonValueKind.Undefined ? (mock.Result, null)
                : Usual(call);
            if (from is not null || mock.Delay is null)
                Assumptions.TryAdd(call.StepId, new(
                    call.StepId, from is null ? null : result, from, mock.Delay is null ? delay ?? TimeSpan.Zero : null,
                    mock.Delay is not null ? null : delay is null ? "NONE" : "HISTORY"));
            return new CallAnswer(delay ?? TimeSpan.Zero, result, mock.Error, mock.Cost);
        }

        (JsonElement? Result, string? From) Usual(CallStep call) =>
            kinds.GetValueOrDefault(call.Kind)?.ResultSchema is { ValueKind: JsonValueKind.Object } schema
                ? (SchemaSample.Of(schema), "SCHEMA")
                : (call.Input, "INPUT");

        /// <summary>A step that begins to wait brings about the signal, or the answers of people, that its mock promises.</summary>
        public void Follow(IEvent e, DateTimeOffset at)
        {
            if (e is ApprovalRequested asked && setup.Mocks.Of(asked.StepId, asked.Attempt)?.Signal is { } given)
                for (var person = 1; person <= asked.Terms.MinApprovals; person++)
                    Run.Plan(at + given.After, Answering(asked, given.Payload, $"user:mock-{person}"));
            if (e is TimerSet { Signal: { } name } timer && setup.Mocks.Of(timer.StepId, timer.Attempt)?.Signal is { } signal)
                Run.Plan(at + signal.After, Sending(new TimedSignal(
                    At: default, $"mock:{timer.StepId}:{timer.Attempt}", Type: null, name, Reason: null, signal.Payload)));
        }

        static Func<Run, DateTimeOffset, Decision> Answering(ApprovalRequested asked, JsonElement? payload, string person)
        {
            var (decision, comment) = (Text(payload, "decision") is "deny" or "denied" ? ApprovalDecisions.Deny : ApprovalDecisions.Approve, Text(payload, "comment"));
            return (run, at) => run.Decide(new DecideApproval(run.RunId, asked.StepId, asked.ApprovalId, decision, comment, person, Everyone), at);
        }

        static string? Text(JsonElement? json, string name) =>
            json is { ValueKind: JsonValueKind.Object } given && given.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

        public Func<Run, DateTimeOffset, Decision> Sending(TimedSignal signal) => (run, at) =>
        {
            var decision = signal.Type is { } type
                ? run.Signal(new SignalRun(run.RunId, signal.SignalId, type, signal.Reason, signal.Payload, Everyone), NamedId.Of("decision", run.RunId, signal.SignalId), at)
                : run.ExternalSignal(new SendExternalSignal(run.RunId, signal.SignalId, signal.Name!, signal.Payload), at);
            if (decision.Refusal is { } refusal)
                Refusals.Add(new(signal.SignalId, at, refusal.Code, refusal.Detail));
            return decision;
        };
    }
}
