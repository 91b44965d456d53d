using Dvt.Contracts;
using Dvt.Lodging.Prices;

namespace Dvt.Lodging.Bookings;

// Money that came or went outside. A payment goes forward only: what is told late, out of order or twice changes nothing.
public sealed partial record Booking
{
    /// <param name="today">By the unit's clocks.</param>
    public Ruling RecordPayment(RecordBookingPayment c, TakenNights taken, DateOnly today, DateTimeOffset now)
    {
        if (c.Currency is { } currency && currency != Price.Currency)
            return Ruling.No("invalid_amount", $"/amount/currency: the booking is in {Price.Currency}");
        if (!Currencies.TryAmount(c.Amount, Price.Currency, out var amount))
            return Ruling.No("invalid_amount", $"{(c.Currency is null ? "/amount" : "/amount/amount")}: is no amount of {Price.Currency}");
        var known = Payments.FirstOrDefault(p => p.PaymentId == c.PaymentId);
        var back = c.Status == OutsidePayment.Refunded ? amount - RefundedOf(known) : 0;
        if (known is not null && Rank(known.Status) >= Rank(c.Status) && back <= 0)
            return Ruling.Nothing;
        var payments = PaymentsAfter(c.PaymentId, Text(amount), c.Status);
        var paid = PaidBy(payments);
        List<IEvent> events = IsOver(now) ? Ending() : [];
        var due = Currencies.Amount((events.LastOrDefault() as BookingRefundDue)?.RefundDue ?? RefundDue);
        if (known?.Status is OutsidePayment.Approved or OutsidePayment.Refunded)
            due = Math.Max(0, due - Math.Min(back, KeptOf(known)));
        events.Add(new BookingPaymentRecorded(c.PaymentId, Text(amount), c.Status, Text(paid), StatusOf(payments, Price.Total), Text(due)));
        if (c.Status == OutsidePayment.Approved && Consequence(c.PaymentId, amount, paid, due, taken, today, now) is { } consequence)
            events.Add(consequence);
        return new(events);
    }

    /// <summary>
    /// What approved money leads to: the booking is confirmed, or the money must go back; null when it stays as it is. What is owed back
    /// already buys nothing: it may be on its way.
    /// </summary>
    IEvent? Consequence(string paymentId, decimal amount, decimal paid, decimal due, TakenNights taken, DateOnly today, DateTimeOffset now)
    {
        var isEnough = paid - due >= Currencies.Amount(Price.Deposit);
        if (Status == BookingStatus.Held && now < ExpiresAt)
            return isEnough ? new BookingConfirmed() : null;
        if (Status is BookingStatus.Held or BookingStatus.Expired)
        {
            if (isEnough && Stay.CheckIn >= today && taken.AreFree(Stay, BookingId))
                return new BookingConfirmed(Retook: true);
            return Due(isEnough && Stay.CheckIn >= today ? "date_overlap" : BookingStatus.Expired);
        }
        return Status is BookingStatus.Cancelled or BookingStatus.NoShow ? Due(Status) : null;

        BookingRefundDue Due(string reason) => new(paymentId, Text(amount), reason, Text(due + amount));
    }

    static int Rank(string status) => status switch
    {
        OutsidePayment.Pending => 0,
        OutsidePayment.Rejected => 1,
        OutsidePayment.Approved => 2,
        _ => 3,
    };

    IReadOnlyList<BookingPayment> PaymentsAfter(string paymentId, string amount, string status)
    {
        var known = Payments.FirstOrDefault(p => p.PaymentId == paymentId);
        return [.. Payments.Where(p => p != known), BookingPayment.Told(known, paymentId, amount, status)];
    }

    static decimal RefundedOf(BookingPayment? payment) =>
        payment?.Status == OutsidePayment.Refunded ? Currencies.Amount(payment.Refunded ?? payment.Amount) : 0;

    static decimal KeptOf(BookingPayment payment) =>
        payment.Status is OutsidePayment.Approved or OutsidePayment.Refunded ? Math.Max(0, Currencies.Amount(payment.Amount) - RefundedOf(payment)) : 0;

    static decimal PaidBy(IEnumerable<BookingPayment> payments) => payments.Sum(KeptOf);

    static string StatusOf(IReadOnlyCollection<BookingPayment> payments, string total)
    {
        var paid = PaidBy(payments);
        if (paid > 0)
            return paid >= Currencies.Amount(total) ? Contracts.PaymentStatus.Paid : Contracts.PaymentStatus.PartiallyPaid;
        if (payments.Any(p => p.Status == OutsidePayment.Refunded))
            return Contracts.PaymentStatus.Refunded;
        return payments.Count > 0 && payments.All(p => p.Status == OutsidePayment.Rejected) ? Contracts.PaymentStatus.Failed : Contracts.PaymentStatus.Pending;
    }
}
