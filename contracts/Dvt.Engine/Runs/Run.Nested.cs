using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Plans;

namespace Dvt.Engine.Runs;

// Steps that hold other work, items of maps and sub-runs: what follows from their states.
public sealed partial class Run
{
    SortedSet<int>? mapping;
    SortedSet<int>? inSubRuns;
    SortedSet<int>? touchedMaps;

    void FollowNested(int index, StepState state, Phase phase)
    {
        if (phase == Phase.InSubRun)
            (inSubRuns ??= []).Add(index);
        else
            inSubRuns?.Remove(index);
        if (state.Map is not { } map)
            return;
        (touchedMaps ??= []).Add(index);
        if (phase != Phase.Mapping)
        {
            mapping?.Remove(index);
            return;
        }
        (mapping ??= []).Add(index);
        if (map.HasWork)
            ready.Add(index);
    }

    bool TryList(StepPlan step, JsonElement? given, out JsonElement? list, out StepError? error)
    {
        (list, error) = (null, null);
        if (given is null && !TryEvaluate(step.With!, out given, out error, maxBytes: MapState.MaxItemBytes))
        {
            error = error!.Code == "RESULT_TOO_LARGE" ? Permanent("MAP_ITEMS_TOO_LARGE", error.Message) : error;
            return false;
        }
        list = MapLists.Read(given ?? EmptyInput, out var fault);
        if (list is null)
            error = Permanent("INVALID_WITH", fault);
        return list is not null;
    }

    /// <summary>An attempt of a map has begun: with a list of its own, or with what the one before left undone.</summary>
    static void BeginItems(StepState state)
    {
        if (state.Input is { } list)
            (state.Map, state.InputOverride) = (MapLists.Of(list), null);
        else
            state.Map?.StartOver();
        state.Input = null;
    }

    static void ApplyToItems(IStepEvent e, MapState map, DateTimeOffset at)
    {
        switch (e)
        {
            case StepItemsStarted started:
                map.StartedEvents = started.Occurrence;
                foreach (var item in started.Items)
                {
                    var state = map.Open(item.Index);
                    (state.Status, state.StartedAt, state.OfferedAt, state.EndedAt, state.DueAt) = (StepStatus.Running, at, at, null, null);
                    (state.Attempt, state.EngineAttempt, state.Input, state.Error) = (item.Attempt, 1, item.Input, null);
                    map.Close(item.Index);
                }
                break;
            case StepItemsCompleted completed:
                map.CompletedEvents = completed.Occurrence;
                foreach (var item in completed.Items)
                {
                    var state = map.Open(item.Index);
                    Finish(state, StepStatus.Completed, at);
                    (state.Attempt, state.EngineAttempt, state.Error) = (item.Attempt, completed.EngineAttempt, null);
                    state.Result = map.KeepsResults ? item.Result : null;
                    map.Close(item.Index);
                }
                break;
            case StepItemsFailed failed:
                map.FailedEvents = failed.Occurrence;
                foreach (var item in failed.Items)
                {
                    var state = map.Open(item.Index);
                    Finish(state, StepStatus.Failed, at);
                    (state.Attempt, state.Error, state.DueAt) = (item.Attempt, item.Error, item.DueAt is { } due ? Moments.Exact(due) : null);
                    map.Close(item.Index);
                }
                break;
            case StepItemsRecovered recovered:
                map.RecoveredEvents = recovered.Occurrence;
                foreach (var item in recovered.Items)
                {
                    var state = map.Open(item.Index);
                    (state.EngineAttempt, state.OfferedAt, state.LeaseSeenUntil) = (item.EngineAttempt, at, null);
                    map.Close(item.Index);
                }
                break;
        }
    }

    /// <summary>An item is an attempt like a step. Those that the engine does itself have no beginning of their own.</summary>
    void CountItems(IStepEvent e, bool isDoneHere)
    {
        switch (e)
        {
            case StepItemsStarted started:
                CountAttempts(started.Items.Count);
                break;
            case StepItemsCompleted completed:
                CountAttempts(isDoneHere ? completed.Items.Count : 0);
                foreach (var item in completed.Items)
                    Charge(item.Cost);
                break;
            case StepItemsFailed failed:
                CountAttempts(isDoneHere ? failed.Items.Count : 0);
                foreach (var item in failed.Items)
                    Charge(item.Cost);
                break;
        }
    }

    /// <summary>What a step gives to those that read it.</summary>
    static JsonElement? ResultOf(StepState state) =>
        state is { Map: { KeepsResults: true } map, Status: StepStatus.Completed, Kept: false, Overridden: false } ? map.Results() : state.Result;

    bool HasItemsInFlight =>
        mapping is not null && mapping.Any(index => steps[index]!.Map!.Running.Count > 0 && Plan.Steps[index].Child!.Kind.Mode == StepMode.Called);

    IEnumerable<CallStep> OwedItems() =>
        from index in mapping ?? []
        where Plan.Steps[index].Child!.Kind.Mode == StepMode.Called
        let map = steps[index]!.Map!
        from item in map.Running
        select CallOf(Plan.Steps[index], map, item);

    void RouseItems()
    {
        foreach (var index in mapping ?? [])
        {
            steps[index]!.Map!.Rouse(now);
            if (steps[index]!.Map!.HasWork || IsOverdue(Plan.Steps[index], steps[index]!))
                ready.Add(index);
        }
    }

    void LayDownItems(bool isFull)
    {
        foreach (var index in mapping ?? [])
        {
            var (map, isOverdue) = (steps[index]!.Map!, IsOverdue(Plan.Steps[index], steps[index]!));
            var isLeft = ready.Has(index);
            map.LayDown();
            more |= isFull && isLeft;
            if (!map.HasWork || isOverdue)
                ready.Remove(index);
            if (map.HasWork)
                ready.Add(index);
        }
    }

    /// <summary>When a call of an item, or a sub-run nothing is heard of, is to be looked after.</summary>
    DateTimeOffset? NestedCallDue
    {
        get
        {
            DateTimeOffset? due = null;
            foreach (var index in mapping ?? [])
                foreach (var item in steps[index]!.Map!.Running)
                    due = Earlier(due, ItemDue(Plan.Steps[index].Child!, steps[index]!.Map!.StateOf(item)!));
            foreach (var index in inSubRuns ?? [])
                due = Earlier(due, SubRunDue(Plan.Steps[index], steps[index]!));
            return due;
        }
    }

    /// <summary>When an item is tried again or a map's time is over.</summary>
    DateTimeOffset? NestedRestDue
    {
        get
        {
            DateTimeOffset? due = null;
            foreach (var index in mapping ?? [])
                due = Earlier(Earlier(due, steps[index]!.Map!.RestDue), steps[index]!.StartedAt + Plan.Steps[index].Timeout);
            return due;
        }
    }
}
