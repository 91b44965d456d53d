using Dvt.Contracts;
using Dvt.Lodging.Prices;

namespace Dvt.Lodging.Bookings;

/// <summary>Which stays a unit takes, whether or not the nights are free.</summary>
public static class StayRules
{
    /// <summary>Longest stay of units without a limit of their own.</summary>
    public const int MostNights = 365;

    /// <summary>How far ahead one may book.</summary>
    public const int MostDaysAhead = 3 * 365;

    /// <summary>How far an alternative may be away.</summary>
    const int Neighbourhood = 90;

    /// <param name="today">By the unit's clocks.</param>
    /// <returns>Null when it takes the stay.</returns>
    public static Refusal? Fault(UnitDefinition unit, Stay stay, int guests, DateOnly today)
    {
        if (!unit.Active)
            return new("unit_inactive", "the unit takes no bookings");
        if (stay.CheckIn >= stay.CheckOut)
            return new("invalid_dates", "checkOut is not behind checkIn");
        if (stay.CheckIn < today)
            return new("invalid_dates", $"checkIn is in the past: it is {today:yyyy-MM-dd} there");
        if (stay.CheckIn.DayNumber - today.DayNumber > MostDaysAhead)
            return new("invalid_dates", $"checkIn is more than {MostDaysAhead} days ahead");
        if (stay.Nights > (unit.MaxNights ?? MostNights))
            return new("invalid_dates", $"{stay.Nights} nights are more than {unit.MaxNights ?? MostNights}");
        if (guests < 1 || guests > unit.Capacity)
            return new("invalid_guests", $"the unit is for 1 to {unit.Capacity} guests");
        return stay.Nights < LeastNights(unit, stay) ? new("min_nights", $"a stay from this day has {LeastNights(unit, stay)} nights or more") : null;
    }

    static int LeastNights(UnitDefinition unit, Stay stay) => Seasons.Of(unit, stay.CheckIn)?.MinNights ?? unit.MinNights;

    /// <summary>That the nights are not free, with the nearest stays of the same length that are, before and after.</summary>
    public static Refusal Overlap(UnitDefinition unit, TakenNights taken, Stay stay, int guests, Guid holder, DateOnly today) =>
        new("date_overlap", "some of these nights are taken", Alternatives(unit, taken, stay, guests, holder, today));

    /// <summary>At most one before and one behind, in this order; each could be booked now.</summary>
    public static IReadOnlyList<Stay> Alternatives(UnitDefinition unit, TakenNights taken, Stay stay, int guests, Guid holder, DateOnly today) =>
        [.. new[] { -1, +1 }.Select(direction => Search(unit, taken, stay, guests, holder, today, direction)).OfType<Stay>()];

    static Stay? Search(UnitDefinition unit, TakenNights taken, Stay stay, int guests, Guid holder, DateOnly today, int direction)
    {
        var (at, nights) = (stay, stay.Nights);
        while (Math.Abs(at.CheckIn.DayNumber - stay.CheckIn.DayNumber) <= Neighbourhood)
        {
            if (taken.InTheWay(at, holder) is { } obstacle)
                // Whatever lies in the way is jumped over at once.
                at = direction < 0 ? Ending(obstacle.CheckIn, nights) : Beginning(obstacle.CheckOut, nights);
            else if (at != stay && Fault(unit, at, guests, today) is null)
                return at;
            else
                at = Beginning(at.CheckIn.AddDays(direction), nights);
            if (at.CheckIn < today)
                return null;
        }
        return null;
    }

    static Stay Beginning(DateOnly day, int nights) => new(day, day.AddDays(nights));

    static Stay Ending(DateOnly day, int nights) => new(day.AddDays(-nights), day);
}
