using System.Text.Json;
using Dvt.Contracts;

namespace Dvt.Lodging.Conversations;

/// <summary>What has become of a booking is told to the guest, also while a person answers.</summary>
public static partial class Conversation
{
    /// <summary>Events that <see cref="Learn"/> makes something of.</summary>
    public static readonly IReadOnlyList<string> News =
    [
        nameof(BookingHeld), nameof(CommandRefused), nameof(BookingConfirmed), nameof(BookingExpired), nameof(BookingCancelled), nameof(BookingDatesChanged),
        nameof(BookingExtended), nameof(BookingPaymentRecorded), nameof(BookingRefundDue),
    ];

    /// <summary>So that a notice can only come too late, never together with the conversation's own words.</summary>
    static readonly TimeSpan Slack = TimeSpan.FromMinutes(10);

    /// <summary>Whether a fact is told by the conversation, in its own words and with buttons, and no notice of it is needed.</summary>
    public static bool TellsItself(Talk talk, string factId, DateTimeOffset now) => talk.Booking is { } booking
        && GuestFacts.All(booking.BookingId).Contains(factId) && now < talk.HeardAt + Talk.Window - Slack;

    /// <param name="type">Name of the event.</param>
    /// <returns>Null when it is none of the guest's business, or of a booking before.</returns>
    public static Reply? Learn(Talk talk, Guid bookingId, string type, JsonElement data, House house)
    {
        if (talk.Booking is not { } booking || booking.BookingId != bookingId)
            return null;
        var (language, unit) = (talk.Language, house.Unit(booking.UnitId));
        switch (type)
        {
            case nameof(BookingHeld):
                var price = data.GetProperty("price");
                booking = booking with
                {
                    Status = BookingStatus.Held,
                    Code = data.GetProperty("code").GetString(),
                    Deposit = price.GetProperty("deposit").GetString(),
                    Currency = price.GetProperty("currency").GetString(),
                    ExpiresAt = data.GetProperty("expiresAt").GetDateTimeOffset(),
                };
                return Fact(house, talk, booking, Texts.Held(language, booking, house.LinkFor(booking, language), unit?.Definition), GuestFacts.Held(bookingId));
            case nameof(CommandRefused):
                return Refused(talk, booking, ContractsJson.Read<CommandRefused>(data));
            case nameof(BookingConfirmed):
                return Fact(house, talk, booking with { Status = BookingStatus.Confirmed }, Texts.Confirmed(language, booking, unit?.Definition), GuestFacts.Confirmed(bookingId));
            case nameof(BookingExpired):
                return Fact(house, talk, booking with { Status = BookingStatus.Expired }, Texts.Expired(language, booking), GuestFacts.Expired(bookingId));
            case nameof(BookingCancelled):
                return Fact(house, talk, booking with { Status = BookingStatus.Cancelled }, Texts.Cancelled(language, booking), GuestFacts.Cancelled(bookingId));
            case nameof(BookingDatesChanged):
                var changed = ContractsJson.Read<BookingDatesChanged>(data);
                booking = booking with { CheckIn = changed.CheckIn, CheckOut = changed.CheckOut, Guests = changed.Guests, Deposit = changed.Price.Deposit };
                return Told(talk, booking, Texts.Changed(language, booking, changed.Price));
            case nameof(BookingExtended):
                return new(talk with { Booking = booking with { ExpiresAt = data.GetProperty("expiresAt").GetDateTimeOffset() } }, []);
            case nameof(BookingPaymentRecorded) when data.GetProperty("status").GetString() is OutsidePayment.Rejected:
                return Told(talk, booking, Texts.PaymentRejected(language, booking, house.LinkFor(booking, language)));
            case nameof(BookingPaymentRecorded) when data.GetProperty("status").GetString() is OutsidePayment.Pending:
                return Told(talk, booking, Texts.PaymentPending(language, booking));
            case nameof(BookingRefundDue):
                return Told(talk, booking, Texts.RefundDue(language, booking));
            default:
                return null;
        }
    }

    static Reply Told(Talk talk, Booked booking, OutboundMessage message) => new(talk with { Booking = booking }, [message]);

    /// <summary>Left to the notice, which may have a template, when the guest has not written for long.</summary>
    static Reply Fact(House house, Talk talk, Booked booking, OutboundMessage message, string factId) =>
        new(talk with { Booking = booking }, house.Now < talk.HeardAt + Talk.Window ? [message] : []) { FactId = factId };

    static Reply Refused(Talk talk, Booked booking, CommandRefused refused)
    {
        // A hold that was refused never was a booking.
        var after = booking.Status == Booked.Ordered ? talk with { Booking = null } : talk;
        var alternatives = refused.Data is { } data && data.TryGetProperty("alternatives", out var list)
            ? list.EnumerateArray().Select(ContractsJson.Read<Stay>).ToList() : [];
        var question = refused.CommandType switch { nameof(HoldBooking) => Question.Dates, nameof(ChangeBookingDates) => Question.NewDates, _ => Question.Nothing };
        return new(after with { Asked = question, Wish = after.Wish with { CheckIn = null, CheckOut = null, Nights = null } }, [Texts.Refused(talk.Language, refused.Code, alternatives)]);
    }
}
