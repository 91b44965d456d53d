using Dvt.Contracts;

namespace Dvt.Workers.Channels;

/// <summary>What is said before and after a stay goes by its new days; a hold has none of that yet.</summary>
static class WhenBookingDatesChanged
{
    public static IReadOnlyList<DueNotice> Owes(BookingSeen booking, UnitSeen unit, MessageSettings settings) =>
        booking.Status == BookingStatus.Confirmed ? [DueNotice.PreArrival(booking, unit, settings), DueNotice.AfterStay(booking, unit, settings)] : [];
}
