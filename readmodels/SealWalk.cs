using Npgsql;

namespace Dvt.ReadModels;

/// <summary>Goes through the seals of a tenant in their order and makes each of them again from the log.</summary>
/// <param name="presence">Told of each verified entry.</param>
/// <param name="knownHead">A head that one of the seals must have; null for none.</param>
sealed class SealWalk(NpgsqlConnection connection, Guid tenantId, AuditPresence presence, string? knownHead)
{
    /// <summary>Seals read at once, at the most.</summary>
    const int Page = 32;

    /// <summary>Bytes of marks among them, at the most: what is held at once is bounded.</summary>
    const int PageMarks = 1024 * 1024;

    readonly Dictionary<int, long> reached = [];
    byte[] hash = SealChain.Beginning;
    bool foundHead = knownHead is null;

    public long Seals { get; private set; }

    public long Entries { get; private set; }

    public DateTime? From { get; private set; }

    public DateTime? To { get; private set; }

    public string? Head => Seals == 0 ? null : Convert.ToHexStringLower(hash);

    public async Task<AuditFault?> FirstFaultAsync(CancellationToken stop)
    {
        while (await SealedLog.ReadSealsAsync(connection, tenantId, Seals, Page, stop) is { Count: > 0 } read)
        {
            var room = PageMarks;
            List<StoredSeal> seals = [.. read.TakeWhile((s, i) => i == 0 | (room -= s.Leaves.Length) > 0)];
            if (await PageFaultAsync(seals, stop) is { } fault)
                return fault;
        }
        if (await TailFaultAsync(stop) is { } inserted)
            return inserted;
        return foundHead ? null : new("seal", "unknown_head", "no seal has the head that was given: seals were made anew, or the log was restored to a moment before");
    }

    async Task<AuditFault?> PageFaultAsync(List<StoredSeal> seals, CancellationToken stop)
    {
        var ranges = new List<SealedRange>();
        for (var i = 0; i < seals.Count; i++)
            if (ShapeFault(seals[i], expected: Seals + i + 1) is { } fault)
                return fault;
            else
                ranges.AddRange(seals[i].Slots.Zip(seals[i].UpTo).Select(r => Advance(i, r.First, r.Second)));
        var leaves = seals.Select(_ => new List<Leaf>()).ToArray();
        await using (var command = SealedLog.EntriesCommand(connection, ranges))
        await using (var rows = await command.ExecuteReaderAsync(stop))
            while (await rows.ReadAsync(stop))
            {
                var entry = SealedLog.ReadEntry(rows);
                leaves[rows.GetInt32(14)].Add(new(entry.Slot, entry.Offset, entry.RecordedAt, SealChain.LeafOf(entry)));
                presence.Add(entry);
            }
        for (var i = 0; i < seals.Count; i++)
            if (Take(seals[i], leaves[i]) is { } fault)
                return fault;
        return await presence.FirstFaultAsync(stop);
    }

    static AuditFault? ShapeFault(StoredSeal seal, long expected)
    {
        if (seal.Number != expected)
            return new("seal", "removed", "a seal is missing", Seal: expected);
        return seal.Slots.Length == seal.UpTo.Length && seal.Slots.Distinct().Count() == seal.Slots.Length
            ? null
            : new("seal", "changed", "the seal names no slots that can be", Seal: seal.Number);
    }

    SealedRange Advance(int of, int slot, long upTo)
    {
        var after = reached.GetValueOrDefault(slot);
        reached[slot] = Math.Max(after, upTo);
        return new(of, slot, after, upTo);
    }

    /// <summary>The fault of a seal; without one it counts.</summary>
    AuditFault? Take(StoredSeal seal, List<Leaf> leaves)
    {
        var made = SealChain.Seal(tenantId, seal.Number, hash, [.. seal.Slots.Zip(seal.UpTo)], leaves, seal.SealedAt);
        if (SealChain.FirstDifference(seal.Leaves, leaves) is var (slot, offset, how))
            return new("log", how, $"the entry of the log was {how} after it was sealed", slot, offset, seal.Number);
        if (!made.AsSpan().SequenceEqual(seal.Hash))
            return new("seal", "changed", "the seal is not the one that was made over these entries and the seal before", Seal: seal.Number);
        (Seals, hash, Entries) = (seal.Number, seal.Hash, Entries + leaves.Count);
        foreach (var leaf in leaves)
            (From, To) = (From < leaf.RecordedAt ? From : leaf.RecordedAt, To > leaf.RecordedAt ? To : leaf.RecordedAt);
        foundHead |= Head == knownHead;
        return null;
    }

    /// <summary>Behind the tenant's last seal nothing of it may lie where everything is sealed.</summary>
    async Task<AuditFault?> TailFaultAsync(CancellationToken stop)
    {
        var sealedUpTo = await SealedLog.ReadReachedAsync(connection, stop);
        SealedRange[] ranges = [.. sealedUpTo.OrderBy(s => s.Key).Select(s => new SealedRange(0, s.Key, reached.GetValueOrDefault(s.Key), s.Value))];
        await using var command = SealedLog.EntriesCommand(connection, ranges);
        await using var rows = await command.ExecuteReaderAsync(stop);
        if (!await rows.ReadAsync(stop))
            return null;
        var entry = SealedLog.ReadEntry(rows);
        return new("log", "inserted", "the entry of the log is under no seal although its slot is sealed so far", entry.Slot, entry.Offset);
    }
}
