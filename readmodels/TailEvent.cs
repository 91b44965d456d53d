using System.Collections.Frozen;
using System.Data;
using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;

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

    /// <summary>The event as JSON, of any type; part of a larger buffer.</summary>
    internal ReadOnlyMemory<byte> Raw { get; init; }

    /// <summary>See <see cref="NamedId.OfStream"/>.</summary>
    public required Guid StreamId { get; init; }

    public Guid EventId => NamedId.OfEvent(StreamId, Seq);

    public required Guid? CommandId { get; init; }

    public required string? CorrelationId { get; init; }

    public required string Actor { get; init; }

    public required DateTime OccurredAt { get; init; }

    public required DateTime RecordedAt { get; init; }

    /// <summary>Shared by all events of the stream in a batch.</summary>
    public StreamFacts Facts { get; set; } = null!;

    public bool IsOfRun => Stream.StartsWith(RunPrefix, StringComparison.Ordinal);

    /// <summary>Of a run whose history is deleted: only statistics and results of commands still know of it.</summary>
    public bool IsOfDeletedRun => Stream.StartsWith(DeletedRunPrefix, StringComparison.Ordinal);

    public string RunId => Stream[(IsOfDeletedRun ? DeletedRunPrefix : RunPrefix).Length..];

    public const string RunPrefix = "run-";

    /// <summary>Of the streams that keep the places of deleted histories in the log.</summary>
    const string DeletedRunPrefix = "gone-";
}

/// <summary>Reads the log behind a set of offsets, in order per slot.</summary>
static class Tail
{
    /// <summary>The slots that views follow.</summary>
    public static readonly int[] Slots = [.. Slot.Worked.SelectMany(Slot.All), .. Slot.All(Domain.Identity)];

    /// <param name="after">The last known offset of each slot.</param>
    /// <param name="perSlot">Events of one slot, at the most.</param>
    /// <param name="dataOf">Types of which some view reads the data; other data is left out.</param>
    /// <param name="upTo">Offsets not to go beyond; null for none.</param>
    public static async Task<List<TailEvent>> ReadAsync(
        NpgsqlConnection connection, Offsets after, Offsets? upTo, int perSlot, FrozenSet<string> dataOf, CancellationToken stop)
    {
        var from = Slots.Select(s => after[s]).ToArray();
        var to = Slots.Select(s => Math.Min(after[s] + perSlot, upTo is null ? long.MaxValue : upTo[s])).ToArray();
        await using var command = EventLog.TailCommand(Slots, from, to);
        command.Connection = connection;
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleResult, stop);
        var events = new List<TailEvent>();
        while (await reader.ReadAsync(stop))
        {
            var place = Array.IndexOf(Slots, reader.GetInt32(0));
            Read(reader, events, from[place], to[place], dataOf);
        }
        events.Sort(static (a, b) => a.Slot != b.Slot ? a.Slot.CompareTo(b.Slot) : a.Offset.CompareTo(b.Offset));
        return events;
    }

    /// <summary>Adds the events of one row behind <paramref name="after"/> and not behind <paramref name="upTo"/>.</summary>
    internal static void Read(NpgsqlDataReader row, List<TailEvent> into, long after, long upTo, FrozenSet<string> dataOf)
    {
        var (slot, tenantId, stream, streamId) = (row.GetInt32(0), row.GetGuid(3), row.GetString(4), row.GetGuid(5));
        var (offset, seq) = (row.GetInt64(1) - row.GetInt32(2), row.GetInt64(6) - 1);
        Guid? commandId = row.IsDBNull(7) ? null : row.GetGuid(7);
        var correlationId = row.IsDBNull(8) ? null : row.GetString(8);
        var actor = row.GetString(9);
        var (occurredAt, recordedAt) = (row.GetDateTime(10), row.GetDateTime(11));
        var text = row.GetFieldValue<byte[]>(12);
        var entry = new LogEntryReader(text);
        while (entry.Next())
        {
            seq++;
            if (++offset <= after || offset > upTo)
                continue;
            var type = entry.Type;
            into.Add(new()
            {
                Slot = slot,
                Offset = offset,
                TenantId = tenantId,
                Stream = stream,
                Seq = seq,
                Type = type,
                Data = dataOf.Contains(type) ? entry.Data.ToArray() : [],
                Raw = text.AsMemory(entry.Place),
                StreamId = streamId,
                CommandId = commandId,
                CorrelationId = correlationId,
                Actor = actor,
                OccurredAt = occurredAt,
                RecordedAt = recordedAt,
            });
        }
    }
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
