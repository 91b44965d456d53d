using System.Globalization;

namespace Dvt.Engine.Cel;

/// <summary>Timestamps of the years 1 to 9999 and durations of up to 292 years, both to the nanosecond.</summary>
static class Time
{
    public const long Second = 1_000_000_000;
    public const long Minute = 60 * Second;
    public const long Hour = 60 * Minute;
    const long FirstSecond = -62_135_596_800;
    const long LastSecond = 253_402_300_799;

    static readonly (string Name, long Length)[] Units =
        [("ns", 1), ("us", 1_000), ("µs", 1_000), ("μs", 1_000), ("ms", 1_000_000), ("s", Second), ("m", Minute), ("h", Hour)];

    /// <summary>Nanoseconds since 1970.</summary>
    public static Int128 Instant(CelValue timestamp) => (Int128)timestamp.Seconds * Second + timestamp.Nanos;

    public static CelValue Timestamp(Int128 instant)
    {
        var nanos = instant % Second;
        if (nanos < 0)
            nanos += Second;
        var seconds = (instant - nanos) / Second;
        return seconds < FirstSecond || seconds > LastSecond
            ? CelValue.Error("the timestamp is outside the years 1 to 9999")
            : CelValue.OfTime((long)seconds, (int)nanos);
    }

    public static CelValue Duration(Int128 nanoseconds) =>
        nanoseconds < long.MinValue || nanoseconds > long.MaxValue
            ? CelValue.Error("the duration is longer than 292 years")
            : CelValue.OfNanoseconds((long)nanoseconds);

    public static CelValue Shift(CelValue timestamp, Int128 nanoseconds) => Timestamp(Instant(timestamp) + nanoseconds);

    /// <summary>RFC 3339 with up to nine digits of a second.</summary>
    public static CelValue Parse(string text)
    {
        const int Whole = 19;
        if (text.Length is < Whole + 1 or > 35 || !DateTime.TryParseExact(text.AsSpan(0, Whole), "yyyy-MM-dd'T'HH:mm:ss",
            CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
            return Unreadable;
        var at = Whole;
        var nanos = 0L;
        if (text[at] == '.')
        {
            var digits = text.AsSpan(at + 1)[..^text.AsSpan(at + 1).TrimStart("0123456789").Length];
            if (digits.Length is 0 or > 9)
                return Unreadable;
            nanos = long.Parse(digits.ToString().PadRight(9, '0'), NumberStyles.None, CultureInfo.InvariantCulture);
            at += 1 + digits.Length;
        }
        var zone = text[at..];
        var offset = TimeSpan.Zero;
        if (zone != "Z" && (zone.Length != 6 || zone[0] is not ('+' or '-')
            || !TimeSpan.TryParseExact(zone[1..], @"hh\:mm", CultureInfo.InvariantCulture, out offset)))
            return Unreadable;
        var ticks = local.Ticks - DateTime.UnixEpoch.Ticks - (zone[0] == '-' ? -offset.Ticks : offset.Ticks);
        return Timestamp((Int128)ticks * 100 + nanos);
    }

    public static string Format(CelValue timestamp)
    {
        var text = DateTime.UnixEpoch.AddSeconds(timestamp.Seconds).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
        var nanos = timestamp.Nanos == 0 ? "" : $".{timestamp.Nanos:D9}".TrimEnd('0');
        return $"{text}{nanos}Z";
    }

    /// <summary>Numbers with units, such as `1h30m` or `-1.5s`.</summary>
    public static CelValue ParseDuration(string text)
    {
        // Longer than any duration that fits, and short enough for exact decimals.
        const int MaxDigits = 24;
        var negative = text.StartsWith('-');
        var rest = text.AsSpan(negative || text.StartsWith('+') ? 1 : 0);
        if (rest is "0")
            return CelValue.OfNanoseconds(0);
        var total = 0m;
        if (rest.IsEmpty)
            return NoDuration;
        while (!rest.IsEmpty)
        {
            var length = rest.Length - rest.TrimStart("0123456789.").Length;
            if (length > MaxDigits || !decimal.TryParse(rest[..length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                return NoDuration;
            rest = rest[length..];
            var unit = LongestUnit(rest);
            if (unit.Length == 0 || number > (decimal)long.MaxValue / unit.Length * 2)
                return NoDuration;
            total += number * unit.Length;
            rest = rest[unit.Name.Length..];
        }
        total = decimal.Truncate(total);
        return total > (decimal)long.MaxValue * 2 ? NoDuration : Duration((Int128)(negative ? -total : total));
    }

    /// <summary>Seconds, such as `1.5s`.</summary>
    public static string FormatDuration(CelValue duration) =>
        ((decimal)duration.Nanoseconds / Second).ToString("0.#########", CultureInfo.InvariantCulture) + "s";

    static (string Name, long Length) LongestUnit(ReadOnlySpan<char> text)
    {
        (string Name, long Length) longest = ("", 0);
        foreach (var unit in Units)
            if (text.StartsWith(unit.Name, StringComparison.Ordinal) && unit.Name.Length > longest.Name.Length)
                longest = unit;
        return longest;
    }

    static CelValue Unreadable { get; } = CelValue.Error("the text is no RFC 3339 timestamp");
    static CelValue NoDuration { get; } = CelValue.Error("the text is no duration");
}
