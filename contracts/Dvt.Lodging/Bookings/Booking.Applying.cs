using Dvt.Contracts;
using Dvt.Lodging.Prices;

namespace Dvt.Lodging.Bookings;

// What an event makes of a booking.
public sealed partial record Booking
{
    /// <param name="before">Null before <see cref="BookingHeld"/>.</param>
    /// <exception cref="InvalidOperationException">A history does not begin with a hold, or knows an event that this release does not.</exception>
    public static Booking After(Booking? before, IEvent e, DateTimeOffset at) => e switch
    {
        BookingHeld held => Begin(held, at),
        _ when before is null => throw new InvalidOperationException($"no booking begins with {e.GetType().Name}"),
        BookingConfirmed => before with { Status = BookingStatus.Confirmed, ConfirmedAt = at, EndedAt = null },
        BookingExtended extended => before with { ExpiresAt = extended.ExpiresAt, Extended = true },
        BookingDatesChanged changed => before with
        {
            Stay = new(changed.CheckIn, changed.CheckOut),
            Guests = changed.Guests,
            Price = changed.Price,
            PaymentStatus = changed.PaymentStatus,
        },
        BookingCheckedIn => before with { Status = BookingStatus.CheckedIn, CheckedInAt = at },
        BookingCompleted => before with { Status = BookingStatus.Completed, EndedAt = at },
        BookingNoShow => before with { Status = BookingStatus.NoShow, EndedAt = at },
        BookingExpired => before with { Status = BookingStatus.Expired, EndedAt = at },
        BookingCancelled cancelled => before with
        {
            Status = BookingStatus.Cancelled,
            CancelReason = cancelled.Reason,
            RefundPercent = cancelled.RefundPercent,
            RefundDue = cancelled.RefundDue,
            EndedAt = at,
        },
        BookingPaymentRecorded recorded => before with
        {
            Payments = before.PaymentsAfter(recorded.PaymentId, recorded.Amount, recorded.Status),
            Paid = recorded.Paid,
            PaymentStatus = recorded.PaymentStatus,
            RefundDue = recorded.RefundDue,
        },
        BookingRefundDue due => before with { RefundDue = due.RefundDue },
        _ => throw new InvalidOperationException($"no booking knows {e.GetType().Name}"),
    };

    static Booking Begin(BookingHeld held, DateTimeOffset at) => new()
    {
        BookingId = held.BookingId,
        Code = held.Code,
        UnitId = held.UnitId,
        GuestId = held.GuestId,
        Stay = new(held.CheckIn, held.CheckOut),
        Guests = held.Guests,
        Channel = held.Channel,
        Price = held.Price,
        Cancellation = held.Cancellation,
        Status = BookingStatus.Held,
        ExpiresAt = held.ExpiresAt,
        CreatedAt = at,
        Paid = Currencies.Text(0, held.Price.Currency),
        RefundDue = Currencies.Text(0, held.Price.Currency),
    };
}
