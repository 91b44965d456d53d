using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Plans;

namespace Dvt.Engine.Runs;

// What single steps wait for.
public sealed partial class Run
{
    /// <summary>Items of one map that are told one by one.</summary>
    const int ItemsTold = 10;

    const string CircuitOpenError = "HTTP_CIRCUIT_OPEN";

    void AddStep(List<Blocker> found, int index, DateTimeOffset now)
    {
        var (step, state) = (Plan.Steps[index], steps[index]!);
        switch (PhaseOf(index))
        {
            case Phase.InFlight:
                found.Add(BlockerOfCall(step, state, step.StepId, CallOf(index).EffectKey));
                break;
            case Phase.InSubRun:
                found.Add(BlockerOfSubRun(step, state, step.StepId));
                break;
            case Phase.Mapping:
                AddMap(found, step, state, now);
                break;
            case Phase.WaitingSignal:
                found.Add(new(BlockerCodes.WaitingSignal, $"the step waits for the external signal {state.WaitSignal}")
                {
                    StepId = step.StepId,
                    Kind = step.Kind.Name,
                    Signal = state.WaitSignal,
                    Since = state.StartedAt,
                    ClearsAt = Held(Earlier(state.DueAt, state.StartedAt + step.Timeout)),
                    ClearableBy = new(SignallingRoles, Signals: null, Href: $"{Path}/external-signals"),
                });
                break;
            case Phase.WaitingApproval when state.Approval is { IsOpen: true } approval:
                found.Add(new(BlockerCodes.WaitingApproval, $"{approval.Missing} more of {string.Join(", ", approval.Standing.Roles)} must approve")
                {
                    StepId = step.StepId,
                    Kind = step.Kind.Name,
                    Since = approval.RequestedAt,
                    ClearsAt = Held(Earlier(approval.Standing.SettlesAt(approval.Terms), state.StartedAt + step.Timeout)),
                    EscalatesAt = Held(approval.Standing.EscalatesAt(approval.Terms)),
                    ClearableBy = new([.. approval.Standing.Roles.Append(Roles.TenantAdmin).Distinct()], Signals: null, Href: $"{Path}/approvals/{step.StepId}"),
                });
                break;
            case Phase.WaitingTimer when DueOf(index) > now:
                found.Add(new(BlockerCodes.WaitingTimer, "the step waits for a moment")
                {
                    StepId = step.StepId,
                    Kind = step.Kind.Name,
                    Since = state.StartedAt,
                    ClearsAt = Held(DueOf(index)),
                    ClearableBy = BySignals(SignalTypes.InjectOverride),
                });
                break;
            case Phase.Retrying when state.DueAt > now:
                found.Add(BlockerOfRetry(step, state));
                break;
            case Phase.Parked when Status == RunStatus.Paused && !compensating:
                found.Add(new(BlockerCodes.StepFailed, $"the step failed for good: {state.Error?.Code}; somebody has to say what becomes of it")
                {
                    StepId = step.StepId,
                    Kind = step.Kind.Name,
                    Attempt = state.Attempt,
                    Since = state.EndedAt,
                    Error = state.Error,
                    ClearableBy = BySignals(SignalTypes.RetryStep, SignalTypes.SkipStep, SignalTypes.InjectOverride, SignalTypes.Cancel),
                });
                break;
        }
    }

    static Blocker BlockerOfCall(StepPlan step, StepState state, string stepName, string effectKey) => new(
        BlockerCodes.CallInFlight, state.EngineAttempt > 1 ? "the step was called again, as nobody was known to work on it" : "the step was called and its answer is awaited")
    {
        StepId = stepName,
        Kind = step.Kind.Name,
        Attempt = state.Attempt,
        Since = state.StartedAt,
        Deadline = DeadlineOf(step, state),
        EffectKey = effectKey,
    };

    Blocker BlockerOfSubRun(StepPlan step, StepState state, string stepName)
    {
        var subRunId = SubRunId(RunId, stepName, state.Attempt);
        return new(BlockerCodes.SubRun, "a sub-run is under way; it has blockers of its own")
        {
            StepId = stepName,
            Kind = step.Kind.Name,
            Attempt = state.Attempt,
            Since = state.StartedAt,
            SubRunId = subRunId,
            Deadline = compensating ? null : Held(state.StartedAt + step.Timeout),
            ClearableBy = new(Href: $"/v1/runs/{subRunId}/blockers"),
        };
    }

    Blocker BlockerOfRetry(StepPlan step, StepState state)
    {
        var isOpen = state.Error?.Code == CircuitOpenError;
        return new(
            isOpen ? BlockerCodes.CircuitOpen : BlockerCodes.RetryBackoff,
            isOpen ? "so many calls of the host failed that none are made for a while" : $"attempt {state.Attempt} follows after a pause, as the one before failed: {state.Error?.Code}")
        {
            StepId = step.StepId,
            Kind = step.Kind.Name,
            Attempt = state.Attempt,
            Since = state.EndedAt,
            ClearsAt = Held(state.DueAt),
            Error = state.Error,
            Host = isOpen ? HostOf(step, state) : null,
            ClearableBy = BySignals(SignalTypes.SkipStep, SignalTypes.InjectOverride),
        };
    }

    string? HostOf(StepPlan step, StepState state) =>
        TryInput(step, state.InputOverride, out var input, out _, state.Target)
        && input is { ValueKind: JsonValueKind.Object } given && Text(given, "url") is { } text && Uri.TryCreate(text, UriKind.Absolute, out var url)
            ? url.GetLeftPart(UriPartial.Authority)
            : null;

    void AddMap(List<Blocker> found, StepPlan step, StepState state, DateTimeOffset now)
    {
        var (map, child) = (state.Map!, step.Child!);
        var items = CountsOf(map, state);
        found.Add(new(BlockerCodes.MapItems, $"{items.Running} items are under way, {items.Waiting} wait, {items.Completed + items.Failed} of {items.Total} are done; {map.Concurrency} at a time")
        {
            StepId = step.StepId,
            Kind = step.Kind.Name,
            Since = state.StartedAt,
            Items = items,
            Deadline = Held(state.StartedAt + step.Timeout),
            ClearsAt = map.Running.Count == 0 ? Held(map.RestDue) : null,
            ClearableBy = new(Href: $"{Path}/steps/{Uri.EscapeDataString(step.StepId)}/items"),
        });
        foreach (var item in map.Running.Take(ItemsTold))
        {
            var (name, running) = (PlanNames.ItemOf(step.StepId, item), map.StateOf(item)!);
            found.Add(child.Kind.Mode == StepMode.SubRun
                ? BlockerOfSubRun(child, running, name)
                : BlockerOfCall(child, running, name, CallOf(step, map, item).EffectKey));
        }
        if (map.IsFailing)
            return;
        var resting = Enumerable.Range(0, map.Total).Where(i => map.StateOf(i) is { Status: StepStatus.Failed, DueAt: { } due } && due > now);
        foreach (var item in resting.Take(ItemsTold))
        {
            var rests = map.StateOf(item)!;
            found.Add(new(rests.Error?.Code == CircuitOpenError ? BlockerCodes.CircuitOpen : BlockerCodes.RetryBackoff, $"the item is tried again after a pause: {rests.Error?.Code}")
            {
                StepId = PlanNames.ItemOf(step.StepId, item),
                Kind = child.Kind.Name,
                Attempt = rests.Attempt + 1,
                Since = rests.EndedAt,
                ClearsAt = Held(rests.DueAt),
                Error = rests.Error,
            });
        }
    }

    Blocker BlockerOfParkedUndo(int index)
    {
        var (compensation, undo) = (Plan.Steps[index].Compensation!, steps[index]!.Undo!);
        return new(BlockerCodes.StepFailed, $"undoing the step failed for good: {undo.Error?.Code}; somebody has to say what becomes of it")
        {
            StepId = Plan.Steps[index].StepId,
            Kind = compensation.Kind.Name,
            Attempt = undo.Attempt,
            Since = undo.EndedAt,
            Error = undo.Error,
            ClearableBy = BySignals(SignalTypes.RetryStep, SignalTypes.SkipStep, SignalTypes.EmergencyStop),
        };
    }

    Blocker? BlockerOfUndo(int index, DateTimeOffset now)
    {
        var (compensation, undo) = (Plan.Steps[index].Compensation!, steps[index]!.Undo!);
        if (undo.Status != StepStatus.Running && undo.DueAt <= now)
            return null;
        var isCalled = undo.Status == StepStatus.Running;
        return new(BlockerCodes.Compensating, isCalled ? "the step is being undone" : $"undoing the step failed and is tried again: {undo.Error?.Code}")
        {
            StepId = Plan.Steps[index].StepId,
            Kind = compensation.Kind.Name,
            Attempt = isCalled ? undo.Attempt : undo.Attempt + 1,
            Since = isCalled ? undo.StartedAt : undo.EndedAt,
            Deadline = isCalled ? DeadlineOf(compensation, undo) : null,
            ClearsAt = isCalled ? null : undo.DueAt,
            Error = undo.Error,
            EffectKey = isCalled ? UndoCallOf(index).EffectKey : null,
            ClearableBy = BySignals(SignalTypes.EmergencyStop),
        };
    }
}
