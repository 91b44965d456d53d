using Dvt.Contracts;
using Dvt.Lodging.Bookings;
using Xunit;

namespace Dvt.Tests.Rules.Bookings;

/// <summary>One booking: three nights from the 1st of December, 36,000 pesos with a weekend none of them touches.</summary>
public sealed class BookingTests
{
    static readonly Guid Id = new("0197a3c4-0000-7000-8000-000000000001");
    static readonly Guid Unit = new("0197a3c4-0000-7000-8000-0000000000aa");
    static readonly Stay Nights = Stays.Of("2026-12-01", "2026-12-04");
    static readonly DateTimeOffset Over = Stays.Now + Booking.HoldTime;

    readonly TakenNights taken = new();
    Booking booking;

    public BookingTests() => booking = Fold(null, Hold(Nights));

    Ruling Hold(Stay stay, int guests = 2, UnitDefinition? unit = null, Guid? id = null) => Booking.Hold(
        new(id ?? Id, Unit, stay.CheckIn, stay.CheckOut, guests, new Guest("Ana"), "direct"), unit ?? Stays.Cabin, taken, "RES261120ABCDEF", id ?? Id, Stays.Today, Stays.Now);

    static Booking Fold(Booking? before, Ruling ruling, DateTimeOffset? at = null) =>
        ruling.Events.Aggregate(before, (b, e) => Booking.After(b, e, at ?? Stays.Now)) ?? throw new InvalidOperationException(ruling.Refusal?.Code);

    void Then(Ruling ruling, DateTimeOffset? at = null) => booking = Fold(booking, ruling, at);

    Ruling Pay(string id, string amount, string status, DateTimeOffset? at = null) =>
        booking.RecordPayment(new(Id, Unit, id, amount, status), taken, Stays.Today, at ?? Stays.Now);

    static IEnumerable<string> Types(Ruling ruling) => ruling.Events.Select(e => e.GetType().Name);

    [Fact]
    public void A_hold_lasts_half_an_hour_and_has_the_price_of_its_nights() => Assert.Equal(
        ("held", Over, "36000.00", "10800.00", "pending"), (booking.Status, booking.ExpiresAt, booking.Price.Total, booking.Price.Deposit, booking.PaymentStatus));

    [Fact]
    public void A_hold_is_confirmed_until_the_very_moment_of_its_end()
    {
        Assert.Equal(["BookingConfirmed"], Types(booking.Confirm(Over.AddMicroseconds(-1))));
        var late = booking.Confirm(Over);
        Assert.Equal(("expired", "BookingExpired"), (late.Refusal!.Code, Types(late).Single()));
    }

    [Fact]
    public void A_hold_is_extended_by_half_an_hour_once()
    {
        Then(booking.Extend(Over.AddSeconds(-1)));
        Assert.Equal((Over + Booking.HoldTime, true), (booking.ExpiresAt, booking.Extended));
        Assert.Equal("invalid_state", booking.Extend(Stays.Now).Refusal!.Code);
        Assert.Equal("expired", Fold(null, Hold(Nights)).Extend(Over).Refusal!.Code);
    }

    [Fact]
    public void What_is_so_already_changes_nothing()
    {
        Then(booking.Confirm(Stays.Now));
        Assert.Same(Ruling.Nothing, booking.Confirm(Stays.Now));
        Then(booking.CheckIn(Stays.Now));
        Assert.Same(Ruling.Nothing, booking.CheckIn(Stays.Now));
        Then(booking.Complete(Stays.Now));
        Assert.Same(Ruling.Nothing, booking.Complete(Stays.Now));
        Assert.False(booking.KeepsNights);
    }

    [Theory]
    [InlineData("confirm", "held confirmed")]
    [InlineData("extend", "held")]
    [InlineData("cancel", "held confirmed cancelled")]
    [InlineData("check-in", "confirmed checked_in")]
    [InlineData("complete", "checked_in completed")]
    [InlineData("no-show", "confirmed no_show")]
    [InlineData("dates", "held confirmed")]
    public void Each_order_is_for_some_states_only(string order, string states)
    {
        foreach (var status in BookingStatus.All)
        {
            var ruling = Give(order, booking with { Status = status });
            if (states.Split(' ').Contains(status))
                Assert.Null(ruling.Refusal);
            else
                Assert.Equal(status == "expired" ? "expired" : "invalid_state", ruling.Refusal?.Code);
        }
    }

    Ruling Give(string order, Booking to) => order switch
    {
        "confirm" => to.Confirm(Stays.Now),
        "extend" => to.Extend(Stays.Now),
        "cancel" => to.Cancel(null, Stays.Today, Stays.Now),
        "check-in" => to.CheckIn(Stays.Now),
        "complete" => to.Complete(Stays.Now),
        "no-show" => to.GiveUp(Stays.Now),
        _ => to.ChangeDates(new(Id, Unit, Nights.CheckIn, Nights.CheckOut.AddDays(1)), Stays.Cabin, taken, Stays.Today, Stays.Now),
    };

    [Theory]
    [InlineData("2026-11-24", 100, "20000.00")]
    [InlineData("2026-11-25", 50, "10000.00")]
    [InlineData("2026-11-29", 50, "10000.00")]
    [InlineData("2026-11-30", 0, "0.00")]
    public void What_is_paid_back_depends_on_the_days_that_are_left(string today, int percent, string due)
    {
        Then(Pay("p", "20000", "approved"));
        Then(booking.Cancel("ill", Stays.Day(today), Stays.Now));
        Assert.Equal(("cancelled", percent, due), (booking.Status, booking.RefundPercent, booking.RefundDue));
    }

    [Theory]
    [InlineData(-1, 2, 2, true, "invalid_dates")]
    [InlineData(3, 0, 2, true, "invalid_dates")]
    [InlineData(3, 366, 2, true, "invalid_dates")]
    [InlineData(1_200, 2, 2, true, "invalid_dates")]
    [InlineData(3, 2, 5, true, "invalid_guests")]
    [InlineData(3, 2, 0, true, "invalid_guests")]
    [InlineData(3, 1, 2, true, "min_nights")]
    [InlineData(3, 2, 2, false, "unit_inactive")]
    [InlineData(0, 2, 4, true, null)]
    public void A_unit_does_not_take_every_stay(int days, int nights, int guests, bool active, string? code) =>
        Assert.Equal(code, Hold(Stays.After(days, nights), guests, Stays.Cabin with { MinNights = 2, Active = active }).Refusal?.Code);

    [Fact]
    public void In_a_season_a_stay_may_have_to_be_longer()
    {
        var unit = Stays.Cabin with { Seasons = [new(Stays.Today.AddDays(5), Stays.Today.AddDays(9), Multiplier: 1, MinNights: 3)] };
        Assert.Null(Hold(Stays.After(4, 2), unit: unit).Refusal);
        Assert.Equal("min_nights", Hold(Stays.After(5, 2), unit: unit).Refusal?.Code);
        Assert.Null(Hold(Stays.After(5, 3), unit: unit).Refusal);
    }

    [Fact]
    public void A_deposit_confirms_once_it_is_approved_however_it_is_told()
    {
        Then(Pay("p", "10800", "pending"));
        Assert.Equal(("held", "pending", "0.00"), (booking.Status, booking.PaymentStatus, booking.Paid));
        Assert.Same(Ruling.Nothing, Pay("p", "10800", "pending"));
        Then(Pay("p", "10800", "approved"));
        Assert.Equal(("confirmed", "partially_paid", "10800.00"), (booking.Status, booking.PaymentStatus, booking.Paid));
        Assert.Same(Ruling.Nothing, Pay("p", "10800", "approved"));
        Assert.Same(Ruling.Nothing, Pay("p", "10800", "pending"));
        Then(Pay("cash", "25200", "approved"));
        Assert.Equal("paid", booking.PaymentStatus);
    }

    [Fact]
    public void Less_than_the_deposit_confirms_nothing_until_the_rest_comes()
    {
        Then(Pay("a", "10000", "approved"));
        Assert.Equal(("held", "partially_paid"), (booking.Status, booking.PaymentStatus));
        Then(Pay("b", "800.00", "approved"));
        Assert.Equal("confirmed", booking.Status);
    }

    [Fact]
    public void A_payment_after_the_end_takes_the_nights_again_if_they_are_free()
    {
        Then(booking.Expire(Over), Over);
        Assert.False(booking.KeepsNights);
        Then(Pay("p", "10800", "approved", Over.AddHours(1)), Over.AddHours(1));
        Assert.Equal(("confirmed", true, "0.00"), (booking.Status, booking.KeepsNights, booking.RefundDue));
    }

    [Fact]
    public void A_payment_after_the_end_must_go_back_when_somebody_else_has_a_night()
    {
        Then(booking.Expire(Over), Over);
        taken.Take(Guid.NewGuid(), Guid.NewGuid(), Stays.Of("2026-12-03", "2026-12-05"));
        var ruling = Pay("p", "10800", "approved", Over.AddHours(1));
        Assert.Equal(["BookingPaymentRecorded", "BookingRefundDue"], Types(ruling));
        Then(ruling);
        Assert.Equal(("expired", "10800.00", "date_overlap"), (booking.Status, booking.RefundDue, ((BookingRefundDue)ruling.Events[1]).Reason));
        Then(Pay("p", "10800", "refunded"));
        Assert.Equal(("refunded", "0.00", "0.00"), (booking.PaymentStatus, booking.RefundDue, booking.Paid));
    }

    [Fact]
    public void What_was_paid_toward_a_hold_goes_back_when_it_ends_and_buys_nothing_any_more()
    {
        Then(Pay("a", "4000", "approved"));
        Then(Pay("b", "2000", "approved"));
        var ruling = booking.Expire(Over);
        Assert.Equal(["BookingExpired", "BookingRefundDue", "BookingRefundDue"], Types(ruling));
        Assert.Equal(Types(ruling), Types(booking.Confirm(Over)));
        Then(ruling, Over);
        Assert.Equal(("expired", "6000.00"), (booking.Status, booking.RefundDue));
        Then(Pay("c", "5000", "approved", Over.AddHours(1)));
        Assert.Equal(("expired", "11000.00"), (booking.Status, booking.RefundDue));
        Then(Pay("a", "4000", "refunded", Over.AddHours(2)));
        Then(Pay("d", "10800", "approved", Over.AddHours(3)));
        Assert.Equal(("confirmed", "7000.00", "17800.00"), (booking.Status, booking.RefundDue, booking.Paid));
        Then(booking.Cancel(null, Stays.Today, Stays.Now));
        Assert.Equal("17800.00", booking.RefundDue);
    }

    [Fact]
    public void A_payment_that_finds_a_hold_over_ends_it_with_all_that_was_paid_before()
    {
        Then(Pay("a", "4000", "approved"));
        var ruling = Pay("b", "6800", "approved", Over);
        Assert.Equal(["BookingExpired", "BookingRefundDue", "BookingPaymentRecorded", "BookingRefundDue"], Types(ruling));
        Then(ruling, Over);
        Assert.Equal(("expired", "10800.00"), (booking.Status, booking.RefundDue));
    }

    [Fact]
    public void A_refund_of_what_never_came_lowers_nothing()
    {
        Then(Pay("a", "4000", "approved"));
        Then(booking.Expire(Over), Over);
        Then(Pay("b", "4000", "refunded"));
        Assert.Equal("4000.00", booking.RefundDue);
    }

    [Fact]
    public void What_is_kept_of_a_payment_that_went_back_in_part_stays_paid()
    {
        Then(Pay("p", "36000", "approved"));
        Then(Pay("p", "18000", "refunded"));
        Assert.Equal(("18000.00", "partially_paid"), (booking.Paid, booking.PaymentStatus));
        Assert.Equal(new("p", "36000.00", "refunded", "18000.00"), Assert.Single(booking.Payments));
        Assert.Empty(Pay("p", "18000", "refunded").Events);
        Assert.Empty(Pay("p", "36000", "approved").Events);
        Then(booking.Cancel("ill", Stays.Day("2026-11-25"), Stays.Now));
        Assert.Equal("9000.00", booking.RefundDue);
        Then(Pay("p", "27000", "refunded"));
        Assert.Equal(("9000.00", "partially_paid", "0.00"), (booking.Paid, booking.PaymentStatus, booking.RefundDue));
        Then(Pay("p", "36000", "refunded"));
        Assert.Equal(("0.00", "refunded"), (booking.Paid, booking.PaymentStatus));
    }

    [Fact]
    public void A_payment_in_another_currency_is_refused_where_it_says_so()
    {
        var ruling = booking.RecordPayment(new(Id, Unit, "p", "10800.00", "approved", "USD"), taken, Stays.Today, Stays.Now);
        Assert.Equal(("invalid_amount", "/amount/currency: the booking is in ARS"), (ruling.Refusal!.Code, ruling.Refusal.Detail));
        Assert.Empty(ruling.Events);
        Assert.Equal("confirmed", Fold(booking, booking.RecordPayment(new(Id, Unit, "p", "10800.00", "approved", "ARS"), taken, Stays.Today, Stays.Now)).Status);
    }

    [Fact]
    public void A_rejected_payment_may_be_approved_in_the_end()
    {
        Then(Pay("p", "10800", "rejected"));
        Assert.Equal("failed", booking.PaymentStatus);
        Then(Pay("p", "10800", "approved"));
        Assert.Equal("confirmed", booking.Status);
        Assert.Equal("invalid_amount", Pay("q", "1.005", "approved").Refusal!.Code);
    }

    [Fact]
    public void Other_dates_have_their_own_price_and_the_old_nights_are_no_obstacle()
    {
        taken.Take(Id, Id, Nights);
        Then(booking.ChangeDates(new(Id, Unit, Stays.Day("2026-12-02"), Stays.Day("2026-12-06")), Stays.Cabin, taken, Stays.Today, Stays.Now));
        Assert.Equal((Stays.Of("2026-12-02", "2026-12-06"), "54000.00", "held"), (booking.Stay, booking.Price.Total, booking.Status));
    }

    [Fact]
    public void Other_dates_that_are_taken_leave_it_where_it_is()
    {
        taken.Take(Id, Id, Nights);
        taken.Take(Guid.NewGuid(), Guid.NewGuid(), Stays.Of("2026-12-05", "2026-12-06"));
        var ruling = booking.ChangeDates(new(Id, Unit, Stays.Day("2026-12-03"), Stays.Day("2026-12-06")), Stays.Cabin, taken, Stays.Today, Stays.Now);
        Assert.Equal("date_overlap", ruling.Refusal!.Code);
        Assert.Equal([Stays.Of("2026-12-02", "2026-12-05"), Stays.Of("2026-12-06", "2026-12-09")], ruling.Refusal.Alternatives);
        Assert.Empty(ruling.Events);
    }
}
