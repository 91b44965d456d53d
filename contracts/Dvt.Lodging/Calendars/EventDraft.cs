using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Dvt.Lodging.Calendars;

/// <summary>A VEVENT with its properties understood, before repeating, overriding and zones; RFC 5545 §3.6.1.</summary>
/// <param name="Uid">Empty where none is written.</param>
sealed record EventDraft(
    int Line, string Uid, int Sequence, CalendarMoment Start, CalendarMoment? End, TimeSpan? Duration, bool IsCancelled, bool IsTentative,
    bool IsTransparent, string Summary, string Description, Recurrence? Rule, IReadOnlyList<CalendarMoment> Extra,
    IReadOnlyList<CalendarMoment> Except, CalendarMoment? Override)
{
    /// <summary>What longer ones are shortened to by their hash.</summary>
    const int MaxUid = 255;

    const int MaxSummary = 500;

    const int MaxDescription = 4_000;

    /// <summary>Null when it cannot be read: the reading says why.</summary>
    public static EventDraft? Read(Component component, Reading reading)
    {
        foreach (var line in component.Lines)
            reading.Did(line.Value.Length);
        var uid = UidOf(component);
        if (component["DTSTART"] is not { } start)
            return Unread("no_start", "no DTSTART");
        if (!CalendarMoment.TryParse(start, out var from) || !IsInRange(from))
            return Unread("bad_start", "DTSTART is no date from 1970 to 2199");
        CalendarMoment? to = null;
        if (component["DTEND"] is { } end)
        {
            if (!CalendarMoment.TryParse(end, out var read) || !IsInRange(read))
                return Unread("bad_end", "DTEND is no date from 1970 to 2199");
            to = read;
        }
        TimeSpan? length = null;
        if (to is null && component["DURATION"] is { } duration)
        {
            if (!CalendarDuration.TryParse(duration.Value, out var read) || read > TimeSpan.FromDays(36_500))
                return Unread("bad_duration", "DURATION is not understood");
            length = read;
        }
        CalendarMoment? replaced = null;
        if (component["RECURRENCE-ID"] is { } id)
        {
            if (!CalendarMoment.TryParse(id, out var read) || !IsInRange(read))
                return Unread("bad_recurrence_id", "RECURRENCE-ID is no date");
            if (id.Parameter("RANGE") is not null)
                reading.Mend(id.Line, "range_ignored", "only the one occurrence is changed");
            replaced = read;
        }
        var status = component["STATUS"]?.Value.Trim().ToUpperInvariant();
        return new(
            component.Line, uid, SequenceOf(component), from, to, length, IsCancelled: status == "CANCELLED", IsTentative: status == "TENTATIVE",
            IsTransparent: string.Equals(component["TRANSP"]?.Value.Trim(), "TRANSPARENT", StringComparison.OrdinalIgnoreCase),
            TextOf(component["SUMMARY"], MaxSummary), TextOf(component["DESCRIPTION"], MaxDescription),
            RuleOf(component, reading), MomentsOf(component, "RDATE", reading), MomentsOf(component, "EXDATE", reading), replaced);

        EventDraft? Unread(string code, string detail)
        {
            reading.Skip(component.Line, code, detail);
            if (uid.Length > 0)
                reading.Unread.Add(uid);
            return null;
        }
    }

    static string UidOf(Component component)
    {
        var uid = TextOf(component["UID"], int.MaxValue).Trim();
        return uid.Length <= MaxUid ? uid : "sha256-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(uid)));
    }

    static string TextOf(ContentLine? line, int max) => line is null ? "" : CalendarText.Unescape(line.Value, max);

    static int SequenceOf(Component component) =>
        int.TryParse(component["SEQUENCE"]?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) ? sequence : 0;

    static bool IsInRange(CalendarMoment moment) => moment.Date.Year is >= 1970 and <= 2199;

    static Recurrence? RuleOf(Component component, Reading reading)
    {
        if (component["RRULE"] is not { } line)
            return null;
        if (Recurrence.TryParse(line.Value, out var rule))
            return rule;
        reading.Mend(line.Line, "rule_not_understood", "only the first occurrence is taken");
        return null;
    }

    static List<CalendarMoment> MomentsOf(Component component, string property, Reading reading)
    {
        var moments = new List<CalendarMoment>();
        foreach (var line in component.Lines)
            if (line.Name == property)
                if (CalendarMoment.TryParseList(line) is { } list && list.TrueForAll(IsInRange))
                    moments.AddRange(list);
                else
                    reading.Mend(line.Line, "dates_not_understood", $"{property} is left out");
        return moments;
    }
}
