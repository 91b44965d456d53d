namespace Dvt.Contracts;

/// <summary>
/// Ids of bookings name their slot, so that whoever has one knows the queue that everything about it went through.
/// </summary>
public static class BookingIds
{
    /// <summary>Puts the unit's slot into the last four bits of an id.</summary>
    public static Guid Of(Guid id, Guid tenantId, Guid unitId)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        var number = Slot.Of(Domain.Bookings, tenantId, unitId.ToString()) % Slot.PerDomain;
        bytes[15] = (byte)((bytes[15] & 0xF0) | number);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>The slot that an id names.</summary>
    public static int SlotOf(Guid bookingId)
    {
        Span<byte> bytes = stackalloc byte[16];
        bookingId.TryWriteBytes(bytes, bigEndian: true, out _);
        return Slot.First(Domain.Bookings) + (bytes[15] & (Slot.PerDomain - 1));
    }
}
