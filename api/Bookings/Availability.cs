using Dvt.Contracts;
using Dvt.Lodging.Bookings;
using Dvt.Lodging.Prices;
using Dvt.ReadModels;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

/// <summary>Which nights are free, and what they cost. It promises nothing: only a hold does.</summary>
static class Availability
{
    const int MostDays = 366;

    static readonly Parameter From = new("from", "The first night.", """{"type":"string","format":"date"}""", Required: true);

    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Get("/v1/units/{unitId}/availability", Permission.ReadUnits, Nights, "Which nights of a unit are free, and the price of each") with
        {
            Answer = "Availability", Reads = true, Problems = [Problems.UnitNotFound],
            Parameters = [From, new("to", "The day after the last night, 366 at the most.", """{"type":"string","format":"date"}""", Required: true)],
        },
        Get("/v1/quotes", Permission.ReadUnits, Quote, "What a stay would cost, and whether it can be had") with
        {
            Answer = "Quote", Reads = true, Problems = [Problems.UnitNotFound, Problems.InvalidDates, Problems.InvalidGuests, Problems.MinNights, Problems.UnitInactive],
            Parameters =
            [
                new("unitId", "Of this unit.", """{"type":"string","format":"uuid"}""", Required: true),
                new("checkIn", "The first night.", """{"type":"string","format":"date"}""", Required: true),
                new("checkOut", "The day after the last night.", """{"type":"string","format":"date"}""", Required: true),
                new("guests", "How many; 1 unless told.", """{"type":"integer","minimum":1}"""),
            ],
        },
    ];

    static async Task Nights(Call call)
    {
        call.CheckQueryNames();
        await call.MinPositionAsync();
        var unitId = call.RouteId("unitId");
        var unit = (await call.UnitAsync(unitId)).Definition;
        var (from, to) = (call.RequiredDate("from"), call.RequiredDate("to"));
        if (to <= from || to.DayNumber - from.DayNumber > MostDays)
            throw Call.InvalidParameter("to", $"must be 1 to {MostDays} days behind from");
        var taken = call.Told(await call.Backend.Bookings.TakenAsync(call.Caller.TenantId, unitId, from, to, call.Stop));
        var today = LocalDay.Of(call.Backend.Clock.GetUtcNow(), unit.TimeZone);
        var price = StayPrice.Of(unit, new(from, to), guests: 1);
        var nights = price.Nights.Select(n => new
        {
            n.Date,
            available = unit.Active && n.Date >= today && !taken.Any(t => t.Stay.CheckIn <= n.Date && n.Date < t.Stay.CheckOut),
            price = new Money(n.Amount, unit.Currency),
        }).ToList();
        await call.JsonAsync(new { unitId, from, to, available = nights.TrueForAll(n => n.available), nights });
    }

    static async Task Quote(Call call)
    {
        call.CheckQueryNames();
        await call.MinPositionAsync();
        var stay = new Stay(call.RequiredDate("checkIn"), call.RequiredDate("checkOut"));
        var (unitId, guests) = (call.RequiredId("unitId"), call.Query<int>("guests") ?? 1);
        var unit = (await call.UnitAsync(unitId)).Definition;
        var today = LocalDay.Of(call.Backend.Clock.GetUtcNow(), unit.TimeZone);
        if (StayRules.Fault(unit, stay, guests, today) is { } fault)
            throw new ProblemException(Problems.OfRefusal(fault.Code), fault.Detail);
        var taken = await TakenAroundAsync(call, unitId, stay);
        var isFree = taken.AreFree(stay, holder: Guid.Empty);
        var price = StayPrice.Of(unit, stay, guests);
        await call.JsonAsync(new
        {
            unitId,
            stay.CheckIn,
            stay.CheckOut,
            stay.Nights,
            guests,
            available = isFree,
            price = BookingJson.Price(price),
            total = new Money(price.Total, price.Currency),
            deposit = new Money(price.Deposit, price.Currency),
            alternatives = isFree ? null : StayRules.Alternatives(unit, taken, stay, guests, Guid.Empty, today),
        });
    }

    /// <summary>As far around a stay as alternatives are looked for.</summary>
    public static async Task<TakenNights> TakenAroundAsync(Call call, Guid unitId, Stay stay)
    {
        var taken = new TakenNights();
        foreach (var (claimId, holder, nights) in call.Told(await call.Backend.Bookings.TakenAsync(
            call.Caller.TenantId, unitId, stay.CheckIn.AddDays(-StayRules.MostNights), stay.CheckOut.AddDays(StayRules.MostNights), call.Stop)))
            taken.Take(claimId, holder, nights);
        return taken;
    }
}
