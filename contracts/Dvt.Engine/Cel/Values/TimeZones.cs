using System.Buffers;
using System.Globalization;

namespace Dvt.Engine.Cel;

/// <summary>Names of the IANA database, and offsets such as `+02:00` or `02:00`.</summary>
static class TimeZones
{
    /// <summary>A name that is not known is looked for on disk.</summary>
    public const int Cost = 1_000;

    // No dots: a name is looked up as a file.
    static readonly SearchValues<char> Letters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-/");

    public static bool TryOffset(string zone, CelValue at, out TimeSpan offset)
    {
        if (zone.Contains(':', StringComparison.Ordinal))
            return TryFixed(zone, out offset);
        offset = TimeSpan.Zero;
        if (zone is "UTC" or "Z")
            return true;
        if (zone.Length is 0 or > 64 || zone[0] == '/' || zone.AsSpan().ContainsAnyExcept(Letters)
            || !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found))
            return false;
        offset = found.GetUtcOffset(DateTime.UnixEpoch.AddSeconds(at.Seconds));
        return true;
    }

    static bool TryFixed(string zone, out TimeSpan offset)
    {
        var digits = zone.AsSpan(zone[0] is '+' or '-' ? 1 : 0);
        var isTime = TimeSpan.TryParseExact(digits, @"hh\:mm", CultureInfo.InvariantCulture, out offset);
        offset = zone[0] == '-' ? -offset : offset;
        return isTime;
    }
}
