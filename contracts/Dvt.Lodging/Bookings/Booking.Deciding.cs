using Dvt.Contracts;
using Dvt.Lodging.Prices;

namespace Dvt.Lodging.Bookings;

// What a command comes to. Holds that are over have been ended before; each is asked again here all the same.
public sealed partial record Booking
{
    /// <param name="code">Drawn by the caller.</param>
    /// <param name="today">By the unit's clocks.</param>
    public static Ruling Hold(HoldBooking c, UnitDefinition? unit, TakenNights taken, string code, Guid guestId, DateOnly today, DateTimeOffset now)
    {
        if (unit is null)
            return Ruling.No("unit_not_found", $"there is no unit {c.UnitId}");
        var stay = new Stay(c.CheckIn, c.CheckOut);
        if (StayRules.Fault(unit, stay, c.Guests, today) is { } fault)
            return Ruling.No(fault);
        if (!taken.AreFree(stay, c.BookingId))
            return Ruling.No(StayRules.Overlap(unit, taken, stay, c.Guests, c.BookingId, today));
        return Ruling.Yes(new BookingHeld(
            c.BookingId, code, c.UnitId, guestId, c.Guest, c.CheckIn, c.CheckOut, c.Guests, c.Channel, StayPrice.Of(unit, stay, c.Guests),
            unit.Cancellation, now + HoldTime));
    }

    public Ruling Confirm(DateTimeOffset now) => Status switch
    {
        BookingStatus.Held when now < ExpiresAt => Ruling.Yes(new BookingConfirmed()),
        BookingStatus.Held => Over(),
        BookingStatus.Confirmed => Ruling.Nothing,
        _ => Refused("confirmed"),
    };

    public Ruling Extend(DateTimeOffset now) => Status switch
    {
        BookingStatus.Held when now >= ExpiresAt => Over(),
        BookingStatus.Held when Extended => Ruling.No("invalid_state", "the hold has been extended before, which is possible once"),
        BookingStatus.Held => Ruling.Yes(new BookingExtended(ExpiresAt + HoldTime)),
        _ => Refused("extended"),
    };

    /// <param name="today">By the unit's clocks.</param>
    public Ruling Cancel(string? reason, DateOnly today, DateTimeOffset now)
    {
        switch (Status)
        {
            case BookingStatus.Held when now >= ExpiresAt:
                return Over();
            case BookingStatus.Cancelled:
                return Ruling.Nothing;
            case BookingStatus.Held or BookingStatus.Confirmed:
                var percent = RefundPercentOn(today);
                var back = Currencies.Round((Currencies.Amount(Paid) - Currencies.Amount(RefundDue)) * percent / 100m, Price.Currency);
                return Ruling.Yes(new BookingCancelled(reason, percent, Text(Currencies.Amount(RefundDue) + back)));
            default:
                return Refused("cancelled");
        }
    }

    /// <summary>Of the steps that are still to be had, the one with most days.</summary>
    decimal RefundPercentOn(DateOnly today)
    {
        var left = Stay.CheckIn.DayNumber - today.DayNumber;
        return Cancellation.Where(s => s.DaysBefore <= left).MaxBy(s => s.DaysBefore)?.RefundPercent ?? 0m;
    }

    /// <summary>To other nights or another number of guests, at what they cost now.</summary>
    public Ruling ChangeDates(ChangeBookingDates c, UnitDefinition unit, TakenNights taken, DateOnly today, DateTimeOffset now)
    {
        if (IsOver(now))
            return Over();
        if (Status is not (BookingStatus.Held or BookingStatus.Confirmed))
            return Refused("changed");
        var (stay, guests) = (new Stay(c.CheckIn, c.CheckOut), c.Guests ?? Guests);
        if (stay == Stay && guests == Guests)
            return Ruling.Nothing;
        if (StayRules.Fault(unit, stay, guests, today) is { } fault)
            return Ruling.No(fault);
        if (!taken.AreFree(stay, BookingId))
            return Ruling.No(StayRules.Overlap(unit, taken, stay, guests, BookingId, today));
        var price = StayPrice.Of(unit, stay, guests);
        return Ruling.Yes(new BookingDatesChanged(c.CheckIn, c.CheckOut, guests, price, StatusOf(Payments, price.Total)));
    }

    public Ruling CheckIn(DateTimeOffset now) => Status switch
    {
        BookingStatus.Confirmed => Ruling.Yes(new BookingCheckedIn()),
        BookingStatus.CheckedIn => Ruling.Nothing,
        _ => IsOver(now) ? Over() : Refused("checked in"),
    };

    public Ruling Complete(DateTimeOffset now) => Status switch
    {
        BookingStatus.CheckedIn => Ruling.Yes(new BookingCompleted()),
        BookingStatus.Completed => Ruling.Nothing,
        _ => IsOver(now) ? Over() : Refused("completed"),
    };

    public Ruling GiveUp(DateTimeOffset now) => Status switch
    {
        BookingStatus.Confirmed => Ruling.Yes(new BookingNoShow()),
        BookingStatus.NoShow => Ruling.Nothing,
        _ => IsOver(now) ? Over() : Refused("a no-show"),
    };

    public Ruling Expire(DateTimeOffset now) => IsOver(now) ? new(Ending()) : Ruling.Nothing;

    Ruling Over() => new(Ending(), Expired);

    /// <summary>The hold ends; what was paid toward it goes back.</summary>
    List<IEvent> Ending()
    {
        var due = Currencies.Amount(RefundDue);
        List<IEvent> events = [new BookingExpired()];
        foreach (var payment in Payments.Where(p => KeptOf(p) > 0))
            events.Add(new BookingRefundDue(payment.PaymentId, Text(KeptOf(payment)), BookingStatus.Expired, Text(due += KeptOf(payment))));
        return events;
    }

    static readonly Refusal Expired = new("expired", "the hold is over and its nights are free");

    Ruling Refused(string what) => Status == BookingStatus.Expired ? Ruling.No(Expired) : Ruling.No("invalid_state", $"a booking that is {Status} cannot be {what}");
}
