using Dvt.Contracts;
using Dvt.Lodging.Bookings;
using Dvt.Pipeline;

namespace Dvt.Workers.Bookings;

// Blocks: nights that somebody else has, or that the host wants to keep.
sealed partial class BookingBatch
{
    /// <summary>A block begins, or one that was removed begins again.</summary>
    public void Block(Delivery delivery, UnitAtHand unit, BlockCreated created, Envelope? command, DateTimeOffset now)
    {
        unit.Blocks.TryGetValue(created.BlockId, out var before);
        var row = new BlockRow(
            unit.TenantId, created.BlockId, unit.UnitId, before?.CommandId ?? delivery.Envelope.Id, created.Source, created.FeedId, created.Uid, created.Channel,
            before?.StoredSeq ?? 0)
        {
            Seq = before?.Seq ?? 0,
            Stay = new Stay(created.From, created.To),
            Text = created.Text,
            Claims = created.Claims,
        };
        if (before is not null)
            changedBlocks.Remove(before);
        unit.Blocks[created.BlockId] = row;
        Write(delivery, unit, row, created, command, now);
        if (command is not null)
            Told(delivery);
    }

    public void Move(Delivery delivery, UnitAtHand unit, BlockRow row, BlockMoved moved, DateTimeOffset now)
    {
        (row.Stay, row.Text, row.Claims) = (new Stay(moved.From, moved.To), moved.Text, moved.Claims);
        Write(delivery, unit, row, moved, command: null, now);
    }

    public void Unblock(Delivery delivery, UnitAtHand unit, BlockRow row, Envelope? command, DateTimeOffset now)
    {
        (row.Removed, row.Claims) = (true, false);
        Write(delivery, unit, row, new BlockRemoved(unit.UnitId), command, now);
        if (command is not null)
            Told(delivery);
    }

    /// <summary>Blocks that clashed with a booking claim their nights as soon as none has them any more.</summary>
    void GiveNightsToBlocks(Delivery delivery, UnitAtHand unit, DateTimeOffset now)
    {
        foreach (var block in unit.Blocks.Values.Where(b => b is { Claims: false, Removed: false }))
            if (unit.Taken.AreFree(block.Stay, holder: unit.UnitId))
            {
                block.Claims = true;
                Write(delivery, unit, block, new BlockClaimed(unit.UnitId), command: null, now);
            }
    }

    void Write(Delivery delivery, UnitAtHand unit, BlockRow block, IEvent e, Envelope? command, DateTimeOffset now)
    {
        changedBlocks.Add(block);
        if (block is { Claims: true, Removed: false })
            unit.Taken.Take(block.BlockId, unit.UnitId, block.Stay);
        else
            unit.Taken.Free(block.BlockId);
        Append(delivery, block.Stream, ++block.Seq, e, command, now);
    }
}
