namespace Dvt.Lodging.Calendars;

/// <summary>A DURATION such as <c>P1W</c>, <c>P3DT4H</c> or <c>-PT15M</c>; RFC 5545 §3.3.6.</summary>
static class CalendarDuration
{
    /// <summary>Digits of one number: more than 2,700 years of days.</summary>
    const int MaxDigits = 6;

    public static bool TryParse(string value, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var text = value.AsSpan().Trim();
        var isNegative = text.Length > 0 && text[0] == '-';
        if (text.Length > 0 && text[0] is '+' or '-')
            text = text[1..];
        if (text.Length < 3 || text.Length > 64 || text[0] is not ('P' or 'p'))
            return false;
        var (isTime, number, digits, parts) = (false, 0, 0, 0);
        foreach (var c in text[1..])
        {
            if (char.IsAsciiDigit(c) && ++digits <= MaxDigits)
                number = number * 10 + (c - '0');
            else if (c is 'T' or 't' && !isTime && digits == 0)
                isTime = true;
            else if (digits is > 0 and <= MaxDigits && Unit(char.ToUpperInvariant(c), isTime) is { } unit)
            {
                duration += number * unit;
                (number, digits) = (0, 0);
                parts++;
            }
            else
                return false;
        }
        duration = isNegative ? -duration : duration;
        return parts > 0 && digits == 0;
    }

    static TimeSpan? Unit(char letter, bool isTime) => (letter, isTime) switch
    {
        ('W', false) => TimeSpan.FromDays(7),
        ('D', false) => TimeSpan.FromDays(1),
        ('H', true) => TimeSpan.FromHours(1),
        ('M', true) => TimeSpan.FromMinutes(1),
        ('S', true) => TimeSpan.FromSeconds(1),
        _ => null,
    };
}
