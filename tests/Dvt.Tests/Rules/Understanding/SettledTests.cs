using Dvt.Lodging.Understanding;
using Xunit;

namespace Dvt.Tests.Rules.Understanding;

/// <summary>What was settled where people would differ.</summary>
public sealed class SettledTests
{
    /// <summary>A Wednesday.</summary>
    const string Usual = "2026-11-25T10:00";

    static Understood Read(string text, string now = Usual) =>
        GuestText.Read(text, DateTime.Parse(now, System.Globalization.CultureInfo.InvariantCulture), ["Cabaña del Lago", "Loft Centro"]);

    [Theory]
    [InlineData("change, cancel, is it free, book, price, wifi, pay", Intent.Change)]
    [InlineData("cancel, is it free, book, price, wifi, pay", Intent.Cancel)]
    [InlineData("is it available, book, price, wifi, pay", Intent.Availability)]
    [InlineData("reservar, precio, wifi, pagar", Intent.Book)]
    [InlineData("precio, wifi, pagar", Intent.Price)]
    [InlineData("wifi y pagar", Intent.Services)]
    [InlineData("pagar", Intent.Pay)]
    [InlineData("quiero pagar y hablar con una persona", Intent.Human)]
    public void Of_two_intents_the_first_of_the_order_counts(string text, Intent intent) => Assert.Equal(intent, Read(text).Intent);

    [Theory]
    [InlineData("este finde", Usual, "2026-11-28", "2026-11-29")]
    [InlineData("este finde", "2026-11-28T17:59", "2026-11-28", "2026-11-29")]
    [InlineData("este finde", "2026-11-28T18:00", "2026-12-05", "2026-12-06")]
    [InlineData("este finde", "2026-11-29T09:00", "2026-12-05", "2026-12-06")]
    [InlineData("next weekend", Usual, "2026-11-28", "2026-11-29")]
    [InlineData("next weekend", "2026-11-28T09:00", "2026-12-05", "2026-12-06")]
    [InlineData("el finde que viene", "2026-11-28T09:00", "2026-12-05", "2026-12-06")]
    [InlineData("el finde que viene", "2026-11-28T19:00", "2026-12-05", "2026-12-06")]
    [InlineData("el otro finde", Usual, "2026-12-05", "2026-12-06")]
    [InlineData("12/15 to 12/18 please", Usual, "2026-12-15", "2026-12-18")]
    [InlineData("3/4 to 3/6 please", Usual, "2027-03-04", "2027-03-06")]
    [InlineData("del 3/4 al 6/4", Usual, "2027-04-03", "2027-04-06")]
    [InlineData("del 29/12 al 2/1", Usual, "2026-12-29", "2027-01-02")]
    [InlineData("del 28 al 2", Usual, "2026-11-28", "2026-12-02")]
    [InlineData("25/11 por una noche", Usual, "2026-11-25", "2026-11-26")]
    [InlineData("24/11 por una noche", Usual, "2027-11-24", "2027-11-25")]
    [InlineData("29 de febrero por una noche", Usual, "2028-02-29", "2028-03-01")]
    [InlineData("de jueves santo a domingo de pascua", Usual, "2027-03-25", "2027-03-28")]
    public void Dates_are_those_to_come(string text, string now, string checkIn, string checkOut)
    {
        var read = Read(text, now);
        Assert.Equal((DateOnly.Parse(checkIn, System.Globalization.CultureInfo.InvariantCulture), DateOnly.Parse(checkOut, System.Globalization.CultureInfo.InvariantCulture)), (read.CheckIn, read.CheckOut));
    }

    [Theory]
    [InlineData("2 adultos, 1 niño y un bebé", 4)]
    [InlineData("somos 4: 2 adultos y 2 niños", 4)]
    [InlineData("4 personas y un bebé", 5)]
    [InlineData("me, my wife and our two kids", 4)]
    [InlineData("con mi esposa y dos hijos", 4)]
    [InlineData("dos parejas", 4)]
    [InlineData("quiero hablar con una persona", null)]
    [InlineData("del 15 al 18", null)]
    [InlineData("para 3 noches", null)]
    public void Children_and_babies_are_guests(string text, int? guests) => Assert.Equal(guests, Read(text).Guests);

    [Theory]
    [InlineData("hay disponibilidad?")]
    [InlineData("para semana santa")]
    [InlineData("en enero")]
    [InlineData("el finde largo")]
    [InlineData("a las 3")]
    public void What_was_not_said_is_absent(string text) => Assert.Equal((null, null, null), (Read(text).CheckIn, Read(text).CheckOut, Read(text).Unit));

    [Theory]
    [InlineData("la cabaña del lago", "Cabaña del Lago")]
    [InlineData("está libre la del lago?", "Cabaña del Lago")]
    [InlineData("cabana dl lago", "Cabaña del Lago")]
    [InlineData("tiene vista al lago?", null)]
    [InlineData("queda cerca del centro?", null)]
    [InlineData("loft centro", "Loft Centro")]
    public void A_unit_is_known_by_its_name_and_not_by_the_view(string text, string? unit) => Assert.Equal(unit, Read(text).Unit);

    [Fact]
    public void The_guests_wall_clock_is_that_of_the_time_zone()
    {
        var lateEvening = new DateTimeOffset(2026, 11, 26, 2, 0, 0, TimeSpan.Zero);
        Assert.Equal(new DateOnly(2026, 11, 26), GuestText.Read("mañana", lateEvening, TimeZoneInfo.FindSystemTimeZoneById("America/Santo_Domingo"), []).CheckIn);
        Assert.Equal(new DateOnly(2026, 11, 27), GuestText.Read("mañana", lateEvening, TimeZoneInfo.Utc, []).CheckIn);
    }
}
