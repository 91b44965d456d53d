using Dvt.Contracts;
using Dvt.Pipeline;

namespace Dvt.Workers.Bookings;

/// <summary><see cref="RemoveBlock"/>: what a feed blocks is freed there.</summary>
static class RemoveBlocks
{
    public static void Decide(BookingBatch work, Delivery delivery, RemoveBlock command, DateTimeOffset now)
    {
        var unit = work.Unit(delivery, now);
        if (!unit.Blocks.TryGetValue(command.BlockId, out var block) || block.Removed)
            work.Refuse(delivery, new("block_not_found", $"the unit has no block {command.BlockId}"));
        else if (block.Source != BlockSources.Manual)
            work.Refuse(delivery, new("invalid_state", "the block comes from a feed and is freed there"));
        else
            work.Unblock(delivery, unit, block, delivery.Envelope, now);
    }
}
