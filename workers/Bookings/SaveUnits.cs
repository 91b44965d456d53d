using Dvt.Contracts;
using Dvt.Pipeline;

namespace Dvt.Workers.Bookings;

/// <summary><see cref="CreateUnit"/> and <see cref="ChangeUnit"/>.</summary>
static class SaveUnits
{
    public static void Decide(BookingBatch work, Delivery delivery, DateTimeOffset now)
    {
        var (envelope, unit) = (delivery.Envelope, work.Unit(delivery, now));
        if (envelope.Type == nameof(CreateUnit))
            Create(work, delivery, unit, ContractsJson.Read<CreateUnit>(envelope.Body), now);
        else
            Change(work, delivery, unit, ContractsJson.Read<ChangeUnit>(envelope.Body), now);
    }

    static void Create(BookingBatch work, Delivery delivery, UnitAtHand unit, CreateUnit c, DateTimeOffset now)
    {
        // The id is made from the caller's key, so another command about it is the key with another body.
        if (unit.Row is { } known && known.CommandId != delivery.Envelope.Id)
            work.RefuseKey(delivery);
        else if (unit.Row is not null)
            work.Done(delivery);
        else
            work.Save(delivery, unit, new(unit.TenantId, c.UnitId, delivery.Envelope.Id, Seq: 1, c.Definition), new UnitCreated(c.UnitId, c.Definition, Revision: 1), now);
    }

    static void Change(BookingBatch work, Delivery delivery, UnitAtHand unit, ChangeUnit c, DateTimeOffset now)
    {
        if (unit.Row is not { } known)
            work.Refuse(delivery, new("unit_not_found", $"there is no unit {c.UnitId}"));
        else if (c.ExpectedRevision is { } expected && expected != known.Seq)
            work.Refuse(delivery, new("REVISION_MISMATCH", $"the unit has revision {known.Seq}"));
        else if (ContractsJson.Bytes(known.Definition).AsSpan().SequenceEqual(ContractsJson.Bytes(c.Definition)))
            work.Done(delivery);
        else
            work.Save(delivery, unit, known with { Seq = known.Seq + 1, Definition = c.Definition }, new UnitChanged(c.UnitId, c.Definition, known.Seq + 1), now);
    }
}
