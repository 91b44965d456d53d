namespace Dvt.Lodging.Understanding;

/// <summary>Reads a guest's message, Spanish or English, as guests write: without accents, misspelt, abbreviated.</summary>
public static class GuestText
{
    /// <summary>How many other words let "today" be the weather's rather than the stay's.</summary>
    const int FewWords = 3;

    /// <summary>Pure: the same text at the same moment means the same. Never throws for any text.</summary>
    /// <param name="text">Read up to 2,000 characters.</param>
    /// <param name="now">The guest's wall clock in the unit's time zone, which "tomorrow" and "this weekend" count from.</param>
    /// <param name="units">Names of the units that can be meant.</param>
    public static Understood Read(string text, DateTime now, IReadOnlyCollection<string> units)
    {
        var (unit, tokens) = UnitReading.Read(Token.Of(text), units);
        var language = Wording.LanguageOf(tokens, text);
        var line = Wording.Of(tokens, language);
        var (checkIn, checkOut, nights, isRelative) = new StayReading(line, new Almanac(now), isMonthFirst: language == "en").Read();
        var guests = new GuestsReading(line).Read();
        var (intent, confidence) = IntentReading.Of(line);
        var isBeside = intent is Intent.Pay or Intent.Human or Intent.Services || (intent == Intent.Unknown && line.Count(l => !l.IsTaken && !l.IsMark) > FewWords);
        var isStay = !(isRelative && isBeside);
        return new Understood(intent, isStay ? checkIn : null, isStay ? checkOut : null, guests, unit, language, confidence) { Nights = nights };
    }

    /// <summary>The same with an instant and an IANA time zone.</summary>
    public static Understood Read(string text, DateTimeOffset now, TimeZoneInfo zone, IReadOnlyCollection<string> units) =>
        Read(text, TimeZoneInfo.ConvertTime(now, zone).DateTime, units);
}
