using System.Globalization;

namespace Dvt.Lodging.Calendars;

/// <summary>Which nights events take: repeated ones worked out, single occurrences moved or cancelled, times in the unit's zone.</summary>
sealed class EventNights(CalendarZones zones, Reading reading, DateOnly today)
{
    readonly Dictionary<string, CalendarEvent> taken = new(StringComparer.Ordinal);
    int occurrences;

    public IReadOnlyList<CalendarEvent> Of(IReadOnlyList<EventDraft> drafts)
    {
        var latest = Latest(drafts.Where(d => d.Override is null), d => d.Uid.Length > 0 ? d.Uid : DatesOf(d));
        var overrides = Latest(drafts.Where(d => d.Override is not null), d => $"{d.Uid}/{KeyOf(d.Override!.Value, d.Line)}");
        foreach (var (uid, draft) in latest)
            if (draft.Rule is null && draft.Extra.Count == 0)
                Take(draft, uid, recurrence: null, Nights(draft, draft.Start));
            else
                Repeat(draft, uid, overrides);
        foreach (var draft in overrides.Values)
            Take(draft, draft.Uid.Length > 0 ? draft.Uid : DatesOf(draft), KeyOf(draft.Override!.Value, draft.Line), Nights(draft, draft.Start));
        return [.. taken.Values.OrderBy(e => e.CheckIn).ThenBy(e => e.CheckOut).ThenBy(e => e.Key, StringComparer.Ordinal)];
    }

    /// <summary>Of drafts of one key that with the highest sequence, of equal ones the last.</summary>
    Dictionary<string, EventDraft> Latest(IEnumerable<EventDraft> drafts, Func<EventDraft, string> keyOf)
    {
        var latest = new Dictionary<string, EventDraft>(StringComparer.Ordinal);
        foreach (var draft in drafts)
        {
            var key = keyOf(draft);
            if (!latest.TryGetValue(key, out var other) || draft.Sequence >= other.Sequence)
                latest[key] = draft;
            if (other is not null)
                reading.Mend(draft.Line, "same_uid", "of events with one UID the one with the highest SEQUENCE is taken, else the last");
        }
        return latest;
    }

    string DatesOf(EventDraft draft)
    {
        reading.Mend(draft.Line, "no_uid", "its dates stand for its UID");
        return string.Create(CultureInfo.InvariantCulture, $"dates-{draft.Start.Shown:yyyyMMddTHHmmss}-{draft.End?.Shown:yyyyMMddTHHmmss}");
    }

    void Repeat(EventDraft draft, string uid, Dictionary<string, EventDraft> overrides)
    {
        var except = draft.Except.Select(e => KeyOf(e, draft.Line)).ToHashSet(StringComparer.Ordinal);
        var (length, to) = (draft.IsCancelled || draft.IsTransparent ? 0 : LengthInDays(draft), today.AddDays(reading.Limits.Horizon));
        var days = draft.Rule is { } rule
            ? RecurrenceDays.Of(rule, draft.Start.Date, today.AddDays(-length - 1), to, reading.Look).TakeWhile(d => !IsBeyond(rule, draft, d))
            : [draft.Start.Date];
        foreach (var start in days.Select(d => draft.Start with { Date = d }).Concat(draft.Extra))
        {
            reading.Did(1);
            var key = KeyOf(start, draft.Line);
            if (except.Contains(key) || except.Contains(DayKey(start.Date)) || overrides.ContainsKey($"{draft.Uid}/{key}"))
                continue;
            var nights = Nights(draft, start);
            if (nights.CheckOut <= today)
                continue;
            if (++occurrences > reading.Limits.Occurrences)
            {
                reading.Cut(draft.Line, "too_many_occurrences", $"more than {reading.Limits.Occurrences} occurrences of repeated events");
                return;
            }
            Take(draft, uid, key, nights);
        }
        if (reading.Steps > reading.Limits.Steps)
            reading.Cut(draft.Line, "rule_too_long", "repeated events go back too far or come too often");
    }

    bool IsBeyond(Recurrence rule, EventDraft draft, DateOnly day)
    {
        if (rule.Until is not { } until)
            return false;
        if (until.Time is null || draft.Start.Time is null)
            return day > until.Date;
        return zones.MomentOf(draft.Start with { Date = day }, draft.Line) > zones.MomentOf(until.IsUtc ? until : until with { Zone = draft.Start.Zone }, draft.Line);
    }

    void Take(EventDraft draft, string uid, string? recurrence, (DateOnly CheckIn, DateOnly CheckOut) nights)
    {
        var occurrence = new CalendarEvent(uid, recurrence, nights.CheckIn, nights.CheckOut, draft.Summary, draft.Description, draft.IsTentative, draft.Line);
        if (draft.IsCancelled)
            reading.Skip(draft.Line, "cancelled", "STATUS says cancelled: it takes no nights");
        else if (draft.IsTransparent)
            reading.Skip(draft.Line, "transparent", "TRANSP says that it takes no time");
        else
            taken[occurrence.Key] = occurrence;
    }

    /// <summary>At least one night: who enters something for a few hours of a day wants that day blocked.</summary>
    (DateOnly CheckIn, DateOnly CheckOut) Nights(EventDraft draft, CalendarMoment start)
    {
        var (checkIn, checkOut) = start.Time is null
            ? (start.Date, start.Date.AddDays(LengthInDays(draft)))
            : (zones.DayOf(zones.MomentOf(start, draft.Line)), zones.DayOf(zones.MomentOf(start, draft.Line) + Length(draft)));
        if (checkOut > checkIn)
            return (checkIn, checkOut);
        if (Length(draft) <= TimeSpan.Zero && (draft.End is not null || draft.Duration is not null))
            reading.Mend(draft.Line, "ends_before_it_starts", "one night is taken");
        return (checkIn, checkIn.AddDays(1));
    }

    /// <summary>Whole days, rounded up; a day where no end is written.</summary>
    int LengthInDays(EventDraft draft) => draft.Start.Time is null && draft.End is { } end
        ? end.Date.DayNumber - draft.Start.Date.DayNumber
        : (int)Math.Ceiling(Length(draft).TotalDays);

    TimeSpan Length(EventDraft draft) =>
        draft.Duration
        ?? (draft.End is not { } end ? draft.Start.Time is null ? TimeSpan.FromDays(1) : TimeSpan.Zero
            : draft.Start.Time is null || end.Time is null ? end.Shown - draft.Start.Date.ToDateTime(TimeOnly.MinValue)
            : zones.MomentOf(end, draft.Line) - zones.MomentOf(draft.Start, draft.Line));

    string KeyOf(CalendarMoment moment, int line) => moment.Time is null
        ? DayKey(moment.Date)
        : zones.MomentOf(moment, line).ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    static string DayKey(DateOnly day) => day.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
}
