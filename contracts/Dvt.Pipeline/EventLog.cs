using System.Text.Json;
using Dvt.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.Pipeline;

/// <summary>An event about to be appended.</summary>
/// <param name="Seq">Within the stream, from 1 without gaps.</param>
/// <param name="Data">The event as JSON.</param>
public sealed record NewEvent(
    int Slot, Guid TenantId, string Stream, long Seq, string Type, string Data,
    Guid? CommandId, string? CorrelationId, string Actor, DateTimeOffset OccurredAt);

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
        return fault.SqlState is "DV001" or "DV002" or PostgresErrorCodes.UniqueViolation;
    }
}

/// <summary>The SQL of <c>log.events</c>: dense offsets per slot, contiguous seqs per stream, append-only.</summary>
public static class EventLog
{
    /// <summary>Epoch of slots that the API writes without a lease.</summary>
    public const long NoLease = -1;

    /// <summary>
    /// Adds the append as the last statement of a batch, since the slots' row locks are held from it to the commit.
    /// Its result is the new head of each slot.
    /// </summary>
    public static void AddAppend(NpgsqlBatch batch, IReadOnlyList<NewEvent> events, Func<int, long> epochOf)
    {
        var n = events.Count;
        int[] slot = new int[n], ordinal = new int[n];
        Guid[] tenant = new Guid[n], id = new Guid[n];
        Guid?[] command = new Guid?[n];
        string[] stream = new string[n], type = new string[n], data = new string[n], actor = new string[n];
        string?[] correlation = new string?[n];
        long[] seq = new long[n];
        DateTime[] occurred = new DateTime[n];
        var counts = new SortedDictionary<int, int>();
        var streamId = Guid.Empty;
        for (var i = 0; i < n; i++)
        {
            var e = events[i];
            counts[e.Slot] = ordinal[i] = counts.GetValueOrDefault(e.Slot) + 1;
            slot[i] = e.Slot;
            tenant[i] = e.TenantId;
            stream[i] = e.Stream;
            seq[i] = e.Seq;
            type[i] = e.Type;
            data[i] = e.Data;
            if (i == 0 || e.Stream != events[i - 1].Stream || e.TenantId != events[i - 1].TenantId)
                streamId = NamedId.OfStream(e.TenantId, e.Stream);
            id[i] = NamedId.OfEvent(streamId, e.Seq);
            command[i] = e.CommandId;
            correlation[i] = e.CorrelationId;
            actor[i] = e.Actor;
            occurred[i] = e.OccurredAt.UtcDateTime;
        }
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            "select slot, head from log.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)")
        {
            Parameters =
            {
                Array(NpgsqlDbType.Integer, counts.Keys.ToArray()),
                Array(NpgsqlDbType.Bigint, counts.Keys.Select(epochOf).ToArray()),
                Array(NpgsqlDbType.Integer, counts.Values.ToArray()),
                Array(NpgsqlDbType.Integer, slot),
                Array(NpgsqlDbType.Integer, ordinal),
                Array(NpgsqlDbType.Uuid, tenant),
                Array(NpgsqlDbType.Text, stream),
                Array(NpgsqlDbType.Bigint, seq),
                Array(NpgsqlDbType.Text, type),
                Array(NpgsqlDbType.Text, data),
                Array(NpgsqlDbType.Uuid, id),
                Array(NpgsqlDbType.Uuid, command),
                Array(NpgsqlDbType.Text, correlation),
                Array(NpgsqlDbType.Text, actor),
                Array(NpgsqlDbType.TimestampTz, occurred),
            },
        });
    }

    public static NpgsqlParameter Array<T>(NpgsqlDbType element, T[] values) =>
        new NpgsqlParameter<T[]> { NpgsqlDbType = NpgsqlDbType.Array | element, TypedValue = values };

    /// <summary>Reads the heads that the append returned.</summary>
    public static async Task<LogPosition> ReadHeadsAsync(NpgsqlDataReader reader, CancellationToken stop)
    {
        var heads = new List<KeyValuePair<int, long>>();
        while (await reader.ReadAsync(stop))
            heads.Add(new(reader.GetInt32(0), reader.GetInt64(1)));
        return new LogPosition(heads);
    }

    const string Columns =
        """
        e.slot, e."offset", e.tenant_id, e.stream, e.seq, e.type, e.data::text, e.event_id, e.command_id,
        e.correlation_id, e.actor, e.occurred_at, e.recorded_at
        """;

    /// <summary>The tail: what each slot has behind the given offsets, in order per slot.</summary>
    /// <param name="after">Slots to read, each with the last offset that is known.</param>
    /// <param name="perSlot">Events of one slot at the most.</param>
    public static async Task<List<LoggedEvent>> ReadAfterAsync(
        NpgsqlConnection connection, IReadOnlyDictionary<int, long> after, int perSlot, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select {Columns}
            from unnest($1, $2) as c(slot, after)
            cross join lateral (
              select *
              from log.events l
              where l.slot = c.slot
                and l."offset" > c.after
              order by l."offset"
              limit $3
            ) e
            order by e.slot, e."offset"
            """, connection)
        {
            Parameters =
            {
                Array(NpgsqlDbType.Integer, after.Keys.ToArray()),
                Array(NpgsqlDbType.Bigint, after.Values.ToArray()),
                new() { Value = perSlot },
            },
        };
        return await ReadAllAsync(command, stop);
    }

    /// <summary>One stream in order, from behind <paramref name="afterSeq"/>.</summary>
    public static async Task<List<LoggedEvent>> ReadStreamAsync(
        NpgsqlConnection connection, Guid tenantId, string stream, long afterSeq, int limit, CancellationToken stop)
    {
        await using var command = StreamCommand(tenantId, stream, afterSeq, limit);
        command.Connection = connection;
        return await ReadAllAsync(command, stop);
    }

    /// <summary>The statement of <see cref="ReadStreamAsync"/>, for callers that batch it with others.</summary>
    public static NpgsqlCommand StreamCommand(Guid tenantId, string stream, long afterSeq, int limit) => new(
        $"""
        select {Columns}
        from log.events e
        where e.tenant_id = $1
          and e.stream = $2
          and e.seq > $3
        order by e.seq
        limit $4
        """)
    {
        Parameters = { new() { Value = tenantId }, new() { Value = stream }, new() { Value = afterSeq }, new() { Value = limit } },
    };

    static async Task<List<LoggedEvent>> ReadAllAsync(NpgsqlCommand command, CancellationToken stop)
    {
        await using var reader = await command.ExecuteReaderAsync(stop);
        var events = new List<LoggedEvent>();
        while (await reader.ReadAsync(stop))
            events.Add(Read(reader));
        return events;
    }

    public static LoggedEvent Read(NpgsqlDataReader row) => new(
        row.GetInt32(0), row.GetInt64(1), row.GetGuid(2), row.GetString(3), row.GetInt64(4), row.GetString(5), row.GetString(6),
        row.GetGuid(7), row.IsDBNull(8) ? null : row.GetGuid(8), row.IsDBNull(9) ? null : row.GetString(9), row.GetString(10),
        new DateTimeOffset(row.GetDateTime(11)), new DateTimeOffset(row.GetDateTime(12)));
}
