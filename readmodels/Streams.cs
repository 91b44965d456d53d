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

    public DateTime QueuedAt { get; set; }

    internal long LastSeq { get; set; }

    internal bool Stopped { get; set; }
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
        if (e.Type == nameof(RunQueued))
        {
            facts.PlanId = JsonFields.Text(e.Data, "planId");
            facts.QueuedAt = e.OccurredAt;
        }
        return true;
    }

    /// <summary>Streams that have ended need no memory; should one go on, the log is asked.</summary>
    void Forget(List<TailEvent> events)
    {
        foreach (var e in events)
            if (e.Type is nameof(RunCompleted) or nameof(RunFailed) or nameof(RunCancelled) || e.Stream.StartsWith("command-", StringComparison.Ordinal))
                known.Remove((e.TenantId, e.Stream));
    }

    /// <summary>A stream unknown here is sound so far when the event before is in the log before.</summary>
    static async Task AskLogAsync(NpgsqlConnection connection, List<TailEvent> firsts, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            """
            select coalesce(p.seq, 0), q.data ->> 'planId', q.occurred_at
            from unnest($1, $2, $3, $4, $5) with ordinality as w(tenant_id, stream, seq, slot, "offset", ordinal)
            left join log.events p on p.tenant_id = w.tenant_id
              and p.stream = w.stream
              and p.seq = w.seq - 1
              and p.slot = w.slot
              and p."offset" < w."offset"
            left join log.events q on q.tenant_id = w.tenant_id
              and q.stream = w.stream
              and q.seq = 1
              and q.type = 'RunQueued'
            order by w.ordinal
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
        foreach (var e in firsts)
        {
            await reader.ReadAsync(stop);
            e.Facts.LastSeq = reader.GetInt64(0);
            if (reader.IsDBNull(1))
                continue;
            e.Facts.PlanId = reader.GetString(1);
            e.Facts.QueuedAt = reader.GetDateTime(2);
        }
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
