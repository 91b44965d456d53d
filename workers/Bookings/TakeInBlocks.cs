using Dvt.Contracts;
using Dvt.Lodging.Bookings;
using Dvt.Pipeline;

namespace Dvt.Workers.Bookings;

/// <summary>
/// <see cref="ImportBlocks"/>: all are stored, and those that clash with no booking claim their nights. A message of our own,
/// since it touches the histories of many blocks; told twice it changes nothing.
/// </summary>
static class TakeInBlocks
{
    public static void Decide(BookingBatch work, Delivery delivery, ImportBlocks command, DateTimeOffset now)
    {
        var unit = work.Unit(delivery, now);
        if (unit.Row is null)
            return;
        foreach (var uid in command.Gone)
            if (unit.Blocks.TryGetValue(IdOf(unit, command, uid), out var gone) && !gone.Removed)
                work.Unblock(delivery, unit, gone, command: null, now);
        foreach (var block in command.Put.Where(b => b.From < b.To))
            Put(work, delivery, unit, command, block, now);
    }

    static void Put(BookingBatch work, Delivery delivery, UnitAtHand unit, ImportBlocks command, FeedBlock block, DateTimeOffset now)
    {
        var id = IdOf(unit, command, block.Uid);
        var stay = new Stay(block.From, block.To);
        var claims = unit.Taken.AreFree(stay, holder: unit.UnitId);
        if (!unit.Blocks.TryGetValue(id, out var known) || known.Removed)
            work.Block(delivery, unit, new BlockCreated(
                id, unit.UnitId, BlockSources.Feed, block.From, block.To, block.Summary, claims, command.FeedId, block.Uid, command.Channel), command: null, now);
        else if (known.Stay != stay || known.Text != block.Summary)
            work.Move(delivery, unit, known, new BlockMoved(unit.UnitId, block.From, block.To, block.Summary, claims), now);
    }

    static Guid IdOf(UnitAtHand unit, ImportBlocks command, string uid) => NamedId.Of("block", unit.TenantId.ToString(), unit.UnitId.ToString(), command.FeedId.ToString(), uid);
}
