using System.Text.Json;
using Dvt.Contracts;
using Dvt.Lodging;
using Dvt.Lodging.Bookings;
using Dvt.Lodging.Conversations;
using Dvt.Workers.Channels;
using Xunit;

namespace Dvt.Tests.Rules.Conversations;

public sealed class ConversationTests
{
    /// <summary>A Wednesday.</summary>
    static readonly DateTimeOffset Now = new(2026, 11, 25, 14, 0, 0, TimeSpan.Zero);

    static OpenUnit Unit(int number, string name, int capacity) => new(new Guid(number, 0, 0, new byte[8]), new UnitDefinition(
        name, "cabin", capacity, "100.00", "USD", "America/Santo_Domingo", "15:00", "11:00", MinNights: 1, MaxNights: null, WeekendMultiplier: 1, WeekendNights: [], Seasons: [], LengthDiscounts: [],
        IncludedGuests: capacity, ExtraGuestPrice: "0", DepositPercent: 30, CleaningFee: "0", Amenities: ["wifi", "pool"], Cancellation: [], Policies: new Dictionary<string, string>(), Active: true), new TakenNights());

    static House House(params OpenUnit[] units) => new(Guid.Empty, units, PaymentLink.Of("https://pay.example/{code}/{amount}/{language}"), Now);

    static readonly OpenUnit Blue = Unit(1, "Cabaña Azul", 4);
    static readonly OpenUnit Red = Unit(2, "Casa Roja", 6);

    static Reply Say(Talk talk, string text, House house) => Conversation.Hear(talk, text, Conversation.Understand(text, house), house);

    static Talk Fresh => new() { HeardAt = Now };

    static Talk WithBooking(string status = BookingStatus.Held) => Fresh with
    {
        Booking = new Booked(new Guid(9, 0, 0, new byte[8]), Blue.UnitId, new DateOnly(2026, 12, 15), new DateOnly(2026, 12, 18), 2, status, "RES2611250ABCDE", "90.00", "USD"),
    };

    [Fact]
    public void Missing_slots_are_asked_one_at_a_time_until_there_is_an_offer()
    {
        var house = House(Blue, Red);
        var reply = Say(Fresh, "Hola, quiero reservar", house);
        Assert.Equal(Question.Dates, reply.After.Asked);
        reply = Say(reply.After, "el 15 de diciembre", house);
        Assert.Equal(Question.CheckOut, reply.After.Asked);
        reply = Say(reply.After, "3 noches", house);
        Assert.Equal(Question.Guests, reply.After.Asked);
        reply = Say(reply.After, "2", house);
        Assert.Equal((Question.Unit, 2), (reply.After.Asked, reply.Says[0].Buttons!.Count));
        reply = Conversation.Press(reply.After, reply.Says[0].Buttons![0].Id, house);
        Assert.Equal(Question.Offer, reply.After.Asked);
        Assert.Contains("300.00 USD", reply.Says[0].Text, StringComparison.Ordinal);
        reply = Conversation.Press(reply.After, $"confirm_res_{Blue.UnitId}", house);
        Assert.Equal(new BookingOrder.Hold(Blue.UnitId, new Stay(new(2026, 12, 15), new(2026, 12, 18)), 2), reply.Order);
    }

    [Theory]
    [InlineData("sí")]
    [InlineData("dale!")]
    [InlineData("la tomo")]
    [InlineData("quiero reservar")]
    public void An_offer_is_taken_by_words_too(string words)
    {
        var offered = Say(Fresh, "hay lugar del 15/12 al 18/12 para 2?", House(Blue));
        Assert.IsType<BookingOrder.Hold>(Say(offered.After, words, House(Blue)).Order);
    }

    [Fact]
    public void An_offer_of_before_is_not_ordered_when_the_dates_are_others_by_now()
    {
        var offered = Say(Fresh, "hay lugar del 15/12 al 18/12 para 2?", House(Blue));
        var changed = Say(offered.After, "mejor del 20/12 al 22/12", House(Blue));
        Assert.Equal((null, Question.Offer), (changed.Order, changed.After.Asked));
        Assert.Equal(new Stay(new(2026, 12, 20), new(2026, 12, 22)), changed.After.Wish.Stay);
    }

    [Fact]
    public void Taken_nights_are_told_with_what_is_free_nearby()
    {
        var taken = Unit(3, "Única", 4);
        taken.Taken.Take(Guid.NewGuid(), Guid.NewGuid(), new Stay(new(2026, 12, 14), new(2026, 12, 17)));
        var reply = Say(Fresh, "hay lugar del 15/12 al 18/12 para 2?", House(taken));
        Assert.Equal(Question.Dates, reply.After.Asked);
        var nearby = reply.Says[0].Buttons!.First(b => b.Id.StartsWith("date_range_", StringComparison.Ordinal));
        Assert.Equal(Question.Offer, Conversation.Press(reply.After, nearby.Id, House(taken)).After.Asked);
    }

    [Fact]
    public void What_was_said_is_forgotten_after_half_an_hour_but_not_the_booking()
    {
        var talk = WithBooking() with { Wish = new Wish(Guests: 4), Asked = Question.Dates };
        Assert.Equal(talk, talk.At(Now.AddMinutes(30)));
        var later = talk.At(Now.AddMinutes(31));
        Assert.Equal((new Wish(), Question.Nothing, talk.Booking), (later.Wish, later.Asked, later.Booking));
    }

    [Fact]
    public void Cancelling_is_asked_once_more()
    {
        var asked = Say(WithBooking(), "quiero cancelar mi reserva", House(Blue));
        Assert.Equal((Question.Cancelling, null), (asked.After.Asked, asked.Order));
        Assert.IsType<BookingOrder.Cancel>(Say(asked.After, "sí", House(Blue)).Order);
        Assert.Null(Say(asked.After, "no", House(Blue)).Order);
        Assert.Null(Say(Fresh, "quiero cancelar mi reserva", House(Blue)).Order);
    }

    [Fact]
    public void Dates_are_changed_at_once_or_asked_for()
    {
        var order = Assert.IsType<BookingOrder.Change>(Say(WithBooking(), "quiero cambiar mi reserva del 20 al 22 de diciembre", House(Blue)).Order);
        Assert.Equal(new Stay(new(2026, 12, 20), new(2026, 12, 22)), order.Stay);
        var asked = Say(WithBooking(), "quiero cambiar las fechas", House(Blue));
        Assert.Equal(Question.NewDates, asked.After.Asked);
        Assert.IsType<BookingOrder.Change>(Say(asked.After, "del 20 al 22 de diciembre", House(Blue)).Order);
    }

    [Fact]
    public void Payment_has_a_link_and_services_are_those_of_the_unit()
    {
        Assert.Contains("https://pay.example/RES2611250ABCDE/90.00/es", Say(WithBooking(), "cómo pago?", House(Blue)).Says[0].Text, StringComparison.Ordinal);
        Assert.Contains("wifi, pool", Say(Fresh, "does it have a pool?", House(Blue)).Says[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Units_whose_names_begin_alike_are_told_apart_by_number()
    {
        var message = Say(Fresh, "hay lugar del 15/12 al 18/12 para 2?", House(Unit(1, "Cabaña de los pinos 1", 4), Unit(2, "Cabaña de los pinos 2", 4))).Says[0];
        Assert.Equal(["1. Cabaña de los pi…", "2. Cabaña de los pi…"], message.Buttons!.Select(b => b.Title));
        Assert.Contains("\n2. Cabaña de los pinos 2: 300.00 USD", message.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("¿qué servicios incluye?", "no tengo alojamientos")]
    [InlineData("does it have a pool?", "nothing I could offer")]
    [InlineData("quiero reservar", "no tengo alojamientos")]
    [InlineData("is December 15 to 18 free for 2?", "nothing I could offer")]
    public void A_house_without_units_says_so_and_offers_a_person(string asked, string words)
    {
        var reply = Say(Fresh, asked, House());
        Assert.Contains(words, Assert.Single(reply.Says).Text, StringComparison.Ordinal);
        Assert.Equal(Question.Nothing, reply.After.Asked);
        Assert.True(Conversation.Press(reply.After, Assert.Single(reply.Says[0].Buttons!).Id, House()).After.IsWithPerson);
    }

    [Fact]
    public void What_is_not_understood_is_asked_again_and_then_goes_to_a_person()
    {
        var talk = Fresh;
        var said = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            var reply = Say(talk, "xyzzy plugh", House(Blue));
            (talk, _) = (reply.After, said);
            said.Add(reply.Says[0].Text);
        }
        Assert.Equal(3, said.Distinct().Count());
        Assert.True(talk.IsWithPerson);
        Assert.True(Say(Fresh, "quiero hablar con una persona", House(Blue)).After.IsWithPerson);
    }

    [Fact]
    public void The_guests_language_is_answered_in()
    {
        var english = Say(Fresh, "I'd like to book", House(Blue));
        Assert.Equal("en", english.After.Language);
        Assert.Contains("dates", english.Says[0].Text, StringComparison.Ordinal);
        Assert.Equal("en", Say(english.After, "ok", House(Blue)).After.Language);
    }

    [Theory]
    [InlineData(nameof(BookingConfirmed), "{}", BookingStatus.Confirmed, "¡Confirmado!")]
    [InlineData(nameof(BookingExpired), "{}", BookingStatus.Expired, "terminó")]
    [InlineData(nameof(BookingCancelled), "{}", BookingStatus.Cancelled, "cancelada")]
    [InlineData(nameof(BookingPaymentRecorded), """{"status":"rejected"}""", BookingStatus.Held, "no fue aprobado")]
    public void News_of_the_booking_are_told(string type, string data, string status, string words)
    {
        var reply = Conversation.Learn(WithBooking(), new Guid(9, 0, 0, new byte[8]), type, JsonElement.Parse(data), House(Blue))!;
        Assert.Equal(status, reply.After.Booking!.Status);
        Assert.Contains(words, reply.Says[0].Text, StringComparison.Ordinal);
        Assert.Null(Conversation.Learn(WithBooking(), Guid.Empty, type, JsonElement.Parse(data), House(Blue)));
    }

    [Fact]
    public void The_conversation_tells_what_it_booked_by_itself_until_the_notice_alone_may()
    {
        var talk = WithBooking();
        var (id, fact) = (talk.Booking!.BookingId, GuestFacts.Confirmed(talk.Booking.BookingId));
        Assert.True(Conversation.TellsItself(talk, fact, Now));
        Assert.False(Conversation.TellsItself(talk, GuestFacts.Confirmed(Guid.Empty), Now));
        Assert.False(Conversation.TellsItself(talk, "booking-reminder", Now));
        Assert.False(Conversation.TellsItself(Fresh, fact, Now));
        var late = House(Blue) with { Now = Now.AddHours(24) };
        Assert.False(Conversation.TellsItself(talk, fact, late.Now));
        var reply = Conversation.Learn(talk, id, nameof(BookingConfirmed), JsonElement.Parse("{}"), late)!;
        Assert.Equal((0, BookingStatus.Confirmed), (reply.Says.Count, reply.After.Booking!.Status));
    }

    [Fact]
    public void Every_event_with_a_fact_is_told_under_it()
    {
        var talk = WithBooking();
        foreach (var type in (string[])[nameof(BookingConfirmed), nameof(BookingExpired), nameof(BookingCancelled)])
            Assert.Equal(GuestFacts.Of(type, talk.Booking!.BookingId), Conversation.Learn(talk, talk.Booking.BookingId, type, JsonElement.Parse("{}"), House(Blue))!.FactId);
        Assert.Equal(4, GuestFacts.All(Guid.Empty).Distinct().Count());
    }

    [Fact]
    public void An_event_of_a_person_is_a_command_of_its_own_for_each_conversation()
    {
        var (happened, one, other) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        Assert.NotEqual(WhenBookingChanges.CommandId(happened, one), WhenBookingChanges.CommandId(happened, other));
        Assert.NotEqual(WhenBookingChanges.CommandId(happened, one), WhenBookingChanges.CommandId(other, one));
        Assert.Equal(WhenBookingChanges.CommandId(happened, one), WhenBookingChanges.CommandId(happened, one));
    }

    [Fact]
    public void Buttons_of_all_messages_fit_the_channel()
    {
        var house = House([.. Enumerable.Range(1, 12).Select(n => Unit(n, $"Cabaña de los pinos altos número {n}", 4))]);
        foreach (var language in (string[])["es", "en"])
            foreach (var id in (string[])["menu_help", "menu_availability", "menu_reservations", "guests_2", "guests_other", "pay_now_x", "cancel_res_x", "date_range_2026-12-15_2026-12-18", "date_next_weekend", "no such"])
                foreach (var talk in (Talk[])[Fresh, WithBooking(), Fresh with { Wish = new Wish(CheckIn: new(2026, 12, 15), CheckOut: new(2026, 12, 18), Guests: 2) }])
                    foreach (var message in Conversation.Press(talk with { Language = language }, id, house).Says)
                    {
                        Assert.InRange(message.Text.Length, 1, 1024);
                        Assert.All(message.Buttons ?? [], b => Assert.InRange(b.Title.Length, 1, 20));
                        Assert.Equal((message.Buttons ?? []).Count, (message.Buttons ?? []).DistinctBy(b => b.Title).Count());
                        Assert.True((message.Buttons ?? []).Count <= 10);
                    }
    }
}
