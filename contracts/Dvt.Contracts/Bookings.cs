namespace Dvt.Contracts;

/// <summary>States of a booking. Held, confirmed and checked in keep their nights from everyone else.</summary>
public static class BookingStatus
{
    public const string Held = "held";
    public const string Confirmed = "confirmed";
    public const string CheckedIn = "checked_in";
    public const string Completed = "completed";
    public const string Expired = "expired";
    public const string Cancelled = "cancelled";
    public const string NoShow = "no_show";

    public static readonly IReadOnlyList<string> All = [Held, Confirmed, CheckedIn, Completed, Expired, Cancelled, NoShow];

    public static bool KeepsNights(string status) => status is Held or Confirmed or CheckedIn;
}

/// <summary>How far a booking is paid.</summary>
public static class PaymentStatus
{
    public const string Pending = "pending";
    public const string PartiallyPaid = "partially_paid";
    public const string Paid = "paid";
    public const string Refunded = "refunded";
    public const string Failed = "failed";
}

/// <summary>States of one outside payment.</summary>
public static class OutsidePayment
{
    public const string Pending = "pending";
    public const string Approved = "approved";
    public const string Rejected = "rejected";
    public const string Refunded = "refunded";

    public static readonly IReadOnlyList<string> All = [Pending, Approved, Rejected, Refunded];
}

/// <summary>Where a booking came from.</summary>
public static class BookingChannels
{
    public const string Direct = "direct";

    public static readonly IReadOnlyList<string> All = [Direct, "whatsapp", "airbnb", "booking", "mercadolibre", "other"];
}

/// <summary>Who stays. All of it is personal data.</summary>
public sealed record Guest(string Name, string? Phone = null, string? Email = null, string? Document = null, string? Note = null);

/// <param name="Date">The day on which the night begins.</param>
/// <param name="Amount">Rounded by itself.</param>
public sealed record NightPrice(DateOnly Date, string Amount);

/// <summary>A price and how it comes about: <c>nights - discount + cleaning = total</c>, to the last minor unit.</summary>
/// <param name="DiscountPercent">Of the nights; 0 when the stay is too short for any.</param>
/// <param name="Deposit">What confirms the booking when it is paid.</param>
public sealed record PriceBreakdown(
    string Currency, IReadOnlyList<NightPrice> Nights, string Subtotal, decimal DiscountPercent, string Discount, string Cleaning, string Total, string Deposit);

/// <summary>A stay: nights as <c>[CheckIn, CheckOut)</c>.</summary>
public sealed record Stay(DateOnly CheckIn, DateOnly CheckOut)
{
    public int Nights => CheckOut.DayNumber - CheckIn.DayNumber;

    public bool Overlaps(Stay other) => CheckIn < other.CheckOut && other.CheckIn < CheckOut;
}

/// <summary>Holds nights for a while; partitioned by unit, as all commands here are.</summary>
/// <param name="BookingId">Made by the sender with <see cref="BookingIds"/>; its code is made by the worker.</param>
public sealed record HoldBooking(Guid BookingId, Guid UnitId, DateOnly CheckIn, DateOnly CheckOut, int Guests, Guest Guest, string Channel) : ICommand
{
    public static Domain Domain => Domain.Bookings;
}

/// <summary>An order about a booking that there is.</summary>
public interface IBookingChange
{
    Guid BookingId { get; }

    /// <summary>That the booking must still have; null for any.</summary>
    long? ExpectedRevision { get; }
}

public sealed record ConfirmBooking(Guid BookingId, Guid UnitId, long? ExpectedRevision = null) : ICommand, IBookingChange
{
    public static Domain Domain => Domain.Bookings;
}

public sealed record CancelBooking(Guid BookingId, Guid UnitId, string? Reason, long? ExpectedRevision = null) : ICommand, IBookingChange
{
    public static Domain Domain => Domain.Bookings;
}

/// <summary>Half an hour more for a hold, once.</summary>
public sealed record ExtendBooking(Guid BookingId, Guid UnitId, long? ExpectedRevision = null) : ICommand, IBookingChange
{
    public static Domain Domain => Domain.Bookings;
}

/// <summary>Moves a booking to other nights in one step, or leaves it where it is.</summary>
/// <param name="Guests">Null for as many as before.</param>
public sealed record ChangeBookingDates(Guid BookingId, Guid UnitId, DateOnly CheckIn, DateOnly CheckOut, int? Guests = null, long? ExpectedRevision = null) : ICommand, IBookingChange
{
    public static Domain Domain => Domain.Bookings;
}

public sealed record CheckInBooking(Guid BookingId, Guid UnitId, long? ExpectedRevision = null) : ICommand, IBookingChange
{
    public static Domain Domain => Domain.Bookings;
}

public sealed record CompleteBooking(Guid BookingId, Guid UnitId, long? ExpectedRevision = null) : ICommand, IBookingChange
{
    public static Domain Domain => Domain.Bookings;
}

public sealed record MarkNoShow(Guid BookingId, Guid UnitId, long? ExpectedRevision = null) : ICommand, IBookingChange
{
    public static Domain Domain => Domain.Bookings;
}

/// <summary>Money that came or went outside, cash too; the same <paramref name="PaymentId"/> is the same payment.</summary>
/// <param name="Amount">Of a payment that went back: all of it that has.</param>
/// <param name="Status">One of <see cref="OutsidePayment"/>.</param>
/// <param name="Currency">Of the amount; the booking's, or it is refused. Null for the booking's.</param>
public sealed record RecordBookingPayment(Guid BookingId, Guid UnitId, string PaymentId, string Amount, string Status, string? Currency = null, long? ExpectedRevision = null) : ICommand, IBookingChange
{
    public static Domain Domain => Domain.Bookings;
}

/// <summary>A message of our own: the holds of a unit that are over end now.</summary>
public sealed record ExpireHolds(Guid UnitId) : ICommand
{
    public static Domain Domain => Domain.Bookings;
}

/// <summary>In stream <c>booking-{bookingId}</c>, as all that follow.</summary>
/// <param name="Code"><c>RES{yymmdd}{6 HEX}</c>, unique per tenant.</param>
/// <param name="GuestId">The person: the same for the same phone or email.</param>
/// <param name="Cancellation">What is paid back when it is cancelled, as agreed then.</param>
public sealed record BookingHeld(
    Guid BookingId, string Code, Guid UnitId, Guid GuestId, [property: PersonalData(nameof(BookingHeld.GuestId))] Guest Guest,
    DateOnly CheckIn, DateOnly CheckOut, int Guests, string Channel, PriceBreakdown Price,
    IReadOnlyList<CancellationStep> Cancellation, DateTimeOffset ExpiresAt) : IEvent;

/// <param name="Retook">The hold was over, and its nights were still free.</param>
public sealed record BookingConfirmed(bool Retook = false) : IEvent;

/// <param name="RefundPercent">Of what has been paid, by the policy agreed when it was held.</param>
/// <param name="RefundDue">What is to be paid back, all in all.</param>
public sealed record BookingCancelled(string? Reason, decimal RefundPercent, string RefundDue) : IEvent;

public sealed record BookingExtended(DateTimeOffset ExpiresAt) : IEvent;

/// <param name="PaymentStatus">Against the new total.</param>
public sealed record BookingDatesChanged(DateOnly CheckIn, DateOnly CheckOut, int Guests, PriceBreakdown Price, string PaymentStatus) : IEvent;

public sealed record BookingCheckedIn : IEvent;

public sealed record BookingCompleted : IEvent;

public sealed record BookingNoShow : IEvent;

/// <summary>The hold is over and its nights are free.</summary>
public sealed record BookingExpired : IEvent;

/// <param name="Amount">Of a payment that went back: all of it that has.</param>
/// <param name="Paid">Of all approved payments, less what went back.</param>
/// <param name="PaymentStatus">One of <see cref="Contracts.PaymentStatus"/>.</param>
/// <param name="RefundDue">What is still to be paid back, all in all.</param>
public sealed record BookingPaymentRecorded(string PaymentId, string Amount, string Status, string Paid, string PaymentStatus, string RefundDue) : IEvent;

/// <summary>Money came that buys no nights any more: it must go back.</summary>
/// <param name="Reason">Why: <c>date_overlap</c>, <c>expired</c>, <c>cancelled</c> or <c>no_show</c>.</param>
/// <param name="RefundDue">What is to be paid back, all in all.</param>
public sealed record BookingRefundDue(string PaymentId, string Amount, string Reason, string RefundDue) : IEvent;

/// <summary>Forgets a person: events keep their facts.</summary>
public sealed record EraseGuest(Guid GuestId) : ICommand
{
    public static Domain Domain => Domain.Bookings;
}

/// <summary>In stream <c>guest-{guestId}</c>.</summary>
public sealed record GuestErased(Guid GuestId) : IEvent;
