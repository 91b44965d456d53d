using System.Globalization;
using Dvt.Contracts;

namespace Dvt.Lodging.Conversations;

/// <summary>Buttons: their ids are <c>name</c> or <c>name_value</c>.</summary>
public static partial class Conversation
{
    const string DateRange = "date_range_";
    const string Day = "yyyy-MM-dd";

    public static Reply Press(Talk talk, string id, House house)
    {
        var language = talk.Language;
        switch (id)
        {
            case "menu_availability" or "reserve_again" or "date_custom":
                return Ask(talk with { Wish = new(Guests: talk.Wish.Guests) }, Question.Dates, Texts.WhichDates(language, house.Today));
            case "menu_reservations":
                return Said(talk, talk.Booking is { Code: not null } booking ? Texts.Details(language, booking, house.Unit(booking.UnitId)?.Definition.Name) : Texts.NoBooking(language));
            case "menu_help" or "menu_back":
                return Said(talk, Texts.Menu(talk));
            case "help_person":
                return CallPerson(talk);
            case "guests_other":
                return Ask(talk with { Wish = talk.Wish with { Guests = null } }, Question.Guests, Texts.HowManyExactly(language));
            case "see_other_acc":
                return Search(talk with { Wish = talk.Wish with { UnitId = null } }, house);
            case "date_this_weekend" or "date_next_weekend":
                var saturday = Understand(id == "date_this_weekend" ? "this weekend" : "the weekend after next", house).CheckIn!.Value;
                return Search(talk with { Wish = talk.Wish with { CheckIn = saturday, CheckOut = saturday.AddDays(1) } }, house);
        }
        return PressWithValue(talk, id, house);
    }

    static Reply PressWithValue(Talk talk, string id, House house)
    {
        if (id.StartsWith(DateRange, StringComparison.Ordinal) && id[DateRange.Length..].Split('_') is [var from, var to]
            && DateOnly.TryParseExact(from, Day, CultureInfo.InvariantCulture, DateTimeStyles.None, out var checkIn)
            && DateOnly.TryParseExact(to, Day, CultureInfo.InvariantCulture, DateTimeStyles.None, out var checkOut))
            return talk.Asked == Question.NewDates
                ? ChangeTo(talk, new Stay(checkIn, checkOut))
                : Search(talk with { Wish = talk.Wish with { CheckIn = checkIn, CheckOut = checkOut } }, house);
        var (name, value) = id.LastIndexOf('_') is > 0 and var at ? (id[..at], id[(at + 1)..]) : (id, "");
        return name switch
        {
            "guests" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var guests) => Search(talk with { Wish = talk.Wish with { Guests = guests } }, house),
            "acc" when Guid.TryParse(value, out var unitId) => Search(talk with { Wish = talk.Wish with { UnitId = unitId } }, house),
            "confirm_res" when Guid.TryParse(value, out var offered) && offered == talk.Wish.UnitId => Order(talk, house),
            // An offer of before: the stay is looked at anew.
            "confirm_res" => Search(talk, house),
            "change_dates" when talk.Booking is { IsLive: true, Code: var code } && code == value => ChangeTo(talk, stay: null),
            "change_dates" => Ask(talk with { Wish = talk.Wish with { CheckIn = null, CheckOut = null, Nights = null } }, Question.Dates, Texts.WhichDates(talk.Language, house.Today)),
            "pay_now" or "pay_res" or "consult_payment" or "change_payment" => TellPayment(talk, house),
            "cancel_res" => AskToCancel(talk),
            "cancel_yes" when talk.Booking is { IsLive: true } booking && booking.Code == value => new(talk with { Asked = Question.Nothing }, [], new BookingOrder.Cancel(booking)),
            "cancel_no" => Said(talk with { Asked = Question.Nothing }, Texts.Kept(talk.Language)),
            "view_details" when talk.Booking is { Code: not null } booking => Said(talk, Texts.Details(talk.Language, booking, house.Unit(booking.UnitId)?.Definition.Name)),
            _ => Said(talk, Texts.Menu(talk)),
        };
    }
}
