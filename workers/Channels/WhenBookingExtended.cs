namespace Dvt.Workers.Channels;

/// <summary>The reminder moves with the end of the hold; one that was sent is not sent again.</summary>
static class WhenBookingExtended
{
    public static IReadOnlyList<DueNotice> Owes(BookingSeen booking) => [DueNotice.Reminder(booking)];
}
