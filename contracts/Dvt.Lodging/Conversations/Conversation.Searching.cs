using Dvt.Contracts;
using Dvt.Lodging.Prices;

namespace Dvt.Lodging.Conversations;

/// <summary>From what is wanted to an offer: one question at a time.</summary>
public static partial class Conversation
{
    /// <summary>Rows of a list.</summary>
    const int MostShown = 10;

    static Reply Search(Talk talk, House house)
    {
        var (wish, language) = (talk.Wish, talk.Language);
        if (house.Units.Count == 0)
            return Said(talk with { Asked = Question.Nothing, Misses = 0 }, Texts.NothingToOffer(language));
        if (wish.CheckIn is null || wish.CheckIn < house.Today)
            return Ask(talk with { Wish = wish with { CheckIn = null, CheckOut = null } }, Question.Dates, Texts.WhichDates(language, house.Today));
        if (wish.Stay is not { } stay)
            return Ask(talk, Question.CheckOut, Texts.UntilWhen(language, wish.CheckIn.Value));
        if (wish.Guests is not { } guests)
            return Ask(talk, Question.Guests, Texts.HowMany(language));
        var meant = house.Unit(wish.UnitId);
        var free = house.Units.Where(u => house.Takes(u, stay, guests)).ToList();
        if (meant is not null && free.Contains(meant))
            return Offer(talk, meant, stay, guests, hasOthers: free.Count > 1);
        if (meant is null && free.Count == 1)
            return Offer(talk, free[0], stay, guests, hasOthers: false);
        if (free.Count > 0)
            return Ask(talk with { Wish = wish with { UnitId = null } }, Question.Unit,
                Texts.WhichUnit(language, stay, meant?.Definition.Name, [.. free.Take(MostShown).Select(u => (u, StayPrice.Of(u.Definition, stay, guests)))]));
        var alternatives = house.Alternatives(meant is null ? house.Units : house.Units.OrderByDescending(u => u.UnitId == meant.UnitId), stay, guests);
        return Ask(talk with { Wish = wish with { CheckIn = null, CheckOut = null, Nights = null } }, Question.Dates, Texts.NothingFree(language, stay, guests, alternatives));
    }

    static Reply Offer(Talk talk, OpenUnit unit, Stay stay, int guests, bool hasOthers) => Ask(
        talk with { Wish = talk.Wish with { UnitId = unit.UnitId } }, Question.Offer,
        Texts.Offer(talk.Language, unit, stay, guests, StayPrice.Of(unit.Definition, stay, guests), hasOthers));

    /// <summary>What was offered is ordered; whether it is still free the bookings domain decides.</summary>
    static Reply Order(Talk talk, House house) =>
        talk.Wish is { Stay: { } stay, Guests: { } guests } && house.Unit(talk.Wish.UnitId) is { } unit
            ? new(talk with { Asked = Question.Nothing, Misses = 0 }, [], new BookingOrder.Hold(unit.UnitId, stay, guests))
            : Search(talk, house);

    static Reply AskToCancel(Talk talk) => talk.Booking is { IsLive: true } booking
        ? Ask(talk, Question.Cancelling, Texts.ReallyCancel(talk.Language, booking))
        : Said(talk with { Asked = Question.Nothing }, Texts.NoBooking(talk.Language));

    static Reply ChangeTo(Talk talk, Stay? stay)
    {
        if (talk.Booking is not { IsLive: true } booking)
            return Said(talk with { Asked = Question.Nothing }, Texts.NoBooking(talk.Language));
        return stay is null || (stay.CheckIn, stay.CheckOut) == (booking.CheckIn, booking.CheckOut)
            ? Ask(talk with { Wish = talk.Wish with { CheckIn = null, CheckOut = null, Nights = null } }, Question.NewDates, Texts.WhichNewDates(talk.Language, booking))
            : new(talk with { Asked = Question.Nothing, Misses = 0 }, [], new BookingOrder.Change(booking, stay, talk.Wish.Guests));
    }

    static Reply TellPayment(Talk talk, House house) => Said(talk with { Misses = 0 }, talk.Booking switch
    {
        { IsLive: true, Status: BookingStatus.Held } booking => Texts.Payment(talk.Language, booking, house.LinkFor(booking, talk.Language)),
        { IsLive: true } booking => Texts.Details(talk.Language, booking, house.Unit(booking.UnitId)?.Definition.Name),
        _ => Texts.NoBooking(talk.Language),
    });

    static Reply TellServices(Talk talk, House house)
    {
        var units = house.Unit(talk.Wish.UnitId ?? talk.Booking?.UnitId) is { } meant ? [meant] : house.Units.Take(3).ToList();
        return Said(talk with { Misses = 0 }, units.Count > 0 ? Texts.Services(talk.Language, units) : Texts.NothingToOffer(talk.Language));
    }
}
