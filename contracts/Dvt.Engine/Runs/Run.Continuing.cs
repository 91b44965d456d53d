using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Json;

namespace Dvt.Engine.Runs;

// How a completed run goes on as a new one, and how much may happen to one run.
public sealed partial class Run
{
    /// <summary>
    /// Signals a run takes in its life, refused ones included. Everything else in a history is bounded by the plan; without a
    /// limit signals would make it grow for ever. <c>CANCEL</c> and <c>EMERGENCY_STOP</c> are taken beyond it, once each.
    /// </summary>
    public const int MaxSignals = 10_000;

    /// <summary>Bytes that the payloads of these signals have together, at the most.</summary>
    public const long MaxSignalBytes = 64 * 1024 * 1024;

    /// <summary>Bytes of unread signals that a run hands on.</summary>
    public const int MaxHandedBytes = 4 * 1024 * 1024;

    long signalBytes;

    /// <summary>Set when the run has gone on as another.</summary>
    public RunContinued? Continuation { get; private set; }

    /// <summary>How much of what it may take in signals the run has taken: 0 to 1, a little more after a late <c>CANCEL</c>.</summary>
    public double HistoryUse => Math.Max(
        (double)(occurrences.Accepted + occurrences.Rejected + occurrences.External + occurrences.Held) / MaxSignals, (double)signalBytes / MaxSignalBytes);

    /// <summary>Null as long as the history takes another signal.</summary>
    Refusal? HistoryFull(string? signalType) => HistoryUse < 1
        || (signalType == SignalTypes.Cancel && !cancelRequested && !compensating)
        || (signalType == SignalTypes.EmergencyStop && !emergency)
        ? null
        : new Refusal("HISTORY_LIMIT", $"the run has taken {MaxSignals} signals or {MaxSignalBytes / 1024 / 1024} MB of them and takes no more");

    void CountBytes(JsonElement? payload) => signalBytes += payload is { } given ? Values.Size(given) : 0;

    /// <summary>What the plan says about going on; false when it cannot be carried out, which fails the run.</summary>
    bool TryGoOn(out RunContinued? next, out StepError? error)
    {
        (next, error) = (null, null);
        if (Plan.ContinueAs is not { } plan)
            return true;
        if (plan.When is not null)
        {
            if (!TryEvaluate(plan.When, out var wanted, out error))
                return false;
            if (wanted is not { ValueKind: JsonValueKind.True })
            {
                error = wanted is { ValueKind: JsonValueKind.False } ? null : Permanent("EXPRESSION_FAILED", "`when` of continueAs must give a boolean");
                return error is null;
            }
        }
        JsonElement? input = Input;
        if (plan.Input is not null && !TryEvaluate(plan.Input, out input, out error))
            return false;
        if (Plan.CheckInput(input ?? NullValue) is [var fault, ..])
            error = Permanent("CONTINUE_INPUT_INVALID", $"the input to go on with does not fit the plan: {fault.Pointer} {fault.Message}");
        else if (Unread().Sum(s => s.Payload is { } payload ? Values.Size(payload) : 0) > MaxHandedBytes)
            error = Permanent("CONTINUE_SIGNALS_TOO_LARGE", $"unread signals are larger than {MaxHandedBytes} bytes together");
        if (error is not null)
            return false;
        next = new RunContinued(NamedId.Of("continue-run", RunId).ToString(), input ?? NullValue);
        goesOn = true;
        return true;
    }

    /// <summary>The run that goes on for this one; null when none does. The same whenever it is asked.</summary>
    public StartRun? NextLink()
    {
        if (Continuation is not { } next)
            return null;
        List<HandedSignal> unread = [.. Unread()];
        var continued = new ContinuedFrom(RunId, Link + 1, unread.Count == 0 ? null : unread, Lineage?.Above is null ? null : Spent);
        return new StartRun(
            next.AsRunId, Plan.PlanId, Plan.Version, Plan.Digest, next.Input, Context,
            new RunLineage(Lineage?.OriginRunId ?? RunId, RunId, RunAttempt: 1, Kept: null, continued, Lineage?.Above), Plan.TellsStarters ? StartedBy : null);
    }

    /// <summary>Place in its chain; 1 when it goes on for no other.</summary>
    public int Link => Lineage?.Continued?.Link ?? 1;

    IEnumerable<HandedSignal> Unread() =>
        buffered?.SelectMany(named => named.Value.Select(s => new HandedSignal(s.SignalId, named.Key, s.Payload, external![s.SignalId]))) ?? [];

    static ContinuedFrom? Unsigned(ContinuedFrom? continued) => continued is null ? null : continued with { Signals = null };

    void TakeOver(IReadOnlyList<HandedSignal> handed)
    {
        foreach (var signal in handed)
        {
            (external ??= Names<string>())[signal.SignalId] = signal.Digest;
            Buffer(signal.Name, signal.SignalId, Values.Canonical(signal.Payload));
            CountBytes(signal.Payload);
        }
    }
}
