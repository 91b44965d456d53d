using System.Text.Json;
using Dvt.Contracts;

namespace Dvt.Engine.Runs;

// Events of maps and the lineage of sub-runs, both ways.
public static partial class RunEvents
{
    static void WriteItemsData(IEvent e, Utf8JsonWriter writer)
    {
        switch (e)
        {
            case StepItemsStarted started:
                WriteItems(writer, started.Items, (w, item) =>
                {
                    WritePlace(w, item.Index, item.Attempt);
                    w.Value("input"u8, item.Input);
                });
                break;
            case StepItemsCompleted completed:
                WriteItems(writer, completed.Items, (w, item) =>
                {
                    WritePlace(w, item.Index, item.Attempt);
                    w.Value("result"u8, item.Result);
                    w.Cost(item.Cost);
                });
                break;
            case StepItemsFailed failed:
                WriteItems(writer, failed.Items, (w, item) =>
                {
                    WritePlace(w, item.Index, item.Attempt);
                    w.Error("error"u8, item.Error);
                    if (item.DueAt is { } due)
                        w.WriteString("dueAt"u8, Moments.Text(due));
                    w.Cost(item.Cost);
                });
                break;
            case StepItemsRecovered recovered:
                WriteItems(writer, recovered.Items, (w, item) =>
                {
                    w.WriteNumber("index"u8, item.Index);
                    w.WriteNumber("engineAttempt"u8, item.EngineAttempt);
                });
                break;
            default:
                throw new ArgumentException($"{e.GetType().Name} is no event of a run", nameof(e));
        }
    }

    static void WriteItems<T>(Utf8JsonWriter writer, IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write)
    {
        writer.WriteStartArray("items"u8);
        foreach (var item in items)
        {
            writer.WriteStartObject();
            write(writer, item);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    static void WritePlace(Utf8JsonWriter writer, int index, int attempt)
    {
        writer.WriteNumber("index"u8, index);
        writer.WriteNumber("attempt"u8, attempt);
    }

    static IEvent ReadItemsEvent(string type, JsonElement data, string stepId, int attempt, int engineAttempt) => type switch
    {
        nameof(StepItemsStarted) => new StepItemsStarted(
            stepId, attempt, engineAttempt, ReadItems(data, i => new ItemStarted(Index(i), Number(i, "attempt") ?? 1, Value(i, "input"))), Occurrence(data)),
        nameof(StepItemsCompleted) => new StepItemsCompleted(
            stepId, attempt, engineAttempt, ReadItems(data, i => new ItemCompleted(Index(i), Number(i, "attempt") ?? 1, Value(i, "result"), ReadCost(i))), Occurrence(data)),
        nameof(StepItemsFailed) => new StepItemsFailed(
            stepId, attempt, engineAttempt,
            ReadItems(data, i => new ItemFailed(Index(i), Number(i, "attempt") ?? 1, ReadError(i.GetProperty("error")), Moment(i, "dueAt"), ReadCost(i))), Occurrence(data)),
        nameof(StepItemsRecovered) => new StepItemsRecovered(
            stepId, attempt, engineAttempt, ReadItems(data, i => new ItemRecovered(Index(i), Number(i, "engineAttempt") ?? 1)), Occurrence(data)),
        _ => new UnknownRunEvent(type),
    };

    static T[] ReadItems<T>(JsonElement data, Func<JsonElement, T> read) => [.. data.GetProperty("items").EnumerateArray().Select(read)];

    static int Index(JsonElement item) => item.GetProperty("index").GetInt32();

    static void WriteAbove(Utf8JsonWriter writer, RunAbove above)
    {
        writer.WriteStartObject("above"u8);
        writer.WriteString("parentRunId"u8, above.ParentRunId);
        writer.WriteString("rootRunId"u8, above.RootRunId);
        writer.WriteString("stepId"u8, above.StepId);
        writer.WriteNumber("attempt"u8, above.Attempt);
        writer.WriteStartArray("planIds"u8);
        foreach (var planId in above.PlanIds)
            writer.WriteStringValue(planId);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    static RunAbove ReadAbove(JsonElement json) => new(
        Text(json, "parentRunId")!, Text(json, "rootRunId")!, Text(json, "stepId")!, Number(json, "attempt") ?? 1,
        [.. json.GetProperty("planIds").EnumerateArray().Select(p => p.GetString()!)]);
}
