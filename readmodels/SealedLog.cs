using Dvt.Pipeline;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.ReadModels;

/// <summary>What a seal covers of one slot: behind <paramref name="After"/>, up to <paramref name="UpTo"/>.</summary>
/// <param name="Of">Place of the seal among those that are asked about.</param>
readonly record struct SealedRange(int Of, int Slot, long After, long UpTo);

/// <summary>A row of <c>log.seal</c>.</summary>
sealed record StoredSeal(long Number, int[] Slots, long[] UpTo, byte[] Leaves, byte[] Hash, DateTime SealedAt);

/// <summary>The SQL of seals.</summary>
static class SealedLog
{
    /// <summary>Entries of the log within the ranges, by range and offset; row-level security leaves the API its tenant's.</summary>
    public static NpgsqlCommand EntriesCommand(NpgsqlConnection connection, IReadOnlyList<SealedRange> ranges) => new(
        """
        select e.slot, e."offset", e.count, e.tenant_id, e.stream, e.stream_id, e.first_seq, e.command_id, e.correlation_id, e.actor,
          e.occurred_at, e.recorded_at, e.events, d.digest, r.of
        from unnest($1, $2, $3, $4) with ordinality as r(of, slot, after, upto, ordinal)
        join log.tail(array[r.slot], array[r.after], array[r.upto]) e on e."offset" <= r.upto
        left join log.emptied d on d.slot = e.slot
          and d."offset" = e."offset"
        order by r.ordinal, e."offset"
        """, connection)
    {
        Parameters =
        {
            EventLog.Array(NpgsqlDbType.Integer, ranges.Select(r => r.Of).ToArray()),
            EventLog.Array(NpgsqlDbType.Integer, ranges.Select(r => r.Slot).ToArray()),
            EventLog.Array(NpgsqlDbType.Bigint, ranges.Select(r => r.After).ToArray()),
            EventLog.Array(NpgsqlDbType.Bigint, ranges.Select(r => r.UpTo).ToArray()),
        },
        CommandTimeout = (int)Patience.TotalSeconds,
    };

    /// <summary>Of one look into a large log, in which a small tenant has little.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public static SealableEntry ReadEntry(NpgsqlDataReader row) => new(
        row.GetInt32(0), row.GetInt64(1), row.GetInt32(2), row.GetGuid(3), row.GetString(4), row.GetGuid(5), row.GetInt64(6),
        row.IsDBNull(7) ? null : row.GetGuid(7), row.TextOrNull(8), row.GetString(9), row.GetDateTime(10), row.GetDateTime(11),
        row.GetFieldValue<byte[]>(12), row.IsDBNull(13) ? null : row.GetFieldValue<byte[]>(13));

    public static async Task<List<StoredSeal>> ReadSealsAsync(NpgsqlConnection connection, Guid tenantId, long after, int limit, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            """
            select number, slots, upto, leaves, hash, sealed_at
            from log.seal
            where tenant_id = $1
              and number > $2
            order by number
            limit $3
            """, connection)
        {
            Parameters = { new() { Value = tenantId }, new() { Value = after }, new() { Value = limit } },
        };
        await using var rows = await command.ExecuteReaderAsync(stop);
        var seals = new List<StoredSeal>();
        while (await rows.ReadAsync(stop))
            seals.Add(new(rows.GetInt64(0), rows.GetFieldValue<int[]>(1), rows.GetFieldValue<long[]>(2), rows.GetFieldValue<byte[]>(3),
                rows.GetFieldValue<byte[]>(4), rows.GetDateTime(5)));
        return seals;
    }

    /// <summary>How far each slot is sealed.</summary>
    public static async Task<Dictionary<int, long>> ReadReachedAsync(NpgsqlConnection connection, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            """
            select s.slot, coalesce(d."offset", 0)
            from log.slot s
            left join log.sealed d on d.slot = s.slot
            """, connection);
        await using var rows = await command.ExecuteReaderAsync(stop);
        var reached = new Dictionary<int, long>();
        while (await rows.ReadAsync(stop))
            reached[rows.GetInt32(0)] = rows.GetInt64(1);
        return reached;
    }
}
