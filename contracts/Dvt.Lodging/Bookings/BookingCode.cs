using System.Globalization;

namespace Dvt.Lodging.Bookings;

/// <summary>Codes that guests read out: <c>RES{yymmdd}{6 HEX}</c>.</summary>
public static class BookingCode
{
    /// <param name="day">Of its making, by the unit's clocks.</param>
    /// <param name="random">At least 24 bits of it.</param>
    public static string Of(DateOnly day, uint random) =>
        string.Create(CultureInfo.InvariantCulture, $"RES{day:yyMMdd}{random & 0xFFFFFF:X6}");
}
