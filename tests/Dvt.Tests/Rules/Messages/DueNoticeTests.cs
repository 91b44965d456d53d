using System.Text.Json;
using Dvt.Contracts;
using Dvt.Workers.Channels;
using Xunit;

namespace Dvt.Tests.Rules.Messages;

/// <summary>Which messages the events of a booking come to, when they are due, and when they are overtaken.</summary>
public sealed class DueNoticeTests
{
    static readonly DateTimeOffset Now = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);
    static readonly UnitSeen Unit = new("Pino", "America/Santo_Domingo", "15:00", "11:00");
    static readonly Guid Tenant = Guid.Parse("0197a3c4-0000-7000-8000-0000000000aa");
    static readonly Guid UnitId = Guid.Parse("0197a3c4-0000-7000-8000-0000000000bb");
    static readonly Guid BookingId = Guid.Parse("0197a3c4-0000-7000-8000-000000000001");

    static readonly BookingSeen Held = new(
        BookingId, "RES261126A1B2C3", UnitId, Guid.Empty, default, MessageChannels.All, new(2026, 12, 18), new(2026, 12, 21), 2, "direct", "DOP", "48000.00", "14400.00",
        "0", RefundDue: null, BookingStatus.Held, Now.AddMinutes(30));

    static IReadOnlyList<DueNotice> Owes(string type, BookingSeen booking, MessageSettings? settings = null) =>
        DueNotice.Of(type, booking, Unit, settings ?? MessageSettings.Usual, Now);

    [Fact]
    public void A_hold_is_told_at_once_and_reminded_a_quarter_of_an_hour_before_its_end() => Assert.Equal(
        [(MessageNames.HoldCreated, Now), (MessageNames.HoldReminder, Now.AddMinutes(15))],
        Owes(nameof(BookingHeld), Held).Select(d => (d.Template, d.DueAt)));

    [Fact]
    public void An_extension_moves_the_same_reminder()
    {
        var moved = Assert.Single(Owes(nameof(BookingExtended), Held with { ExpiresAt = Now.AddMinutes(60) }));
        Assert.Equal((DueNotice.Reminder(Held).Fact, Now.AddMinutes(45)), (moved.Fact, moved.DueAt));
    }

    [Fact]
    public void A_confirmation_is_followed_by_an_arrival_and_a_farewell_at_ten_there() => Assert.Equal(
        [
            (MessageNames.BookingConfirmed, Now),
            (MessageNames.PreArrival, new DateTimeOffset(2026, 12, 15, 14, 0, 0, TimeSpan.Zero)),
            (MessageNames.AfterStay, new DateTimeOffset(2026, 12, 23, 14, 0, 0, TimeSpan.Zero)),
        ],
        Owes(nameof(BookingConfirmed), Held, MessageSettings.Usual with { PreArrivalDays = 3, AfterStayDays = 2 }).Select(d => (d.Template, d.DueAt)));

    [Fact]
    public void A_stay_that_is_moved_has_another_arrival()
    {
        var confirmed = Held with { Status = BookingStatus.Confirmed };
        var before = DueNotice.PreArrival(confirmed, Unit, MessageSettings.Usual);
        var moved = confirmed with { CheckIn = new(2027, 1, 3), CheckOut = new(2027, 1, 5) };
        Assert.Equal("overtaken", DueNotice.Overtaken(before.Template, before.Fact, moved, Now));
        var after = Owes(nameof(BookingDatesChanged), moved)[0];
        Assert.Null(DueNotice.Overtaken(after.Template, after.Fact, moved, Now));
        Assert.Empty(Owes(nameof(BookingDatesChanged), Held));
    }

    [Theory]
    [InlineData(MessageNames.HoldReminder, "hold-reminder:x", BookingStatus.Held, null)]
    [InlineData(MessageNames.HoldReminder, "hold-reminder:x", BookingStatus.Confirmed, "overtaken")]
    [InlineData(MessageNames.HoldCreated, "booking-held:x", BookingStatus.Expired, "overtaken")]
    [InlineData(MessageNames.HoldExpired, "booking-expired:x", BookingStatus.Expired, null)]
    [InlineData(MessageNames.HoldExpired, "booking-expired:x", BookingStatus.Confirmed, "overtaken")]
    [InlineData(MessageNames.BookingConfirmed, "booking-confirmed:x", BookingStatus.CheckedIn, null)]
    [InlineData(MessageNames.BookingConfirmed, "booking-confirmed:x", BookingStatus.Cancelled, "overtaken")]
    [InlineData(MessageNames.BookingCancelled, "booking-cancelled:x", BookingStatus.Cancelled, null)]
    [InlineData(MessageNames.PreArrival, "pre-arrival:0197a3c4-0000-7000-8000-000000000001:2026-12-18", BookingStatus.Cancelled, "overtaken")]
    [InlineData(MessageNames.PreArrival, "pre-arrival:0197a3c4-0000-7000-8000-000000000001:2026-12-18", BookingStatus.Confirmed, null)]
    [InlineData(MessageNames.AfterStay, "after-stay:0197a3c4-0000-7000-8000-000000000001:2026-12-21", BookingStatus.Completed, null)]
    [InlineData(MessageNames.AfterStay, "after-stay:0197a3c4-0000-7000-8000-000000000001:2026-12-21", BookingStatus.NoShow, "overtaken")]
    public void What_is_not_so_any_more_is_not_said(string template, string fact, string status, string? reason) =>
        Assert.Equal(reason, DueNotice.Overtaken(template, fact, Held with { Status = status }, Now));

    [Fact]
    public void A_reminder_that_comes_too_late_is_not_said() =>
        Assert.Equal("overtaken", DueNotice.Overtaken(MessageNames.HoldReminder, "hold-reminder:x", Held, Held.ExpiresAt));

    [Fact]
    public void Events_are_folded_and_owed_on_every_channel_the_guest_has_and_the_installation_knows()
    {
        var held = JsonElement.Parse($$$"""
            {"bookingId":"{{{BookingId}}}","code":"RES261126A1B2C3","unitId":"{{{UnitId}}}","guestId":"{{{BookingId}}}","guest":{"encrypted":"AA=="},"checkIn":"2026-12-18",
             "checkOut":"2026-12-21","guests":2,"channel":"direct","expiresAt":"2026-11-26T12:30:00Z","cancellation":[],
             "price":{"currency":"DOP","nights":[],"subtotal":"48000.00","discountPercent":0,"discount":"0.00","cleaning":"0.00","total":"48000.00","deposit":"14400.00"}}
            """);
        var known = new SeenState(
            [
                new(Tenant, $"unit-{UnitId}", "UnitCreated", JsonElement.Parse("""{"definition":{"name":"Pino","timeZone":"UTC","checkInTime":"15:00","checkOutTime":"11:00","capacity":2}}"""), Now),
                new(Tenant, $"booking-{BookingId}", nameof(BookingHeld), held, Now),
                new(Tenant, $"booking-{BookingId}", nameof(BookingConfirmed), JsonElement.Parse("{}"), Now),
                new(Tenant, $"booking-{Guid.Empty}", nameof(BookingConfirmed), JsonElement.Parse("{}"), Now),
            ],
            [], [], new Dictionary<Guid, MessageSettings>(),
            new Dictionary<(Guid, Guid), IReadOnlyList<string>> { [(Tenant, BookingId)] = [MessageChannels.Email, MessageChannels.WhatsApp] });
        var owed = NoticeFollower.Take(known, [MessageChannels.Email]);
        Assert.Equal(5, owed.Count);
        Assert.All(owed, o => Assert.Equal((MessageChannels.Email, BookingId, "es"), (o.Channel, o.BookingId, o.Language)));
        Assert.Equal(BookingStatus.Confirmed, known.Bookings[(Tenant, BookingId)].Status);
        Assert.Equal("Pino", known.Units[(Tenant, UnitId)].Name);
    }

    [Theory]
    [InlineData("+1 (809) 555-0199", "18095550199", "…0199")]
    [InlineData("12", null, null)]
    [InlineData("no phone", null, null)]
    public void A_phone_is_its_digits(string phone, string? digits, string? masked)
    {
        var address = GuestAddress.On(MessageChannels.WhatsApp, new Guest("Ana", Phone: phone));
        Assert.Equal(digits, address);
        if (address is not null)
            Assert.Equal(masked, GuestAddress.Masked(MessageChannels.WhatsApp, address));
    }

    [Theory]
    [InlineData("ana@guests.test", true)]
    [InlineData("ana@guests.test\r\nBcc: x@y.test", false)]
    [InlineData("Ana <ana@guests.test>", false)]
    [InlineData("ana", false)]
    [InlineData("", false)]
    public void An_email_is_an_address_and_nothing_more(string email, bool isOne) =>
        Assert.Equal(isOne, GuestAddress.On(MessageChannels.Email, new Guest("Ana", Email: email)) is not null);
}
