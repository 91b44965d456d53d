using System.Globalization;
using Dvt.Contracts;
using Dvt.Lodging.Understanding;

namespace Dvt.Lodging.Conversations;

/// <summary>
/// The dialogue with a guest: missing slots are asked one at a time, then quote, hold, payment link, confirmation. Pure: where it
/// stands, what came and what the house has to offer give what is said and ordered.
/// </summary>
public static partial class Conversation
{
    /// <summary>So often it is asked again; then a person is called.</summary>
    const int MostMisses = 3;

    static readonly string[] Yes = ["si", "yes", "ok", "okay", "dale", "claro", "listo", "perfecto", "confirmo", "confirm", "yeah", "yep", "sure", "va", "vale", "please", "perfect", "great", "sip", "aja"];
    static readonly string[] No = ["no", "nope", "nop", "nah", "cancel", "otra", "otro"];

    /// <summary>By what the guest is the same person as in bookings.</summary>
    public static string ContactOf(string userId) => Bookings.GuestContact.Of(new Guest("", userId)) ?? userId;

    /// <summary>Names of units that a message may mean.</summary>
    public static Understood Understand(string text, House house) => GuestText.Read(text, house.LocalNow, [.. house.Units.Select(u => u.Definition.Name)]);

    /// <param name="talk">As it stands <see cref="Talk.At"/> now.</param>
    public static Reply Hear(Talk talk, string text, Understood understood, House house)
    {
        talk = talk with { Language = LanguageOf(talk, text, understood) };
        var (wish, isNew) = Filled(talk, text, understood, house);
        var next = talk with { Wish = wish };
        switch (understood.Intent)
        {
            case Intent.Human:
                return CallPerson(next);
            case Intent.Cancel:
                return AskToCancel(next);
            case Intent.Change:
                return ChangeTo(next, isNew ? wish.Stay : null);
            case Intent.Pay:
                return TellPayment(next, house);
            case Intent.Services:
                return TellServices(next, house);
            case Intent.Book when talk.Asked == Question.Offer && !isNew:
                return Order(next, house);
            case Intent.Availability or Intent.Book or Intent.Price:
                return Search(next, house);
        }
        return Answer(next, Words(text), isNew, house);
    }

    /// <summary>Without an intent: an answer to what was asked, or not understood.</summary>
    static Reply Answer(Talk talk, IReadOnlyList<string> words, bool isNew, House house)
    {
        if (talk.Asked == Question.NewDates && isNew)
            return ChangeTo(talk, talk.Wish.Stay);
        if (isNew)
            return Search(talk, house);
        if (words.Any(Yes.Contains))
            switch (talk.Asked)
            {
                case Question.Offer:
                    return Order(talk, house);
                case Question.Cancelling when talk.Booking is { } booking:
                    return new(talk with { Asked = Question.Nothing, Misses = 0 }, [], new BookingOrder.Cancel(booking));
            }
        if (words.Any(No.Contains) && talk.Asked is Question.Offer or Question.Cancelling)
            return talk.Asked == Question.Offer ? Ask(talk with { Wish = talk.Wish with { CheckIn = null, CheckOut = null } }, Question.Dates, Texts.WhichDates(talk.Language, house.Today))
                : Said(talk with { Asked = Question.Nothing }, Texts.Kept(talk.Language));
        if (talk is { Asked: Question.Nothing, Misses: 0 })
            return Said(talk with { Misses = 1 }, Texts.Menu(talk));
        return talk.Misses + 1 >= MostMisses ? CallPerson(talk) : new(talk with { Misses = talk.Misses + 1 }, [Texts.NotUnderstood(talk)]);
    }

    /// <summary>What a short answer means depends on what was asked.</summary>
    static (Wish Wish, bool IsNew) Filled(Talk talk, string text, Understood understood, House house)
    {
        var wish = talk.Wish;
        var unit = understood.Unit is { } name ? house.Units.FirstOrDefault(u => u.Definition.Name == name)?.UnitId : null;
        var guests = understood.Guests;
        if (guests is null && talk.Asked == Question.Guests && int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var plain) && plain is > 0 and < 100)
            guests = plain;
        var (checkIn, checkOut) = (understood.CheckIn, understood.CheckOut);
        if (talk.Asked == Question.CheckOut && checkIn > wish.CheckIn && checkOut is null)
            (checkIn, checkOut) = (wish.CheckIn, checkIn);
        if (checkIn is null && understood.Nights is { } nights && wish.CheckIn is { } from)
            (checkIn, checkOut) = (from, from.AddDays(nights));
        if (checkIn is { } begin && checkOut is null && (understood.Nights ?? wish.Nights) is { } said)
            checkOut = begin.AddDays(said);
        var isNew = unit is not null || guests is not null || checkIn is not null || understood.Nights is not null;
        return (wish with
        {
            UnitId = unit ?? wish.UnitId,
            Guests = guests ?? wish.Guests,
            Nights = understood.Nights ?? wish.Nights,
            CheckIn = checkIn ?? wish.CheckIn,
            CheckOut = checkIn is null ? wish.CheckOut : checkOut,
        }, isNew);
    }

    /// <summary>An "ok" is of no language.</summary>
    static string LanguageOf(Talk talk, string text, Understood understood) =>
        talk.HeardAt == default || understood.Intent != Intent.Unknown || text.Length > 12 ? understood.Language : talk.Language;

    static IReadOnlyList<string> Words(string text) =>
        [.. text.ToLowerInvariant().Replace('í', 'i').Split([' ', ',', '.', '!', '?', ';', '\n'], StringSplitOptions.RemoveEmptyEntries)];

    static Reply CallPerson(Talk talk) => new(talk with { IsWithPerson = true, Asked = Question.Nothing, Misses = 0 }, [Texts.PersonComes(talk.Language)]);

    static Reply Ask(Talk talk, Question question, OutboundMessage message) => new(talk with { Asked = question, Misses = 0 }, [message]);

    static Reply Said(Talk talk, OutboundMessage message) => new(talk, [message]);
}
