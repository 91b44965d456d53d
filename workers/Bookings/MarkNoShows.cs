using Dvt.Contracts;
using Dvt.Pipeline;

namespace Dvt.Workers.Bookings;

/// <summary><see cref="MarkNoShow"/>.</summary>
static class MarkNoShows
{
    public static void Decide(BookingBatch work, Delivery delivery, MarkNoShow command, DateTimeOffset now) =>
        work.Change(delivery, command, now, (_, row) => row.Booking.GiveUp(now));
}
