using System.Globalization;

namespace Dvt.Lodging.Calendars;

/// <summary>A DATE or DATE-TIME; RFC 5545 §3.3.4 and §3.3.5. Dashes and colons of ISO 8601 are taken too.</summary>
/// <param name="Time">Null for a DATE.</param>
/// <param name="IsUtc">Written with <c>Z</c>.</param>
/// <param name="Zone">TZID, for what is not UTC; null is floating.</param>
readonly record struct CalendarMoment(DateOnly Date, TimeOnly? Time, bool IsUtc, string? Zone)
{
    public DateTime Shown => Date.ToDateTime(Time ?? TimeOnly.MinValue);

    public static bool TryParse(ContentLine line, out CalendarMoment moment) => TryParse(line.Value, line.Parameter("TZID"), line.Parameter("VALUE"), out moment);

    /// <summary>The moments of a list, such as EXDATE has; null when one is not understood.</summary>
    public static List<CalendarMoment>? TryParseList(ContentLine line)
    {
        var moments = new List<CalendarMoment>();
        foreach (var part in line.Value.Split(','))
            if (TryParse(part, line.Parameter("TZID"), line.Parameter("VALUE"), out var moment))
                moments.Add(moment);
            else
                return null;
        return moments;
    }

    static bool TryParse(string value, string? zone, string? type, out CalendarMoment moment)
    {
        moment = default;
        var text = value.AsSpan().Trim();
        if (text.Length is < 8 or > 25)
            return false;
        Span<char> plain = stackalloc char[25];
        var length = 0;
        foreach (var c in text)
            if (c is not ('-' or ':'))
                plain[length++] = char.ToUpperInvariant(c);
        var bare = plain[..length];
        if (length < 8 || !DateOnly.TryParseExact(bare[..8], "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
            return false;
        if (length == 8 || type is not null && type.Equals("DATE", StringComparison.OrdinalIgnoreCase))
        {
            moment = new(date, Time: null, IsUtc: false, Zone: null);
            return true;
        }
        var isUtc = bare[^1] == 'Z';
        var clock = isUtc ? bare[8..^1] : bare[8..];
        if (clock.Length is not (5 or 7) || clock[0] != 'T' || !TryClock(clock[1..], out var time))
            return false;
        moment = new(date, time, isUtc, isUtc || string.IsNullOrWhiteSpace(zone) ? null : zone);
        return true;
    }

    /// <summary>A leap second is the one before it.</summary>
    static bool TryClock(ReadOnlySpan<char> digits, out TimeOnly time)
    {
        time = default;
        var second = 0;
        if (!Two(digits, out var hour) || !Two(digits[2..], out var minute) || (digits.Length > 4 && !Two(digits[4..], out second)))
            return false;
        if (hour > 23 || minute > 59 || second > 60)
            return false;
        time = new(hour, minute, Math.Min(second, 59));
        return true;
    }

    static bool Two(ReadOnlySpan<char> digits, out int value) =>
        int.TryParse(digits[..2], NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
