using System.Runtime.InteropServices;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.ReadModels;

/// <summary>What views may know of a stream besides the events at hand.</summary>
public sealed class StreamFacts
{
    /// <summary>Of a run: from its <c>RunQueued</c>, wherever in the log that is.</summary>
    public string? PlanId { get; set; }

    public string? PlanVersion { get; set; }

    public DateTime QueuedAt { get; set; }

    static readonly Dictionary<string, (DateTime Started, DateTime? Completed)> NoSteps = [];

    Dictionary<string, (DateTime Started, DateTime? Completed)>? steps;

    /// <summary>Of a run: when its steps first started, and when they completed; null until then.</summary>
    public IReadOnlyDictionary<string, (DateTime Started, DateTime? Completed)> Steps => steps ?? NoSteps;

    internal long LastSeq { get; set; }

    internal bool Stopped { get; set; }

    internal void Learn(string type, ReadOnlySpan<byte> data, DateTime occurredAt)
    {
        switch (type)
        {
            case nameof(RunQueued):
                PlanId = JsonFields.Text(data, "planId");
                PlanVersion = JsonFields.Text(data, "planVersion");
                QueuedAt = occurredAt;
                break;
            case nameof(StepStarted):
                (steps ??= []).TryAdd(JsonFields.Text(data, "stepId")!, (occurredAt, null));
                break;
            case nameof(StepCompleted) when steps is not null && JsonFields.Text(data, "stepId") is { } stepId:
                if (steps.TryGetValue(stepId, out var step) && occurredAt > step.Started)
                    steps[stepId] = (step.Started, occurredAt);
                break;
        }
    }
}

/// <summary>A stream with a missing event.</summary>
readonly record struct StoppedStream(Guid TenantId, string Stream, int Slot, long Offset, long ExpectedSeq, long FoundSeq);

/// <summary>
/// Checks that each stream's seq is contiguous and stops a stream that is not, so that views never show what cannot
/// have happened. Remembers streams in memory as a hint; what it does not remember it asks the log.
/// </summary>
sealed class Streams
{
    const int MaxRemembered = 200_000;

    readonly Dictionary<(Guid, string), StreamFacts> known = [];
    readonly Dictionary<(Guid, string), long> stopped = [];

    /// <summary>Reads which streams are stopped already.</summary>
    public async Task LoadAsync(NpgsqlConnection connection, CancellationToken stop)
    {
        known.Clear();
        stopped.Clear();
        await using var command = new NpgsqlCommand("select tenant_id, stream, found_seq from read.stopped_stream", connection);
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
            stopped[(reader.GetGuid(0), reader.GetString(1))] = reader.GetInt64(2);
    }

    /// <summary>The events that views may see, and the streams that stop with this batch.</summary>
    public async Task<(List<TailEvent> Sound, List<StoppedStream> Stopping)> CheckAsync(
        NpgsqlConnection connection, List<TailEvent> events, CancellationToken stop)
    {
        if (known.Count > MaxRemembered)
            known.Clear();
        List<TailEvent>? unknown = null;
        foreach (var e in events)
        {
            ref var facts = ref CollectionsMarshal.GetValueRefOrAddDefault(known, (e.TenantId, e.Stream), out var exists);
            if (!exists)
            {
                facts = new StreamFacts();
                if (e.Seq > 1)
                    (unknown ??= []).Add(e);
            }
            e.Facts = facts!;
        }
        if (unknown is not null)
            await AskLogAsync(connection, unknown, stop);

        var sound = new List<TailEvent>(events.Count);
        List<StoppedStream> stopping = [];
        foreach (var e in events)
            if (Admit(e, stopping))
                sound.Add(e);
        Forget(sound);
        return (sound, stopping);
    }

    bool Admit(TailEvent e, List<StoppedStream> stopping)
    {
        var facts = e.Facts;
        if (stopped.Count > 0 && stopped.TryGetValue((e.TenantId, e.Stream), out var from) && e.Seq >= from)
            return false;
        if (e.Seq != facts.LastSeq + 1)
        {
            stopping.Add(new(e.TenantId, e.Stream, e.Slot, e.Offset, facts.LastSeq + 1, e.Seq));
            stopped[(e.TenantId, e.Stream)] = e.Seq;
            return false;
        }
        facts.LastSeq = e.Seq;
        if (e.IsOfRun || e.IsOfDeletedRun)
            facts.Learn(e.Type, e.Raw.Span, e.OccurredAt);
        return true;
    }

    /// <summary>Streams that have ended need no memory; should one go on, the log is asked.</summary>
    void Forget(List<TailEvent> events)
    {
        foreach (var e in events)
            if (e.Type is nameof(RunCompleted) or nameof(RunFailed) or nameof(RunCancelled) || e.Stream.StartsWith("command-", StringComparison.Ordinal))
                known.Remove((e.TenantId, e.Stream));
    }

    /// <summary>A stream unknown here is sound so far when the event before is in the log before. What happened in a run is learnt again.</summary>
    static async Task AskLogAsync(NpgsqlConnection connection, List<TailEvent> firsts, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select w.ordinal, e.first_seq, e.occurred_at, e.events, e.first_seq + e.count >= w.seq and e.slot = w.slot and e."offset" - e.count + 1 < w."offset"
            from unnest($1, $2, $3, $4, $5) with ordinality as w(tenant_id, stream, seq, slot, "offset", ordinal)
            join log.entry e on e.tenant_id = w.tenant_id
              and e.stream = w.stream
              and e.first_seq < w.seq
              and (e.first_seq >= w.seq - {LogEntry.MaxEvents} or w.stream like 'run-%' or w.stream like 'gone-%')
            order by w.ordinal, e.first_seq
            """, connection)
        {
            Parameters =
            {
                EventLog.Array(NpgsqlDbType.Uuid, firsts.Select(e => e.TenantId).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, firsts.Select(e => e.Stream).ToArray()),
                EventLog.Array(NpgsqlDbType.Bigint, firsts.Select(e => e.Seq).ToArray()),
                EventLog.Array(NpgsqlDbType.Integer, firsts.Select(e => e.Slot).ToArray()),
                EventLog.Array(NpgsqlDbType.Bigint, firsts.Select(e => e.Offset).ToArray()),
            },
        };
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            var first = firsts[(int)reader.GetInt64(0) - 1];
            if (reader.GetBoolean(4))
                first.Facts.LastSeq = first.Seq - 1;
            if (first.IsOfRun || first.IsOfDeletedRun)
                Learn(first, reader.GetInt64(1), reader.GetDateTime(2), reader.GetFieldValue<byte[]>(3));
        }
    }

    static void Learn(TailEvent first, long seq, DateTime occurredAt, byte[] events)
    {
        var entry = new LogEntryReader(events);
        for (; entry.Next() && seq < first.Seq; seq++)
            first.Facts.Learn(entry.Type, entry.Data, occurredAt);
    }
}

/// <summary>Reads single fields of an event without building a document.</summary>
static class JsonFields
{
    /// <summary>A string field of the outermost object; null when absent or null.</summary>
    public static string? Text(ReadOnlySpan<byte> json, string name)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var wanted = reader.ValueTextEquals(name);
            reader.Read();
            if (wanted)
                return reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            reader.Skip();
        }
        return null;
    }
}
