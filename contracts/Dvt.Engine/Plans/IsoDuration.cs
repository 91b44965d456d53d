using System.Globalization;
using System.Text.RegularExpressions;

namespace Dvt.Engine.Plans;

/// <summary>ISO 8601 durations of fixed length: weeks, days, hours, minutes, seconds. Years and months have none.</summary>
public static partial class IsoDuration
{
    static readonly TimeSpan Longest = TimeSpan.FromDays(36_525);

    /// <summary>False also for what is longer than 100 years.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var match = Form().Match(text);
        if (!match.Success || text.Length > 64)
            return false;
        var seconds = (Part(match, "w") * 604_800) + (Part(match, "d") * 86_400)
            + (Part(match, "h") * 3_600) + (Part(match, "m") * 60) + Part(match, "s");
        if (seconds > (decimal)Longest.TotalSeconds)
            return false;
        duration = TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond));
        return true;
    }

    static decimal Part(Match match, string name) =>
        match.Groups[name] is { Success: true } group && decimal.TryParse(group.ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            ? value
            : 0;

    [GeneratedRegex(@"^P(?=.)(?:(?<w>\d{1,9})W)?(?:(?<d>\d{1,9})D)?(?:T(?=.)(?:(?<h>\d{1,9})H)?(?:(?<m>\d{1,9})M)?(?:(?<s>\d{1,9}(?:\.\d{1,9})?)S)?)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
