using System.Security.Cryptography;
using System.Text.Json;
using Dvt.Engine.Plans;

namespace Dvt.Engine.Runs;

// Maps as they are shown.
public sealed partial class Run
{
    /// <summary>Items of a map from a place on, in their order; null when the step is no map that has begun.</summary>
    /// <param name="status"><c>PENDING</c>, <c>RUNNING</c>, <c>COMPLETED</c>, <c>FAILED</c> or <c>CANCELLED</c>; null for all.</param>
    /// <param name="from">First place to look at.</param>
    public IReadOnlyList<ItemSnapshot>? Items(string stepId, string? status, int from, int limit)
    {
        if (!Plan.TryStep(stepId, out var step) || steps[step.Index] is not { Map: { } map } state)
            return null;
        var shown = new List<ItemSnapshot>();
        for (var index = Math.Max(0, from); index < map.Total && shown.Count < limit; index++)
            if (status is null || StatusOf(map.StateOf(index), state) == status)
                shown.Add(ItemOf(step, state, map, index));
        return shown;
    }

    ItemSnapshot ItemOf(StepPlan step, StepState state, MapState map, int index)
    {
        var item = map.StateOf(index) ?? Untouched;
        return new ItemSnapshot(
            index, StatusOf(item, state), item.Attempt, item.EngineAttempt, item.StartedAt, item.EndedAt, item.DueAt, map.Items[index], item.Result, item.Error,
            step.Child!.Kind.Mode == StepMode.SubRun && item.StartedAt is not null
                ? SubRunId(RunId, PlanNames.ItemOf(step.StepId, index), item.Attempt)
                : null);
    }

    // A step that was ended from outside left its items as they were.
    static string StatusOf(StepState? item, StepState step)
    {
        var status = item?.Status ?? StepStatus.Pending;
        if (status is StepStatus.Pending or StepStatus.Running && step.Status is StepStatus.Cancelled or StepStatus.Skipped)
            return StatusNames.Of(StepStatus.Cancelled);
        if (status == StepStatus.Running && step.Status != StepStatus.Running)
            return StatusNames.Of(StepStatus.Cancelled);
        return StatusNames.Of(item is { Status: StepStatus.Failed, DueAt: not null } ? StepStatus.Pending : status);
    }

    static ItemCounts CountsOf(MapState map, StepState step)
    {
        var running = step.Status == StepStatus.Running ? map.Running.Count : 0;
        return new ItemCounts(map.Total, map.Completed, map.Failed, running, map.Total - map.Completed - map.Failed - running);
    }

    /// <summary>A long list of results is read item by item.</summary>
    static JsonElement? ShownResult(StepState state) =>
        state.Map is { ResultBytes: > Values.MaxResultBytes / 2 } && ResultOf(state) is { } result && Values.Size(result) > Values.MaxResultBytes
            ? null
            : ResultOf(state);

    /// <summary>Stands in the snapshot's hash for results that are not shown with their step.</summary>
    static string? DigestOf(StepState? state) =>
        state is { Map: { KeepsResults: true }, Status: StepStatus.Completed, Kept: false, Overridden: false } && ShownResult(state) is null
            ? Convert.ToHexStringLower(SHA256.HashData(Values.Raw(ResultOf(state)!.Value)))
            : null;

    static void WriteHashed(Utf8JsonWriter writer, ItemCounts items, string? digest)
    {
        writer.WriteStartObject("items"u8);
        writer.WriteNumber("total"u8, items.Total);
        writer.WriteNumber("completed"u8, items.Completed);
        writer.WriteNumber("failed"u8, items.Failed);
        writer.WriteNumber("running"u8, items.Running);
        writer.Text("results"u8, digest);
        writer.WriteEndObject();
    }
}
