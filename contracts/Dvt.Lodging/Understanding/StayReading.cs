namespace Dvt.Lodging.Understanding;

/// <summary>From when to when: ranges of days, days that are listed, weekends, or one day and a number of nights.</summary>
sealed class StayReading(IReadOnlyList<Lexeme> line, Almanac almanac, bool isMonthFirst)
{
    const int LongestGap = 6;
    const int Near = 3;

    readonly DayReading days = new(line, isMonthFirst);

    /// <summary>How far a day of the month that corrects another may lie before it.</summary>
    const int Earlier = 15;

    static readonly string[] Between = ["the", "of", "for", "in", "on"];

    sealed record Span(DateOnly CheckIn, DateOnly? CheckOut, int From, int To, bool IsRange, bool IsRelative = false);

    /// <returns>Whether the day was said as today or tomorrow only, which is often no day of a stay.</returns>
    public (DateOnly? CheckIn, DateOnly? CheckOut, int? Nights, bool IsRelative) Read()
    {
        var all = Spans().ToList();
        foreach (var span in all)
            for (var at = span.From; at < span.To; at++)
                line[at].Slot = Lexeme.DaySlot;
        var nights = NightsReading.Of(line);
        var spans = all.Where(s => !IsReplaced(s) && !(all.Count > 1 && IsRejected(s.From, s.To))).ToList();
        var ranges = spans.Where(s => s.IsRange).ToList();
        var candidates = ranges.Count > 0 ? ranges : spans;
        if (candidates.Count == 0)
            return (null, null, nights, false);
        // What a change should become is said last.
        var chosen = IntentReading.IsChange(line) || IsCorrected(candidates) ? candidates[^1] : candidates[0];
        // "Fin de año, la noche del 31".
        chosen = candidates.Find(c => c.CheckIn == chosen.CheckIn && c.CheckOut is not null) ?? chosen;
        // "Nos quedamos hasta el 9".
        if (spans.Count == 1 && !chosen.IsRange && chosen.CheckOut is null && nights is null && days[chosen.From - 1] is var opener && (opener.Is("until") || (opener.Is("the") && days[chosen.From - 2].Is("until"))))
            return (null, chosen.CheckIn, nights, false);
        var checkOut = chosen.IsRange || nights is null ? chosen.CheckOut : chosen.CheckIn.AddDays(nights.Value);
        return (chosen.CheckIn, spans.FirstOrDefault(s => IsDeparture(s, chosen))?.CheckIn ?? checkOut, nights, chosen.IsRelative && nights is null);
    }

    /// <summary>"Viernes y sábado, nos vamos el lunes".</summary>
    bool IsDeparture(Span span, Span stay) => !span.IsRange && span.From >= stay.To && span.CheckIn > stay.CheckIn && (IsBehind(span, "depart") || IsBehind(span, "until"));

    bool IsCorrected(List<Span> spans) => spans.Count > 1 && Enumerable.Range(spans[0].To, spans[^1].From - spans[0].To).Any(at => line[at].Is("oops"));

    /// <summary>"En vez de este finde".</summary>
    bool IsReplaced(Span span) => IsBehind(span, "instead");

    bool IsBehind(Span span, string concept) => Enumerable.Range(span.From - Near, Near).Any(at => days[at].Is(concept));

    /// <summary>"No el 5", "it was not for the 5th", "el 5 no, el 6".</summary>
    bool IsRejected(int from, int to)
    {
        var before = from - 1;
        while (days[before].IsAny(Between) || days[before].Form is "era" or "es" or "del")
            before--;
        return days[before].Is("not") || (days[to].Is("not") && days[to + 1].IsMark);
    }

    IEnumerable<Span> Spans()
    {
        var refs = new List<DayRef>();
        for (var at = 0; at < line.Count; at++)
            if (days.At(at) is { } day)
            {
                refs.Add(day);
                at = day.To - 1;
            }
        // "Valentine's day, Feb 14", "xmas, 24-27 dec": the feast tells why, the days tell when.
        for (var i = refs.Count - 2; i >= 0; i--)
            if (refs[i].Feast is not null && refs[i + 1].Day is not null && refs[i + 1].From == refs[i].To + 1 && line[refs[i].To].Form is "," or "(" or ":")
                refs.RemoveAt(i);
        if (LoneMonth(refs) is { } month && Enumerable.Range(0, refs.Count).FirstOrDefault(i => refs[i].IsBare && (IsDay(refs[i]) || (i + 1 < refs.Count && IsRange(refs[i], refs[i + 1]))), -1) is >= 0 and var first)
            refs[first] = refs[first] with { Month = month };
        var floor = almanac.Today;
        for (int i = 0, taken; i < refs.Count; i += taken)
        {
            (var span, taken) = SpanAt(refs, i, floor);
            if (span is null)
                continue;
            yield return span;
            floor = span.CheckIn.AddDays(-Earlier) is var earlier && earlier > almanac.Today ? earlier : almanac.Today;
        }
    }

    /// <summary>"En enero, del 1 al 16": the month that stands apart from the days.</summary>
    int? LoneMonth(List<DayRef> refs) => Enumerable.Range(0, line.Count)
        .Where(at => line[at].Form is not ("may" or "mar" or "set") && !IsName(at) && !refs.Any(r => at >= r.From && at < r.To)).Select(at => line[at].Valued("month")).FirstOrDefault(m => m is not null);

    /// <summary>"A nombre de Julio", "soy Abril", "my name is June".</summary>
    bool IsName(int at) => days[at - 1].Form is "soy" or "llamo" || days[at - 1].Form is "de" or "es" or "is" && days[at - 2].Form is "nombre" or "name";

    /// <param name="refs">The days that were said.</param>
    /// <param name="floor">From when on days of the month count that have no month: near those said before.</param>
    (Span? Span, int Taken) SpanAt(List<DayRef> refs, int at, DateOnly floor)
    {
        if (at + 1 < refs.Count && IsRange(refs[at], refs[at + 1]) && Range(refs[at], refs[at + 1], floor) is { } range)
            return (range, 2);
        var listed = Listed(refs, at);
        return listed > 1 && List(refs.GetRange(at, listed), floor) is { } list ? (list, listed) : (Single(refs[at], floor), 1);
    }

    bool IsRange(DayRef first, DayRef second)
    {
        var (isJoined, opener) = (false, days[first.From - 1]);
        if (second.From - first.To > LongestGap || second.Weekend is not null || first.Weekend is not null)
            return false;
        for (var at = first.To; at < second.From; at++)
        {
            if (line[at].IsAny("to", "until", "-", "depart") || line[at].Form == "a" || (line[at].Is("and") && opener.Is("between")))
                isJoined = true;
            else if (!line[at].IsAny("the", "of", "and", "on", "day", "morning", "we", "in", "with", "it", "from", "for") && line[at].Form is not ("," or "me" or "nos" or "i" or "then" or "luego" or "dia" or "(" or ")"))
                return false;
        }
        return isJoined && (!first.IsBare || !second.IsBare || IsOpened(first) || days[first.To].Form is "al" or "-" or "hasta");
    }

    bool IsOpened(DayRef day) => days[day.From - 1].IsAny("from", "between", "the", "for", "of", "arrive", "on", "day") || line[day.From].Token.IsOrdinal;

    /// <summary>How many days stand one after the other with nothing but commas and "and" between.</summary>
    int Listed(List<DayRef> refs, int from)
    {
        var to = from + 1;
        while (to < refs.Count && refs[to].From - refs[to - 1].To is >= 1 and <= 4
            && Enumerable.Range(refs[to - 1].To, refs[to].From - refs[to - 1].To).All(at => line[at].IsAny("and", "the") || line[at].Form is "," or "&" or "+" or "noche" or "night")
            && refs[to].Weekend is null && refs[to - 1].Weekend is null)
            to++;
        var isBareOnly = refs.GetRange(from, to - from).All(r => r.IsBare);
        return (isBareOnly && !IsOpened(refs[from])) || IsRejected(refs[from].From, refs[from].To) ? 1 : to - from;
    }

    Span? Range(DayRef first, DayRef second, DateOnly floor)
    {
        var (checkIn, checkOut) = Ends(first, second, floor);
        return checkIn is { } arrival && checkOut is { } departure && departure > arrival ? new Span(arrival, departure, first.From, second.To, IsRange: true) : null;
    }

    (DateOnly?, DateOnly?) Ends(DayRef first, DayRef second, DateOnly floor)
    {
        var isEndFuller = second is { Day: not null, Month: not null } or { MonthShift: not null } or { WeekShift: not null } or { Feast: not null };
        if (isEndFuller && (first.IsBare || first.IsWeekdayOnly || first is { Month: null, Day: not null, MonthShift: null }))
        {
            var end = almanac.First(second, almanac.Today.AddDays(1));
            var start = end is { } to ? Almanac.Last(first, to) : null;
            // The night of the range's beginning is over: the range of the year to come is meant.
            return start < almanac.Today && second.Year is null && second.MonthShift is null ? (start?.AddYears(1), end?.AddYears(1)) : (start, end);
        }
        var arrival = almanac.First(first.Year is null && first.Month is { } month && second is { Year: { } year, Month: { } endMonth }
            ? first with { Year = month > endMonth ? year - 1 : year } : first, first.IsBare ? floor : almanac.Today);
        if (arrival is not { } from)
            return (null, null);
        if (second.Offset is not null || second.WeekShift is not null || second.MonthShift is not null)
            return (from, almanac.First(second, from));
        return (from, almanac.First(second with { IsNext = false }, from.AddDays(1)));
    }

    /// <summary>Days that are listed are nights; Saturday and Sunday are a weekend.</summary>
    Span? List(List<DayRef> refs, DateOnly floor)
    {
        var last = refs[^1];
        var (first, end) = Ends(refs[0] with { Month = refs[0].Month ?? (refs[0].Day is not null ? last.Month : null), Year = refs[0].Year ?? last.Year }, last, floor);
        if (first is not { } checkIn || end is not { } lastNight || lastNight <= checkIn)
            return null;
        var isAdjacent = lastNight.DayNumber - checkIn.DayNumber == refs.Count - 1;
        var endsOnSunday = lastNight.DayOfWeek == DayOfWeek.Sunday && !last.IsNight;
        return new Span(checkIn, isAdjacent && !endsOnSunday ? lastNight.AddDays(1) : lastNight, refs[0].From, last.To, IsRange: true);
    }

    Span? Single(DayRef day, DateOnly floor)
    {
        if (day.IsBare && !IsDay(day))
            return null;
        if (almanac.First(day, day.IsBare ? floor : almanac.Today) is not { } date || date < almanac.Today)
            return null;
        return new Span(date, day.Weekend is not null || day.IsNight || IsNightOf(day.From) ? date.AddDays(1) : null, day.From, day.To, IsRange: false, IsRelative: day.Offset is not null && !day.IsNight);
    }

    /// <summary>"La noche del 13", "the night of the 5th".</summary>
    bool IsNightOf(int from)
    {
        var before = from - 1;
        while (days[before].Form is "del" or "de" or "el" or "of" or "the" or "dia")
            before--;
        return before < from - 1 && days[before].Form is "noche" or "night" && days[before - 1].Form is "la" or "the" or "una" or "one" or "esa" or "that";
    }

    /// <summary>A number alone is a day where an article says so.</summary>
    bool IsDay(DayRef day) => days[day.From - 1].Form is "el" or "dia" or "del" or "al" || day.IsNight || line[day.From].Token.IsOrdinal
        || (line[day.From].Valued("ordinal") is not null && days[day.From - 1].Form is "the" && !days[day.To].IsAny("time", "booking", "night", "week") && days[day.To].IsAny("", "for", "and", "?", ",", ".", "to", "until"));
}
