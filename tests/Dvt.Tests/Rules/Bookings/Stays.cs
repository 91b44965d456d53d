using Dvt.Contracts;

namespace Dvt.Tests.Rules.Bookings;

/// <summary>Units and stays of the tests: a cabin in pesos, 12,000 a night, at weekends half as much again.</summary>
static class Stays
{
    public static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    public static readonly DateOnly Today = new(2026, 11, 20);

    public static readonly UnitDefinition Cabin = new(
        "Cabin", "cabin", Capacity: 4, "12000.00", "ARS", "UTC", "15:00", "11:00", MinNights: 1, MaxNights: null, WeekendMultiplier: 1.5m, ["sat", "sun"],
        Seasons: [], LengthDiscounts: [], IncludedGuests: 4, ExtraGuestPrice: "0.00", DepositPercent: 30, CleaningFee: "0.00", Amenities: [],
        Cancellation: [new(7, 100), new(2, 50)], Policies: new Dictionary<string, string>(), Active: true);

    public static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd");

    public static Stay Of(string checkIn, string checkOut) => new(Day(checkIn), Day(checkOut));

    public static Stay After(int days, int nights) => new(Today.AddDays(days), Today.AddDays(days + nights));
}
