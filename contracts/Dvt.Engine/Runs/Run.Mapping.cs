using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Plans;

namespace Dvt.Engine.Runs;

// Maps: a step for each item of a list, some at a time.
public sealed partial class Run
{
    /// <summary>An event tells of so many items and holds about so many bytes, at the most.</summary>
    const int ItemsPerEvent = 256;
    const int ItemBytesPerEvent = 256 * 1024;

    void BeginMap(StepPlan step, int attempt)
    {
        JsonElement? list = null;
        StepError? error = null;
        // A later attempt does again what is not completed, unless it is given another list.
        var goesOn = steps[step.Index] is { Map: not null, InputOverride: null };
        var isGiven = goesOn || TryList(step, steps[step.Index]?.InputOverride, out list, out error);
        Write(new StepStarted(step.StepId, attempt, EngineAttempt: 1, list));
        if (!isGiven)
            Fail(step, error!);
    }

    void AdvanceMap(int index)
    {
        var (step, state, map) = (Plan.Steps[index], steps[index]!, steps[index]!.Map!);
        if (IsOverdue(step, state))
            Fail(step, new StepError("STEP_TIMEOUT", "the map took longer than its timeout", Retryable: false, "TIMEOUT"));
        else if (map.IsFailing && map.Running.Count == 0)
            Fail(step, FailureOf(map));
        else if (map.IsFailing)
            return;
        else if (map.IsSettled)
            Write(new StepCompleted(step.StepId, state.Attempt, state.EngineAttempt, map.KeepsResults ? null : MapLists.Summary(map)));
        else if (step.Child!.Kind.Mode == StepMode.Inline)
            CarryOutItems(step, state, map);
        else
            HandOutItems(step, state, map);
    }

    bool IsOverdue(StepPlan step, StepState state) => step.Timeout is { } timeout && now >= state.StartedAt + timeout;

    static StepError FailureOf(MapState map)
    {
        var first = map.FirstFailed;
        var error = map.StateOf(first)!.Error!;
        return new StepError(
            map.Tolerated == 0 ? "MAP_ITEM_FAILED" : "MAP_TOO_MANY_FAILURES",
            Storable($"{map.Failed} of {map.Total} items failed; item {first}: {error.Code} {error.Message}"), Retryable: true, error.Category);
    }

    void CarryOutItems(StepPlan step, StepState state, MapState map)
    {
        var (done, failed, bytes) = (new List<ItemCompleted>(), new List<ItemFailed>(), 0L);
        var most = Math.Min(ItemsPerEvent, AttemptsLeft);
        while (map.HasPending && done.Count + failed.Count < most && bytes < ItemBytesPerEvent && map.Failed + failed.Count <= map.Tolerated)
        {
            var item = map.TakePending();
            var attempt = (map.StateOf(item)?.Attempt ?? 0) + 1;
            JsonElement? result = null;
            if (step.Child!.Kind.Name != "noop" && !TryItemInput(step, map, item, out result, out var error)
                || !HasRoom(map, bytes, result, out error))
                failed.Add(new ItemFailed(item, attempt, error!, DueAt: null));
            else
                done.Add(new ItemCompleted(item, attempt, result));
            bytes += result is { } kept ? Values.Size(kept) : 0;
        }
        if (done.Count > 0)
            Write(new StepItemsCompleted(step.StepId, state.Attempt, EngineAttempt: 1, done, map.CompletedEvents + 1));
        if (failed.Count > 0)
            Write(new StepItemsFailed(step.StepId, state.Attempt, EngineAttempt: 1, failed, map.FailedEvents + 1));
        inlineDone++;
    }

    void HandOutItems(StepPlan step, StepState state, MapState map)
    {
        var (started, unfit, bytes) = (new List<ItemStarted>(), new List<ItemFailed>(), 0L);
        var most = Math.Min(ItemsPerEvent, AttemptsLeft);
        while (map.HasPending && map.Running.Count + started.Count < map.Concurrency && started.Count < most && bytes < ItemBytesPerEvent)
        {
            var item = map.TakePending();
            var attempt = (map.StateOf(item)?.Attempt ?? 0) + 1;
            if (!TryItemInput(step, map, item, out var input, out var error)
                || (step.Child!.Kind.Mode == StepMode.SubRun && !MayNest(input, out error)))
                unfit.Add(new ItemFailed(item, attempt, error!, DueAt: null));
            started.Add(new ItemStarted(item, attempt, input));
            bytes += input is { } given ? Values.Size(given) : 0;
        }
        if (started.Count == 0)
            return;
        Write(new StepItemsStarted(step.StepId, state.Attempt, EngineAttempt: 1, started, map.StartedEvents + 1));
        if (unfit.Count > 0)
            Write(new StepItemsFailed(step.StepId, state.Attempt, EngineAttempt: 1, unfit, map.FailedEvents + 1));
        foreach (var item in started)
            if (map.StateOf(item.Index) is { Status: StepStatus.Running })
                AskFor(step, map, item.Index);
    }

    bool TryItemInput(StepPlan step, MapState map, int item, out JsonElement? input, out StepError? error) =>
        TryInput(step.Child!, inputOverride: null, out input, out error, target: null, new ItemBindings(Bindings, map.Items[item], item));

    static bool HasRoom(MapState map, long more, JsonElement? result, out StepError? error)
    {
        var isTooMuch = map.KeepsResults && result is { } given && map.ResultBytes + more + Values.Size(given) > MapState.MaxResultBytes;
        error = isTooMuch ? Permanent("MAP_RESULT_TOO_LARGE", $"the results of a map are at most {MapState.MaxResultBytes} bytes; collect a summary instead") : null;
        return !isTooMuch;
    }

    void AskFor(StepPlan step, MapState map, int item)
    {
        if (step.Child!.Kind.Mode == StepMode.SubRun)
            Tell(SubRunOf(PlanNames.ItemOf(step.StepId, item), map.StateOf(item)!));
        else
            (calls ??= []).Add(CallOf(step, map, item));
    }

    CallStep CallOf(StepPlan step, MapState map, int item) =>
        CallOf(step.Child!, map.StateOf(item)!) with { StepId = PlanNames.ItemOf(step.StepId, item) };

    Decision CloseItem(CloseStep c, string mapId, int item)
    {
        if (IsTerminal || !Plan.TryStep(mapId, out var step) || PhaseOf(step.Index) != Phase.Mapping
            || steps[step.Index]!.Map is not { } map || item >= map.Total
            || map.StateOf(item) is not { Status: StepStatus.Running } state || state.Attempt != c.Attempt)
            return TooLate(c);
        var error = c.Error is null ? null : Bounded(c.Error);
        JsonElement? result = null;
        if (error is null && TryKeep(c.Result, isCanonical: false, out result, out error) && HasRoom(map, more: 0, result, out error))
            Write(new StepItemsCompleted(
                step.StepId, steps[step.Index]!.Attempt, state.EngineAttempt, [new ItemCompleted(item, state.Attempt, result, Kept(c.Cost))], map.CompletedEvents + 1));
        else
            FailItem(step, map, item, error!, Kept(c.Cost));
        Advance();
        return Decided();
    }

    void FailItem(StepPlan step, MapState map, int item, StepError error, Cost? cost = null)
    {
        var (state, retry) = (map.StateOf(item)!, step.Child!.Retry);
        DateTimeOffset? dueAt = error.Retryable && state.Attempt < retry.MaxAttempts && !map.IsFailing
            ? Moments.Exact(now + retry.Delay(RunId, PlanNames.ItemOf(step.StepId, item), state.Attempt))
            : null;
        Write(new StepItemsFailed(
            step.StepId, steps[step.Index]!.Attempt, state.EngineAttempt, [new ItemFailed(item, state.Attempt, error, dueAt, cost)], map.FailedEvents + 1));
    }

    /// <summary>Items of lost workers are offered again, all of them at once; those whose time is over fail.</summary>
    void CheckItems(IReadOnlySet<string>? leased)
    {
        foreach (var index in mapping?.ToArray() ?? [])
        {
            var (step, map) = (Plan.Steps[index], steps[index]!.Map!);
            var lost = new List<ItemRecovered>();
            foreach (var item in map.Running.ToArray())
            {
                var state = map.StateOf(item)!;
                if (ItemDue(step.Child!, state) > now)
                    continue;
                if (step.Child!.Kind.Mode == StepMode.SubRun)
                    CheckSubRun(step.Child, PlanNames.ItemOf(step.StepId, item), state, error => FailItem(step, map, item, error));
                else if (now >= DeadlineOf(step.Child, state) + AnswerGrace)
                    FailItem(step, map, item, Unanswered(step.Child, state));
                else if (leased is not null && leased.Contains(CallOf(step, map, item).EffectKey))
                    state.LeaseSeenUntil = now + LookAgain;
                else
                    lost.Add(new ItemRecovered(item, state.EngineAttempt + 1));
            }
            if (lost.Count == 0)
                continue;
            Write(new StepItemsRecovered(step.StepId, steps[index]!.Attempt, EngineAttempt: 1, lost, map.RecoveredEvents + 1));
            foreach (var item in lost)
                AskFor(step, map, item.Index);
        }
    }

    DateTimeOffset? ItemDue(StepPlan child, StepState state) =>
        child.Kind.Mode == StepMode.SubRun ? SubRunDue(child, state) : CallDue(child, state);
}
