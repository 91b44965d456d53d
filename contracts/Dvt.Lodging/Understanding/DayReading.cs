namespace Dvt.Lodging.Understanding;

/// <summary>Reads one day at a place of a line: numbers, names of months and weekdays, feasts, weekends.</summary>
sealed class DayReading(IReadOnlyList<Lexeme> line, bool isMonthFirst)
{
    static readonly Lexeme End = new("", new Token(TokenKind.Mark, ""), []);

    public DayRef? At(int at) =>
        Numeric(at) ?? Dated(at) ?? NamedMonthFirst(at) ?? OnWeekday(at) ?? Relative(at) ?? Weekend(at) ?? Bare(at);

    public Lexeme this[int at] => at >= 0 && at < line.Count ? line[at] : End;

    /// <summary>A number that counts people, nights, hours or money is no day.</summary>
    public bool CountsSomething(int at) =>
        this[at].IsAny("people", "adult", "child", "kin", "night", "day", "week", "hour", "months", "family", "%", "more", "hh:mm", "place", "couple", "min", "minutos", "minutes", "km", "usd", "pesos", "dolares", "dollars", "euros", "mil")
        || (this[at].Is("of") && this[at + 1].Is("us")) || (this[at].Is("service") && this[at].Form.StartsWith("bed", StringComparison.Ordinal))
        || (this[at].Form is "camas" or "banos" or "cama" or "bano");

    DayRef? Numeric(int at)
    {
        if (!this[at].IsDigits || !this[at + 1].IsMark || !this[at + 2].IsDigits || this[at + 1].Form is not ("/" or "." or "-"))
            return null;
        var mark = this[at + 1].Form;
        var (first, second) = (this[at].Number!.Value, this[at + 2].Number!.Value);
        var isLong = this[at + 3].Form == mark && this[at + 4].IsDigits;
        if (first >= 1000)
            return isLong ? Made(at, at + 5, this[at + 4].Number!.Value, second, first) : null;
        // Two numbers with a dash are a range far more often than a date.
        if (mark == "-" && !isLong && !IsDashed(at))
            return null;
        // What has 14/12 behind it is the first day of a range: 12-14/12.
        if (mark == "-" && isLong && this[at + 4].Number < 13 && this[at + 5].Form == "/")
            return null;
        var (day, month) = isMonthFirst && mark == "/" ? (second, first) : (first, second);
        if (month > 12 && day <= 12 && mark != ".")
            (day, month) = (month, day);
        return isLong ? Made(at, at + 5, day, month, this[at + 4].Number!.Value) : Made(at, at + 3, day, month, year: null);
    }

    /// <summary>"15-12 al 18-12": both ends are written alike, so the dashes are of dates.</summary>
    bool IsDashed(int at) => (this[at + 3].IsAny("to", "until") && IsPair(at + 4)) || (this[at - 1].IsAny("to", "until") && IsPair(at - 4));

    bool IsPair(int at) => this[at].IsDigits && this[at + 1].Form == "-" && this[at + 2] is { IsDigits: true, Number: <= 12 } && this[at + 3].Form != "-";

    static DayRef? Made(int from, int to, int day, int month, int? year) =>
        day is >= 1 and <= 31 && month is >= 1 and <= 12 && year is null or (>= 0 and < 100) or (>= 2000 and < 2200)
            ? new DayRef(from, to) { Day = day, Month = month, Year = year < 100 ? 2000 + year : year } : null;

    /// <summary>"15 de diciembre de 2026", "the 15th of December", "el 8 del mes que viene", "el 15 del 12".</summary>
    DayRef? Dated(int at)
    {
        if (DayNumber(at) is not { } day)
            return null;
        var next = at + 1;
        while (this[next].IsAny("of", "the") || this[next].Form is "del" or "mes" or ",")
            next++;
        if (this[next].Valued("month") is { } month)
        {
            // "For 6, Dec 18 to 21".
            if (this[at - 1].Is("for") && DayNumber(next + 1) is not null)
                return null;
            var (year, end) = YearAt(next + 1);
            return new DayRef(at, end) { Day = day, Month = month, Year = year };
        }
        if (this[next].Is("nextmonth") || this[next].Is("thismonth"))
            return new DayRef(at, next + 1) { Day = day, MonthShift = this[next].Is("nextmonth") ? 1 : 0 };
        return this[at].IsDigits && this[at - 1].Form is "el" or "del" or "al" or "dia" && this[at + 1].Form == "del" && this[at + 2] is { IsDigits: true, Number: >= 1 and <= 12 }
            ? new DayRef(at, at + 3) { Day = day, Month = this[at + 2].Number } : null;
    }

    /// <summary>"Dec 15th, 2026", "March the 1st".</summary>
    DayRef? NamedMonthFirst(int at)
    {
        if (this[at].Valued("month") is not { } month)
            return null;
        var next = at + 1;
        while (this[next].Is("the") || this[next].Form is "." or "el" or "dia")
            next++;
        if (DayNumber(next) is not { } day || CountsSomething(next + 1))
            return null;
        var (year, end) = YearAt(next + 1);
        return new DayRef(at, end) { Day = day, Month = month, Year = year };
    }

    (int? Year, int End) YearAt(int at)
    {
        var next = at;
        while (next < at + 2 && (this[next].IsAny("of") || this[next].Form is "del" or "," or "."))
            next++;
        return this[next] is { IsDigits: true, Number: >= 2000 and < 2200 } year ? (year.Number, next + 1) : (null, at);
    }

    /// <summary>"Saturday the 26th of December", "sábado 26", "el viernes que viene".</summary>
    DayRef? OnWeekday(int at)
    {
        if (this[at].Valued("weekday") is not { } weekday)
            return null;
        // "Sun" and "mar" are words too; they are days beside other days only.
        if (this[at].Form is "sun" or "mar" && !(DayNumber(at + 1) is not null || this[at - 1].IsAny("this", "next", "to", "until", "a", "-", "from") || this[at + 1].IsAny("to", "until", "a", "-", "at")))
            return null;
        // "Vista al mar".
        if (this[at].Form == "mar" && this[at - 1].Form == "al" && this[at - 2].Valued("weekday") is null)
            return null;
        var next = at + 1;
        while (this[next].IsAny("the") || this[next].Form is "," or "dia")
            next++;
        if (!CountsSomething(next + 1) && (Numeric(next) ?? Dated(next) ?? NamedMonthFirst(next) ?? (DayNumber(next) is { } day && !IsClock(next) ? new DayRef(next, next + 1) { Day = day } : null)) is { } dated)
            return dated with { From = at, Weekday = weekday };
        var end = at + 1;
        var isNext = this[at - 1].Is("next");
        if (this[end].Is("next"))
            (isNext, end) = (true, end + 1);
        var ahead = end;
        while (this[ahead].IsAny("of", "the"))
            ahead++;
        int? weeks = this[at - 1].Is("nextweek") || this[ahead].Is("nextweek") ? 1 : null;
        end = weeks is not null && this[ahead].Is("nextweek") ? ahead + 1 : end;
        return new DayRef(at, AfterNight(end)) { Weekday = weekday, IsNext = isNext, WeekShift = weeks, IsNight = IsNightBefore(at) || AfterNight(end) > end };
    }

    DayRef? Relative(int at)
    {
        var word = this[at];
        int? offset = word.Is("today") || word.Is("tonight") ? 0 : word.Is("tomorrow") ? 1 : word.Is("overmorrow") ? 2 : null;
        // "La mañana" is the morning.
        if (word.Form == "manana" && this[at - 1].Is("the"))
            return null;
        // "Dentro de 15 días", "in two weeks".
        if ((word.Is("in") || word.Form == "dentro") && (this[at + 1].Is("of") ? at + 2 : at + 1) is var counted && this[counted].Number is { } count and > 0 and < 400 && this[counted + 1].IsAny("day", "week"))
            return new DayRef(at, counted + 2) { Offset = this[counted + 1].Is("week") ? 7 * count : count };
        if (offset is not null)
            return new DayRef(at, AfterNight(at + 1)) { Offset = offset, IsNight = word.Is("tonight") || AfterNight(at + 1) > at + 1 };
        return word.Valued("holiday") is { } feast && !this[at - 1].Is("wish") ? new DayRef(at, at + 1) { Feast = feast, IsNight = IsNightBefore(at) } : null;
    }

    DayRef? Weekend(int at)
    {
        if (!this[at].Is("weekend"))
            return null;
        // Another weekend is any, the other one is that after this; how long a long one is depends on the country.
        if ((this[at - 1].Is("other") && !this[at - 2].Is("the") && this[at - 1].Form != "following") || this[at].Form is "weekends" or "findes" or "fines_de_semana" || this[at + 1].Form == "largo" || this[at - 1].Form == "long")
            return null;
        var (end, which) = (at + 1, Understanding.Weekend.Coming);
        if (this[end].Is("afternext"))
            (end, which) = (end + 1, Understanding.Weekend.AfterNext);
        else if (this[at - 1].Is("other") || this[end].Is("other") || this[end].Form == "after" || line.Any(IsRejectedThis))
            which = Understanding.Weekend.AfterComing;
        else if (this[at - 1].Is("next") || this[end].Is("next") || this[at - 1].Is("nextweek"))
            (end, which) = (this[end].Is("next") ? end + 1 : end, Understanding.Weekend.Next);
        var anchor = end;
        while (this[anchor].IsAny("of", "the", "from"))
            anchor++;
        return anchor > end && (Numeric(anchor) ?? Dated(anchor) ?? NamedMonthFirst(anchor) ?? (this[anchor + 1].Form is "al" or "a" or "to" ? null : Bare(anchor))) is { } day && !Continues(day.To)
            ? day with { From = at, Weekend = which } : new DayRef(at, end) { Weekend = which };

        bool IsRejectedThis(Lexeme lexeme) => lexeme.Is("not") && line.Index().Any(l => ReferenceEquals(l.Item, lexeme) && (this[l.Index + 1].Is("this") || this[l.Index - 1].Is("this")));
        bool Continues(int to) => this[to].IsAny("to", "until", "-", "a");
    }

    DayRef? Bare(int at) => DayNumber(at) is { } day && !IsClock(at) && !IsAge(at) && !CountsSomething(at + 1) && this[at - 1].Form != "$" && this[at + 1].Form != "%"
        ? new DayRef(at, at + 1) { Day = day, IsNight = IsNightBefore(at) } : null;

    int? DayNumber(int at) => this[at - 1].Is("of") && this[at - 2].Is("family") ? null : (this[at].Valued("ordinal") ?? (this[at].Form is "a" or "an" or "un" or "una" ? null : this[at].Number)) is { } day and >= 1 and <= 31 ? day : null;

    bool IsClock(int at) => (this[at - 1].Form == "las" && this[at - 2].Form == "a") || this[at - 1].Form == "at";

    /// <summary>"De 5 y 8 años", "ages 5, 7 and 9".</summary>
    bool IsAge(int at)
    {
        var (before, after) = (at - 1, at + 1);
        while (IsListed(before))
            before--;
        while (IsListed(after))
            after++;
        return this[before].Is("age") || this[after].Is("age") || (this[before].Is("of") && this[before - 1].Is("age"));

        bool IsListed(int place) => this[place].IsDigits || this[place].Is("and") || this[place].Form == ",";
    }

    /// <summary>Where "friday night" and "el viernes por la noche" end; the same place when no night follows.</summary>
    int AfterNight(int at) => this[at].Is("night") ? at + 1 : this[at].IsAny("for", "in") && this[at + 1].Is("the") && this[at + 2].Form == "noche" ? at + 3 : at;

    /// <summary>"La noche del 31", "the night of the 24th".</summary>
    bool IsNightBefore(int at)
    {
        var before = at - 1;
        while (this[before].IsAny("the", "of") || this[before].Form == "del")
            before--;
        return before < at - 1 && this[before].Is("night") && this[before - 1].Number is null or 1;
    }
}
