using System.Text;
using System.Text.Json;
using Dvt.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.Pipeline;

/// <summary>An event about to be appended.</summary>
/// <param name="Seq">Within the stream, from 1 without gaps.</param>
/// <param name="Data">The event as JSON.</param>
/// <param name="StreamId">What <see cref="NamedId.OfStream"/> gives, where it is known already.</param>
public sealed record NewEvent(
    int Slot, Guid TenantId, string Stream, long Seq, string Type, string Data,
    Guid? CommandId, string? CorrelationId, string Actor, DateTimeOffset OccurredAt, Guid? StreamId = null);

/// <summary>An event as the log has it.</summary>
public sealed record LoggedEvent(
    int Slot, long Offset, Guid TenantId, string Stream, long Seq, string Type, string Data,
    Guid EventId, Guid? CommandId, string? CorrelationId, string Actor, DateTimeOffset OccurredAt, DateTimeOffset RecordedAt)
{
    public JsonElement Json
    {
        get
        {
            using var document = JsonDocument.Parse(Data);
            return document.RootElement.Clone();
        }
    }
}

/// <summary>The slot has another owner, or a row another version: load again and decide again.</summary>
public sealed class LostRaceException(string message, bool slotLost, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>True when the slot itself is gone, not only one row.</summary>
    public bool SlotLost { get; } = slotLost;

    /// <summary>Tells whether a database error is a lost race.</summary>
    public static bool TryFrom(PostgresException fault, out LostRaceException race)
    {
        race = new LostRaceException(fault.MessageText, slotLost: fault.SqlState == "DV001", fault);
        return fault.SqlState is "DV001" or "DV002" or PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ExclusionViolation;
    }
}

/// <summary>
/// The SQL of <c>log.entry</c>, which <c>log.events</c> shows an event a row: dense offsets per slot, contiguous seqs per
/// stream, append-only.
/// </summary>
public static class EventLog
{
    /// <summary>Epoch of slots that the API writes without a lease.</summary>
    public const long NoLease = -1;

    [ThreadStatic]
    static StringBuilder? buffer;

    /// <summary>
    /// Adds the append as the last statement of a batch, since the slots' row locks are held from it to the commit.
    /// Its result is the new head of each slot.
    /// </summary>
    public static void AddAppend(NpgsqlBatch batch, IReadOnlyList<NewEvent> events, Func<int, long> epochOf)
    {
        var n = events.Count;
        var entries = new List<(NewEvent First, int Ordinal, int Count, string Text)>(n / 2 + 1);
        var counts = new SortedDictionary<int, int>();
        var text = buffer ??= new StringBuilder(4096);
        for (int from = 0, to; from < n; from = to)
        {
            for (to = from + 1; to < n && to - from < LogEntry.MaxEvents && LogEntry.Continues(events[to - 1], events[to]);)
                to++;
            var first = events[from];
            var ordinal = counts[first.Slot] = counts.GetValueOrDefault(first.Slot) + to - from;
            entries.Add((first, ordinal, to - from, LogEntry.Text(text, events, from, to)));
        }
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            "select slot, head from log.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)")
        {
            Parameters =
            {
                Array(NpgsqlDbType.Integer, counts.Keys.ToArray()),
                Array(NpgsqlDbType.Bigint, counts.Keys.Select(epochOf).ToArray()),
                Array(NpgsqlDbType.Integer, counts.Values.ToArray()),
                Array(NpgsqlDbType.Integer, entries, static e => e.First.Slot),
                Array(NpgsqlDbType.Integer, entries, static e => e.Ordinal),
                Array(NpgsqlDbType.Integer, entries, static e => e.Count),
                Array(NpgsqlDbType.Uuid, entries, static e => e.First.TenantId),
                Array(NpgsqlDbType.Text, entries, static e => e.First.Stream),
                Array(NpgsqlDbType.Uuid, entries, static e => e.First.StreamId ?? NamedId.OfStream(e.First.TenantId, e.First.Stream)),
                Array(NpgsqlDbType.Bigint, entries, static e => e.First.Seq),
                Array(NpgsqlDbType.Text, entries, static e => e.Text),
                Array(NpgsqlDbType.Uuid, entries, static e => e.First.CommandId),
                Array(NpgsqlDbType.Text, entries, static e => e.First.CorrelationId),
                Array(NpgsqlDbType.Text, entries, static e => e.First.Actor),
                Array(NpgsqlDbType.TimestampTz, entries, static e => e.First.OccurredAt.UtcDateTime),
            },
        });
    }

    public static NpgsqlParameter Array<T>(NpgsqlDbType element, T[] values) =>
        new NpgsqlParameter<T[]> { NpgsqlDbType = NpgsqlDbType.Array | element, TypedValue = values };

    static NpgsqlParameter Array<TRow, T>(NpgsqlDbType element, List<TRow> rows, Func<TRow, T> value)
    {
        var values = new T[rows.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = value(rows[i]);
        return Array(element, values);
    }

    /// <summary>Reads the heads that the append returned.</summary>
    public static async Task<LogPosition> ReadHeadsAsync(NpgsqlDataReader reader, CancellationToken stop)
    {
        var heads = new List<KeyValuePair<int, long>>();
        while (await reader.ReadAsync(stop))
            heads.Add(new(reader.GetInt32(0), reader.GetInt64(1)));
        return new LogPosition(heads);
    }

    /// <summary>Whether the reader stands at what the append returned.</summary>
    public static bool IsHeads(NpgsqlDataReader reader) => reader.FieldCount == 2 && reader.GetName(0) == "slot";

    /// <summary>Reads the heads among the results of a batch, and all of them: an error of the commit itself comes behind the last.</summary>
    public static async Task<LogPosition> ReadCommitAsync(NpgsqlDataReader reader, CancellationToken stop)
    {
        while (!IsHeads(reader))
            await reader.NextResultAsync(stop);
        var position = await ReadHeadsAsync(reader, stop);
        while (await reader.NextResultAsync(stop))
        {
        }
        return position;
    }

    const string Columns =
        """
        e.slot, e."offset", e.count, e.tenant_id, e.stream, e.stream_id, e.first_seq, e.command_id, e.correlation_id, e.actor,
        e.occurred_at, e.recorded_at, e.events
        """;

    /// <summary>The tail: what each slot has behind the given offsets, in order per slot.</summary>
    /// <param name="after">Slots to read, each with the last offset that is known.</param>
    /// <param name="perSlot">Events of one slot at the most.</param>
    public static async Task<List<LoggedEvent>> ReadAfterAsync(
        NpgsqlConnection connection, IReadOnlyDictionary<int, long> after, int perSlot, CancellationToken stop)
    {
        await using var command = TailCommand([.. after.Keys], [.. after.Values], [.. after.Values.Select(a => a + perSlot)]);
        command.Connection = connection;
        await using var reader = await command.ExecuteReaderAsync(stop);
        var events = new List<LoggedEvent>();
        while (await reader.ReadAsync(stop))
        {
            var from = after[reader.GetInt32(0)];
            Read(reader, events, e => e.Offset > from && e.Offset <= from + perSlot);
        }
        events.Sort(static (a, b) => a.Slot != b.Slot ? a.Slot.CompareTo(b.Slot) : a.Offset.CompareTo(b.Offset));
        return events;
    }

    /// <summary>Entries that hold events behind <paramref name="after"/> and not behind <paramref name="upTo"/>, in order per slot.</summary>
    /// <param name="upTo">Of each slot, inclusive; the first and the last entry may reach beyond.</param>
    public static NpgsqlCommand TailCommand(int[] slots, long[] after, long[] upTo) => new(
        $"""
        select {Columns}
        from log.tail($1, $2, $3) e
        """)
    {
        Parameters = { Array(NpgsqlDbType.Integer, slots), Array(NpgsqlDbType.Bigint, after), Array(NpgsqlDbType.Bigint, upTo) },
    };

    /// <summary>One stream in order, from behind <paramref name="afterSeq"/>.</summary>
    public static async Task<List<LoggedEvent>> ReadStreamAsync(
        NpgsqlConnection connection, Guid tenantId, string stream, long afterSeq, int limit, CancellationToken stop)
    {
        await using var command = StreamCommand(tenantId, stream, afterSeq, limit);
        command.Connection = connection;
        await using var reader = await command.ExecuteReaderAsync(stop);
        return await ReadStreamAsync(reader, afterSeq, limit, stop);
    }

    /// <summary>The statement of <see cref="ReadStreamAsync(NpgsqlConnection, Guid, string, long, int, CancellationToken)"/>, for callers that batch it with others.</summary>
    public static NpgsqlCommand StreamCommand(Guid tenantId, string stream, long afterSeq, int limit) => new(
        $"""
        select {Columns}
        from log.entry e
        where e.tenant_id = $1
          and e.stream = $2
          and e.first_seq > $3 - {LogEntry.MaxEvents}
          and e.first_seq + e.count > $3 + 1
          and e.first_seq <= $3 + $4
        order by e.first_seq
        """)
    {
        Parameters = { new() { Value = tenantId }, new() { Value = stream }, new() { Value = afterSeq }, new() { Value = (long)limit } },
    };

    /// <summary>Reads what <see cref="StreamCommand"/> with the same arguments gave.</summary>
    public static async Task<List<LoggedEvent>> ReadStreamAsync(NpgsqlDataReader reader, long afterSeq, int limit, CancellationToken stop)
    {
        var events = new List<LoggedEvent>();
        while (await reader.ReadAsync(stop))
            Read(reader, events, e => e.Seq > afterSeq && e.Seq - afterSeq <= limit);
        return events;
    }

    static void Read(NpgsqlDataReader row, List<LoggedEvent> into, Func<(long Offset, long Seq), bool> wanted)
    {
        var count = row.GetInt32(2);
        var (offset, seq) = (row.GetInt64(1) - count, row.GetInt64(6) - 1);
        var (slot, tenantId, stream, streamId) = (row.GetInt32(0), row.GetGuid(3), row.GetString(4), row.GetGuid(5));
        Guid? commandId = row.IsDBNull(7) ? null : row.GetGuid(7);
        var correlationId = row.IsDBNull(8) ? null : row.GetString(8);
        var actor = row.GetString(9);
        var (occurredAt, recordedAt) = (new DateTimeOffset(row.GetDateTime(10)), new DateTimeOffset(row.GetDateTime(11)));
        var entry = new LogEntryReader(row.GetFieldValue<byte[]>(12));
        while (entry.Next())
            if (wanted((++offset, ++seq)))
                into.Add(new(
                    slot, offset, tenantId, stream, seq, entry.Type, Encoding.UTF8.GetString(entry.Data), NamedId.OfEvent(streamId, seq), commandId,
                    correlationId, actor, occurredAt, recordedAt));
    }
}
