using Dvt.Contracts;
using Dvt.Lodging.Prices;

namespace Dvt.Lodging.Bookings;

/// <summary>A payment as it stands.</summary>
/// <param name="Refunded">What of it went back; null of one that is refunded says all of it.</param>
public sealed record BookingPayment(string PaymentId, string Amount, string Status, string? Refunded = null)
{
    /// <summary>As it stands once that is told of it: what was paid stays known when some of it goes back.</summary>
    /// <param name="before">Null when nothing was told.</param>
    public static BookingPayment Told(BookingPayment? before, string paymentId, string amount, string status) => status != OutsidePayment.Refunded
        ? new(paymentId, amount, status)
        : new(paymentId, before?.Status is OutsidePayment.Approved or OutsidePayment.Refunded ? before.Amount : amount, status, amount);
}

/// <summary>
/// A booking as its history has it. Immutable: a command is judged (<c>Booking.Deciding</c>), its events make the next state
/// (<c>Booking.Applying</c>). Whether nights are free is told by whoever holds the unit's calendar.
/// </summary>
public sealed partial record Booking
{
    /// <summary>How long nights are held, and by how much a hold is extended.</summary>
    public static readonly TimeSpan HoldTime = TimeSpan.FromMinutes(30);

    public required Guid BookingId { get; init; }

    public required string Code { get; init; }

    public required Guid UnitId { get; init; }

    public required Guid GuestId { get; init; }

    public required Stay Stay { get; init; }

    public required int Guests { get; init; }

    public required string Channel { get; init; }

    public required PriceBreakdown Price { get; init; }

    public required IReadOnlyList<CancellationStep> Cancellation { get; init; }

    /// <summary>One of <see cref="BookingStatus"/>.</summary>
    public required string Status { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public bool Extended { get; init; }

    public IReadOnlyList<BookingPayment> Payments { get; init; } = [];

    /// <summary>One of <see cref="Contracts.PaymentStatus"/>.</summary>
    public string PaymentStatus { get; init; } = Contracts.PaymentStatus.Pending;

    public string Paid { get; init; } = "0";

    /// <summary>What is to be paid back.</summary>
    public string RefundDue { get; init; } = "0";

    public decimal? RefundPercent { get; init; }

    public string? CancelReason { get; init; }

    public DateTimeOffset? ConfirmedAt { get; init; }

    public DateTimeOffset? CheckedInAt { get; init; }

    /// <summary>When it was completed, cancelled, expired or given up.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Its nights are nobody else's.</summary>
    public bool KeepsNights => BookingStatus.KeepsNights(Status);

    public bool IsOver(DateTimeOffset now) => Status == BookingStatus.Held && now >= ExpiresAt;

    string Text(decimal amount) => Currencies.Text(amount, Price.Currency);
}
