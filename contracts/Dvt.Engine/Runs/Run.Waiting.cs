using System.Globalization;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Json;
using Dvt.Engine.Plans;

namespace Dvt.Engine.Runs;

// Steps that wait for a moment or a signal.
public sealed partial class Run
{
    const string WaitPurpose = "WAIT";
    const string SignalPurpose = "SIGNAL";

    void BeginWait(StepPlan step, int attempt)
    {
        Write(new StepStarted(step.StepId, attempt, EngineAttempt: 1, Input: null));
        if (!TryInput(step, steps[step.Index]?.InputOverride, out var with, out var error) || !TryDue(with, out var signal, out var dueAt, out error))
        {
            Fail(step, error!);
            return;
        }
        var purpose = signal is null ? WaitPurpose : SignalPurpose;
        Write(new TimerSet(step.StepId, attempt, EngineAttempt: 1, purpose, dueAt, signal, steps[step.Index]!.TimersSet + 1));
        EndWait(step.Index);
    }

    bool TryDue(JsonElement? with, out string? signal, out DateTimeOffset? dueAt, out StepError? error)
    {
        (signal, dueAt, error) = (null, null, null);
        if (with is { ValueKind: JsonValueKind.Object } wait)
        {
            if (Text(wait, "until") is { } until)
                dueAt = DateTimeOffset.TryParse(until, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
                    ? Moments.Exact(moment)
                    : null;
            else if (Text(wait, "duration") is { } duration)
                dueAt = After(duration);
            else if (Text(wait, "signal") is { Length: > 0 and <= 128 } name)
            {
                signal = name;
                if (Text(wait, "timeout") is not { } timeout)
                    return true;
                dueAt = After(timeout);
            }
        }
        if (dueAt is not null)
            return true;
        error = Permanent("INVALID_WITH", "a wait needs a duration, an until or a signal");
        return false;
    }

    DateTimeOffset? After(string duration) =>
        IsoDuration.TryParse(duration, out var span) && span < DateTimeOffset.MaxValue - now ? Moments.Exact(now + span) : null;

    static string? Text(JsonElement from, string name) =>
        from.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    void EndWait(int index)
    {
        var (step, state) = (Plan.Steps[index], steps[index]!);
        if (state.WaitSignal is { } name && buffered is not null && buffered.TryGetValue(name, out var queue))
        {
            var (signalId, payload) = queue.Peek();
            Write(new StepCompleted(step.StepId, state.Attempt, state.EngineAttempt, payload, SignalId: signalId));
        }
        else if (state.DueAt <= now)
        {
            var purpose = state.WaitSignal is null ? WaitPurpose : SignalPurpose;
            Write(new TimerFired(step.StepId, state.Attempt, state.EngineAttempt, purpose, state.TimersFired + 1));
            if (state.WaitSignal is null)
                Write(new StepCompleted(step.StepId, state.Attempt, state.EngineAttempt, Result: null));
            else
                Fail(step, new StepError("SIGNAL_TIMEOUT", $"no signal {state.WaitSignal} came in time", Retryable: false, "TIMEOUT"));
        }
        else if (step.Timeout is { } timeout && now >= state.StartedAt + timeout)
        {
            Fail(step, new StepError("STEP_TIMEOUT", "the step took longer than its timeout", Retryable: false, "TIMEOUT"));
        }
    }

    /// <summary>Hands a named payload to the first step that waits for it, now or later.</summary>
    public Decision ExternalSignal(SendExternalSignal c, DateTimeOffset now)
    {
        Begin(now);
        FinishEnding();
        if (SignalShape.CheckExternal(c) is { } fault)
            return Decided(fault);
        JsonElement? payload;
        string digest;
        try
        {
            payload = Values.Canonical(c.Payload);
            digest = SignalShape.Digest(c.Name, reason: null, payload);
        }
        catch (JsonRefused refused)
        {
            return Decided(new Refusal(SignalShape.InvalidPayload, refused.Message));
        }
        if (payload is { } held && Values.HoldsNull(held))
            return Decided(new Refusal(SignalShape.InvalidPayload, "a text holds U+0000"));
        if (external is not null && external.TryGetValue(c.SignalId, out var first))
            return first == digest ? Decided() : Decided(SignalShape.Duplicate(c.SignalId));
        if (Continuation is { } next)
            return Decided() with { NewRun = NextLink(), PassTo = next.AsRunId };
        if (IsTerminal)
            return Decided(new Refusal("RUN_TERMINAL", $"the run is {StatusNames.Of(Status)}"));
        if (buffered is not null && buffered.TryGetValue(c.Name, out var queue) && queue.Count >= MaxBuffered)
            return Decided(new Refusal("SIGNAL_BUFFER_FULL", $"{MaxBuffered} signals {c.Name} wait already"));
        if (HistoryFull(signalType: null) is { } full)
            return Decided(full);
        Write(new ExternalSignalReceived(c.SignalId, c.Name, payload, digest, occurrences.External + 1));
        Advance();
        return Decided();
    }

    const int MaxBuffered = 1_000;
}
