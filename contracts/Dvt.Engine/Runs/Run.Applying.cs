using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Plans;

namespace Dvt.Engine.Runs;

// What an event makes of the state.
public sealed partial class Run
{
    Occurrences occurrences;
    string? pauseCause;
    DateTimeOffset? pausedAt;
    string? pausedBy;
    bool drainNoted;
    bool parkPending;
    bool cancelRequested;
    bool emergency;
    string? cancelReason;
    SortedDictionary<string, SignalRecord>? signals;
    SortedDictionary<string, string>? external;
    SortedDictionary<string, Queue<(string SignalId, JsonElement? Payload)>>? buffered;

    /// <summary>Evolves by one event. Values in it are in canonical form, as <see cref="RunEvents"/> reads and decisions write them.</summary>
    public void Apply(IEvent e, DateTimeOffset occurredAt)
    {
        Seq++;
        var at = Moments.Exact(occurredAt);
        if (e is IStepEvent step)
            ApplyToStep(step, at);
        else
            ApplyToRun(e, at);
        KeepTime(at);
    }

    void ApplyToRun(IEvent e, DateTimeOffset at)
    {
        switch (e)
        {
            case RunQueued queued:
                Queue(queued, at);
                break;
            case RunAdmitted:
                admitted = true;
                break;
            case RunBudgetExceeded exceeded:
                occurrences.BudgetExceeded = exceeded.Occurrence;
                break;
            case RunBudgetChanged change:
                occurrences.BudgetChanged = change.Occurrence;
                changedBudget = Limits?.With(Plans.Budget.Read(change.Budget)) ?? Plans.Budget.Read(change.Budget);
                break;
            case RunStarted:
                (Status, StartedAt) = (RunStatus.Running, at);
                break;
            case RunPaused paused:
                Pause(paused, at);
                break;
            case RunResumed resumed:
                occurrences.Resumed = resumed.Occurrence;
                (Status, pauseCause, pausedAt, pausedBy) = (StartedAt is null ? RunStatus.Pending : RunStatus.Running, null, null, null);
                break;
            case RunPauseDrainTimedOut drain:
                (drainNoted, occurrences.DrainTimedOut) = (true, drain.Occurrence);
                break;
            case RunCancelRequested requested:
                occurrences.CancelRequested = requested.Occurrence;
                (cancelRequested, emergency, cancelReason) = (true, emergency || requested.Emergency, requested.Reason);
                break;
            case RunCompensationStarted undoing:
                BeginCompensating(undoing);
                break;
            case RunCancelled cancelled:
                End(RunStatus.Cancelled, at);
                CompensationError = cancelled.CompensationError;
                break;
            case RunCompleted completed:
                End(RunStatus.Completed, at);
                Output = completed.Output;
                break;
            case RunContinued continued:
                Continuation = continued;
                break;
            case RunFailed failed:
                End(RunStatus.Failed, at);
                (Error, FailedStepId, CompensationError) = (failed.Error, failed.FailedStepId, failed.CompensationError);
                break;
            default:
                ApplySignal(e);
                ApplySteering(e, at);
                break;
        }
    }

    void ApplySignal(IEvent e)
    {
        switch (e)
        {
            case SignalAccepted accepted:
                occurrences.Accepted = accepted.Occurrence;
                var from = accepted.SignalType == SignalTypes.RetryRun && accepted.Payload is { } payload ? Text(payload, "fromStep") : null;
                (signals ??= Names<SignalRecord>())[accepted.SignalId] = new(accepted.SignalType, accepted.Digest, Code: null, from, accepted.Person, from is null ? 0 : accepted.Occurrence);
                CountBytes(accepted.Payload);
                Release(accepted.SignalId);
                break;
            case SignalRejected rejected:
                occurrences.Rejected = rejected.Occurrence;
                (signals ??= Names<SignalRecord>())[rejected.SignalId] = new(rejected.SignalType, rejected.Digest, rejected.Code, FromStep: null);
                Release(rejected.SignalId);
                break;
            case ExternalSignalReceived received:
                occurrences.External = received.Occurrence;
                (external ??= Names<string>())[received.SignalId] = received.Digest;
                Buffer(received.Name, received.SignalId, received.Payload);
                CountBytes(received.Payload);
                break;
        }
    }

    void Queue(RunQueued queued, DateTimeOffset at)
    {
        (Status, QueuedAt, Input) = (RunStatus.Pending, at, queued.Input);
        Context = queued.Context with { Labels = Sorted(queued.Context.Labels) };
        Concurrency = queued.Concurrency;
        Lineage = queued.Lineage is { } lineage ? lineage with { Kept = null, Continued = Unsigned(lineage.Continued) } : null;
        TakeOver(queued.Lineage?.Continued?.Signals ?? []);
        StartedBy = queued.StartedBy ?? [];
        foreach (var (stepId, result) in queued.Lineage?.Kept ?? EmptyKept)
        {
            if (!Plan.TryStep(stepId, out var step))
                continue;
            var change = Open(step.Index);
            (change.State.Kept, change.State.Result) = (true, Values.Canonical((JsonElement?)result));
            Close(change);
            ready.Add(step.Index);
        }
    }

    static readonly Dictionary<string, JsonElement> EmptyKept = [];

    static SortedDictionary<string, string>? Sorted(IReadOnlyDictionary<string, string>? labels) =>
        labels is { Count: > 0 } ? new(labels.ToDictionary(), StringComparer.Ordinal) : null;

    void Pause(RunPaused paused, DateTimeOffset at)
    {
        occurrences.Paused = paused.Occurrence;
        // A pause on top of a parked step leaves the step parked once it is over.
        parkPending = paused.Cause != StepFailedCause && Count(Phase.Parked) > 0;
        (Status, pauseCause, pausedAt, pausedBy, drainNoted) = (RunStatus.Paused, paused.Cause, at, paused.SignalId, false);
    }

    void End(RunStatus status, DateTimeOffset at)
    {
        (Status, EndedAt, pauseCause, pausedAt, pausedBy) = (status, at, null, null, null);
        DropUndo();
    }

    void ApplyToStep(IStepEvent e, DateTimeOffset at)
    {
        if (!Plan.TryStep(e.StepId, out var step))
            return;
        var change = Open(step.Index);
        var state = change.State;
        switch (e)
        {
            case StepStarted started:
                (state.Status, state.StartedAt, state.OfferedAt, state.EndedAt, state.DueAt) = (StepStatus.Running, at, at, null, null);
                (state.Attempt, state.EngineAttempt, state.Input) = (started.Attempt, started.EngineAttempt, started.Input);
                (state.Error, state.Result, state.Approval, state.InputVersion) = (null, null, null, occurrences.InputChanged);
                CountAttempts(1);
                if (step.Kind.Mode == StepMode.Mapping)
                    BeginItems(state);
                break;
            case StepCompleted completed:
                if (completed.SignalId is not null)
                    Unbuffer(state.WaitSignal!);
                Finish(state, StepStatus.Completed, at);
                (state.Attempt, state.EngineAttempt, state.Kept) = (completed.Attempt, completed.EngineAttempt, completed.Kept);
                (state.Result, state.Error) = (completed.Result, null);
                if (completed.Override)
                    (state.Overridden, state.InputVersion) = (true, occurrences.InputChanged);
                state.CompletedSeq = step.Compensation is null ? 0 : Seq;
                Charge(completed.Cost);
                break;
            case StepFailed failed:
                Finish(state, StepStatus.Failed, at);
                state.Error = failed.Error;
                Charge(failed.Cost);
                // Until its retry is scheduled, which follows at once, the step must not look settled.
                state.DueAt = failed.Final ? null : at;
                // While the run is parked already, the operator who looks at one step sees the others.
                parkPending |= failed.Final && step.OnError == OnError.Park && pauseCause != StepFailedCause;
                break;
            case StepRetryScheduled scheduled:
                (state.Attempt, state.EngineAttempt, state.DueAt) = (scheduled.Attempt, scheduled.EngineAttempt, Moments.Exact(scheduled.DueAt));
                state.InputOverride = scheduled.Input ?? state.InputOverride;
                break;
            case StepRecovered recovered:
                (state.EngineAttempt, state.OfferedAt, state.LeaseSeenUntil) = (recovered.EngineAttempt, at, null);
                state.Recoveries = recovered.Occurrence;
                break;
            case StepSkipped skipped:
                Finish(state, StepStatus.Skipped, at);
                (state.SkipReason, state.Kept, state.Result) = (skipped.ReasonCode, false, null);
                break;
            case StepCancelled:
                Finish(state, StepStatus.Cancelled, at);
                (state.Kept, state.Result) = (false, null);
                break;
            case StepTargetChanged aimed:
                (state.Target, state.TargetsSet) = (aimed.Target, aimed.Occurrence);
                break;
            case TimerSet timer:
                (state.DueAt, state.WaitSignal, state.TimersSet) = (timer.DueAt is { } due ? Moments.Exact(due) : null, timer.Signal, timer.Occurrence);
                break;
            case TimerFired fired:
                state.TimersFired = fired.Occurrence;
                break;
            case EventEmitted emitted:
                state.Emissions = emitted.Occurrence;
                break;
            case StepItemsStarted or StepItemsCompleted or StepItemsFailed or StepItemsRecovered:
                ApplyToItems(e, state.Map!, at);
                CountItems(e, isDoneHere: step.Child!.Kind.Mode == StepMode.Inline);
                break;
            default:
                if (!ApplyToApproval(e, state, at))
                    ApplyToUndo(e, step.Index, state, at);
                break;
        }
        Close(change);
    }

    static void Finish(StepState state, StepStatus status, DateTimeOffset at)
    {
        (state.Status, state.EndedAt) = (status, at);
        (state.Input, state.DueAt, state.OfferedAt, state.WaitSignal, state.LeaseSeenUntil) = (null, null, null, null, null);
    }

    void Buffer(string name, string signalId, JsonElement? payload)
    {
        buffered ??= Names<Queue<(string, JsonElement?)>>();
        if (!buffered.TryGetValue(name, out var queue))
            buffered.Add(name, queue = []);
        queue.Enqueue((signalId, payload));
        (signalled ??= []).Add(name);
    }

    void Unbuffer(string name)
    {
        var queue = buffered![name];
        queue.Dequeue();
        if (queue.Count == 0)
            buffered.Remove(name);
    }

    static SortedDictionary<string, T> Names<T>() => new(StringComparer.Ordinal);

    struct Occurrences
    {
        public int Paused;
        public int Resumed;
        public int DrainTimedOut;
        public int CancelRequested;
        public int Accepted;
        public int Rejected;
        public int External;
        public int BudgetExceeded;
        public int BudgetChanged;
        public int InputChanged;
        public int Alerted;
        public int Held;
    }

    /// <param name="Occurrence">Of one that keeps results: its place among the accepted ones.</param>
    sealed record SignalRecord(string Type, string Digest, string? Code, string? FromStep, string? Person = null, int Occurrence = 0);
}
