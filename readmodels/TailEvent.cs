using System.Data;
using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.ReadModels;

/// <summary>An event as views see it: the log's columns they use, and what is known of its stream.</summary>
public sealed class TailEvent
{
    public required int Slot { get; init; }

    public required long Offset { get; init; }

    public required Guid TenantId { get; init; }

    public required string Stream { get; init; }

    public required long Seq { get; init; }

    public required string Type { get; init; }

    /// <summary>The event as JSON; empty for types of which no view reads the data.</summary>
    public required byte[] Data { get; init; }

    public required Guid EventId { get; init; }

    public required Guid? CommandId { get; init; }

    public required string? CorrelationId { get; init; }

    public required string Actor { get; init; }

    public required DateTime OccurredAt { get; init; }

    public required DateTime RecordedAt { get; init; }

    /// <summary>Shared by all events of the stream in a batch.</summary>
    public StreamFacts Facts { get; set; } = null!;

    public bool IsOfRun => Stream.StartsWith(RunPrefix, StringComparison.Ordinal);

    public string RunId => Stream[RunPrefix.Length..];

    public const string RunPrefix = "run-";
}

/// <summary>Reads the log behind a set of offsets, in order per slot.</summary>
static class Tail
{
    /// <summary>The slots that views follow.</summary>
    public static readonly int[] Slots = [.. Slot.All(Domain.Runs), .. Slot.All(Domain.Identity)];

    /// <param name="after">The last known offset of each slot.</param>
    /// <param name="perSlot">Events of one slot, at the most.</param>
    /// <param name="dataOf">Types of which some view reads the data; other data stays in the database.</param>
    /// <param name="upTo">Offsets not to go beyond; null for none.</param>
    public static async Task<List<TailEvent>> ReadAsync(
        NpgsqlConnection connection, Offsets after, Offsets? upTo, int perSlot, string[] dataOf, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            """
            select e.slot, e."offset", e.tenant_id, e.stream, e.seq, e.type, case when e.type = any ($5) then e.data::text else '' end,
              e.event_id, e.command_id, e.correlation_id, e.actor, e.occurred_at, e.recorded_at
            from unnest($1, $2, $3) as c(slot, after, upto)
            cross join lateral (
              select *
              from log.events l
              where l.slot = c.slot
                and l."offset" > c.after
                and l."offset" <= c.upto
              order by l."offset"
              limit $4
            ) e
            """, connection)
        {
            Parameters =
            {
                EventLog.Array(NpgsqlDbType.Integer, Slots),
                EventLog.Array(NpgsqlDbType.Bigint, Slots.Select(s => after[s]).ToArray()),
                EventLog.Array(NpgsqlDbType.Bigint, Slots.Select(s => upTo is null ? long.MaxValue : upTo[s]).ToArray()),
                new() { Value = perSlot },
                EventLog.Array(NpgsqlDbType.Text, dataOf),
            },
        };
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleResult, stop);
        var events = new List<TailEvent>();
        while (await reader.ReadAsync(stop))
            events.Add(Read(reader));
        // Here, where only references move.
        events.Sort(static (a, b) => a.Slot != b.Slot ? a.Slot.CompareTo(b.Slot) : a.Offset.CompareTo(b.Offset));
        return events;
    }

    static TailEvent Read(NpgsqlDataReader row) => new()
    {
        Slot = row.GetInt32(0),
        Offset = row.GetInt64(1),
        TenantId = row.GetGuid(2),
        Stream = row.GetString(3),
        Seq = row.GetInt64(4),
        Type = row.GetString(5),
        Data = row.GetFieldValue<byte[]>(6),
        EventId = row.GetGuid(7),
        CommandId = row.IsDBNull(8) ? null : row.GetGuid(8),
        CorrelationId = row.IsDBNull(9) ? null : row.GetString(9),
        Actor = row.GetString(10),
        OccurredAt = row.GetDateTime(11),
        RecordedAt = row.GetDateTime(12),
    };
}

/// <summary>How far a tail has come in each slot it follows.</summary>
sealed class Offsets
{
    readonly Dictionary<int, long> bySlot;

    public Offsets(IEnumerable<KeyValuePair<int, long>> known) => bySlot = new(known);

    public long this[int slot] => bySlot.GetValueOrDefault(slot);

    public IReadOnlyDictionary<int, long> All => bySlot;

    public static Offsets Zero => new([]);

    /// <summary>Where a tail is after these events.</summary>
    /// <exception cref="LogGapException">Offsets of a slot are not dense.</exception>
    public Offsets After(IReadOnlyList<TailEvent> events)
    {
        var moved = new Offsets(bySlot);
        foreach (var e in events)
        {
            if (e.Offset != moved[e.Slot] + 1)
                throw new LogGapException(e.Slot, moved[e.Slot] + 1, e.Offset);
            moved.bySlot[e.Slot] = e.Offset;
        }
        return moved;
    }

    public bool Covers(Offsets other) => other.bySlot.All(o => this[o.Key] >= o.Value);
}

/// <summary>A slot's log lacks an offset, which its appends make impossible: the log itself is damaged.</summary>
public sealed class LogGapException(int slot, long expected, long found)
    : Exception($"slot {slot} has offset {found} where {expected} was expected");
