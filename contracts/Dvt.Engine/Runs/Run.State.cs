using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Dvt.Engine.Runs;

// How a run is stored: one header, and beside it one small document per step where there are many.
public sealed partial class Run
{
    /// <summary>Plans of up to so many steps have their steps in the header.</summary>
    public const int StepsInHeader = 64;

    static readonly JsonWriterOptions Raw = new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    static readonly JsonDocumentOptions Deep = new() { MaxDepth = 1000 };

    readonly SortedSet<int>? changed;

    /// <summary>The same history gives the same bytes. Store them as they are: a jsonb column would reorder them.</summary>
    public void WriteState(IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, Raw);
        writer.WriteStartObject();
        WriteHeader(writer);
        if (changed is null)
            WriteSteps(writer);
        writer.WriteEndObject();
    }

    /// <summary>Steps that changed since the last taking, ascending; always empty where the header holds the steps.</summary>
    public IReadOnlyCollection<(int Ordinal, byte[] State)> TakeChangedSteps()
    {
        if (changed is null or { Count: 0 })
            return [];
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, Raw);
        var taken = new List<(int, byte[])>(changed.Count);
        foreach (var index in changed)
        {
            buffer.ResetWrittenCount();
            writer.Reset();
            StepStateJson.Write(writer, steps[index]!);
            writer.Flush();
            taken.Add((index, buffer.WrittenSpan.ToArray()));
        }
        changed.Clear();
        return taken;
    }

    /// <summary>Blocks of items of maps that changed since the last taking.</summary>
    public IReadOnlyCollection<(int Ordinal, int Block, byte[] State)> TakeChangedItems()
    {
        if (touchedMaps is not { Count: > 0 } touched)
            return [];
        var taken = new List<(int, int, byte[])>();
        foreach (var index in touched)
        {
            var map = steps[index]!.Map!;
            foreach (var (block, first, count) in map.TakeChangedBlocks())
                taken.Add((index, block, MapStateJson.Block(map, first, count)));
        }
        touched.Clear();
        return taken;
    }

    /// <param name="steps">All stored steps of the run, in any order; none where the header holds them.</param>
    /// <param name="items">All stored blocks of items, in any order.</param>
    public static Run Read(
        string runId, Plans.Plan plan, ReadOnlyMemory<byte> header, IEnumerable<(int Ordinal, ReadOnlyMemory<byte> State)> steps,
        IEnumerable<(int Ordinal, int Block, ReadOnlyMemory<byte> State)> items)
    {
        var run = new Run(runId, plan);
        var json = JsonElement.Parse(header.Span, Deep);
        run.ReadHeader(json);
        if (json.TryGetProperty("steps", out var inside))
            foreach (var entry in inside.EnumerateArray())
                run.steps[entry[0].GetInt32()] = StepStateJson.Read(entry[1]);
        foreach (var (ordinal, state) in steps)
            run.steps[ordinal] = StepStateJson.Read(JsonElement.Parse(state.Span, Deep));
        foreach (var (ordinal, block, state) in items)
            if (run.steps[ordinal]?.Map is { } map)
                MapStateJson.ReadBlock(map, block, state);
        run.Derive();
        return run;
    }

    void WriteSteps(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("steps"u8);
        for (var index = 0; index < steps.Length; index++)
        {
            if (steps[index] is not { } state)
                continue;
            writer.WriteStartArray();
            writer.WriteNumberValue(index);
            StepStateJson.Write(writer, state);
            writer.WriteEndArray();
        }
        writer.WriteEndArray();
    }

    void WriteHeader(Utf8JsonWriter writer)
    {
        writer.WriteNumber("seq"u8, Seq);
        writer.WriteNumber("status"u8, (int)Status);
        writer.Moment("queued"u8, QueuedAt);
        writer.Moment("started"u8, StartedAt);
        writer.Moment("ended"u8, EndedAt);
        writer.Value("input"u8, Input.ValueKind == JsonValueKind.Undefined ? null : Input);
        writer.WritePropertyName("context"u8);
        RunEvents.WriteContext(writer, Context);
        if (Lineage is not null)
        {
            writer.WritePropertyName("lineage"u8);
            RunEvents.WriteLineage(writer, Lineage);
        }
        ApprovalJson.WriteTexts(writer, "startedBy"u8, StartedBy);
        writer.Value("output"u8, Output);
        writer.Text("continuedAs"u8, Continuation?.AsRunId);
        writer.Value("continuedWith"u8, Continuation?.Input);
        writer.Error("error"u8, Error);
        writer.Text("failedStep"u8, FailedStepId);
        writer.Flag("compensating"u8, compensating);
        writer.Error("compensationError"u8, CompensationError);
        WritePause(writer);
        WriteSignals(writer);
        WriteSteering(writer);
    }

    void WritePause(Utf8JsonWriter writer)
    {
        if (Concurrency is { } slot)
        {
            writer.WriteStartObject("concurrency"u8);
            writer.WriteString("key"u8, slot.Key);
            writer.WriteNumber("limit"u8, slot.Limit);
            writer.WriteEndObject();
        }
        writer.Flag("admitted"u8, admitted);
        writer.Text("pauseCause"u8, pauseCause);
        writer.Moment("paused"u8, pausedAt);
        writer.Flag("drainNoted"u8, drainNoted);
        writer.Flag("parkPending"u8, parkPending);
        writer.Flag("cancel"u8, cancelRequested);
        writer.Flag("emergency"u8, emergency);
        writer.Text("cancelReason"u8, cancelReason);
        writer.Count("nPaused"u8, occurrences.Paused);
        writer.Count("nResumed"u8, occurrences.Resumed);
        writer.Count("nDrain"u8, occurrences.DrainTimedOut);
        writer.Count("nCancel"u8, occurrences.CancelRequested);
        writer.Count("nAccepted"u8, occurrences.Accepted);
        writer.Count("nRejected"u8, occurrences.Rejected);
        writer.Count("nExternal"u8, occurrences.External);
        WriteBudget(writer);
        if (signalBytes != 0)
            writer.WriteNumber("signalBytes"u8, signalBytes);
    }

    void WriteSignals(Utf8JsonWriter writer)
    {
        if (signals is not null)
        {
            writer.WriteStartObject("signals"u8);
            foreach (var (signalId, record) in signals)
            {
                writer.WriteStartObject(signalId);
                writer.WriteString("type"u8, record.Type);
                writer.WriteString("digest"u8, record.Digest);
                writer.Text("code"u8, record.Code);
                writer.Text("from"u8, record.FromStep);
                writer.Text("person"u8, record.Person);
                writer.Count("n"u8, record.Occurrence);
                writer.WriteEndObject();
            }
            writer.WriteEndObject();
        }
        if (external is not null)
        {
            writer.WriteStartObject("external"u8);
            foreach (var (signalId, digest) in external)
                writer.WriteString(signalId, digest);
            writer.WriteEndObject();
        }
        if (buffered is { Count: > 0 })
            WriteBuffered(writer, buffered);
    }

    static void WriteBuffered(Utf8JsonWriter writer, SortedDictionary<string, Queue<(string SignalId, JsonElement? Payload)>> buffered)
    {
        writer.WriteStartObject("buffered"u8);
        foreach (var (name, queue) in buffered)
        {
            writer.WriteStartArray(name);
            foreach (var (signalId, payload) in queue)
            {
                writer.WriteStartObject();
                writer.WriteString("id"u8, signalId);
                writer.Value("payload"u8, payload);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
    }
}
