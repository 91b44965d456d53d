namespace Dvt.Lodging.Understanding;

/// <summary>Which date a day is, seen from now. A date without a year is the next such date.</summary>
sealed class Almanac(DateTime now)
{
    const int EveningHour = 18;
    const int YearsAhead = 9;

    public DateOnly Today { get; } = DateOnly.FromDateTime(now);

    /// <summary>The first date from <paramref name="floor"/> on that the day can be; null when there is none.</summary>
    public DateOnly? First(DayRef day, DateOnly floor) => day switch
    {
        { Weekend: { } which } => Saturday(day, which),
        { Offset: { } offset } => Today.AddDays(offset),
        { Feast: { } feast } => FeastDay(feast, floor),
        { Day: { } number, MonthShift: { } shift } => Date(Today.AddMonths(shift).Year, Today.AddMonths(shift).Month, number),
        { Day: { } number, Month: { } month, Year: { } year } => Date(year, month, number),
        { Day: { } number, Month: { } month } => Enumerable.Range(floor.Year, YearsAhead).Select(y => Date(y, month, number)).FirstOrDefault(d => d >= floor),
        { Day: { } number } => OfMonth(number, day.Weekday, floor),
        { Weekday: { } weekday, WeekShift: { } weeks } => Monday(Today).AddDays((7 * weeks) + ((weekday + 6) % 7)),
        { Weekday: { } weekday } => Next(weekday, day.IsNext && floor <= Today ? Today.AddDays(1) : floor),
        _ => null,
    };

    /// <summary>The last date before <paramref name="ceiling"/> that the day can be: how the beginning of a range is found from its end.</summary>
    public static DateOnly? Last(DayRef day, DateOnly ceiling)
    {
        for (var date = ceiling.AddDays(-1); date > ceiling.AddDays(-62); date = date.AddDays(-1))
            if (day.Day is { } number ? date.Day == number : (int)date.DayOfWeek == day.Weekday)
                return date;
        return null;
    }

    DateOnly? Saturday(DayRef day, Weekend which)
    {
        if (day.Day is not null)
            return First(day with { Weekend = null }, Today) switch
            {
                { DayOfWeek: DayOfWeek.Sunday } sunday => sunday.AddDays(-1),
                { } date => Next(6, date),
                _ => null,
            };
        var isSaturday = Today.DayOfWeek == DayOfWeek.Saturday;
        var coming = isSaturday && now.Hour >= EveningHour ? Today.AddDays(7) : Next(6, Today);
        var next = isSaturday ? Today.AddDays(7) : coming;
        return which switch
        {
            Weekend.Coming => coming,
            Weekend.Next => next,
            Weekend.AfterComing => isSaturday ? Today.AddDays(7) : coming.AddDays(7),
            _ => next.AddDays(7),
        };
    }

    static DateOnly? FeastDay(int feast, DateOnly floor) => Enumerable.Range(floor.Year, 3)
        .Select(year => feast >= 100 ? Date(year, feast / 100, feast % 100) : Easter(year).AddDays(feast)).FirstOrDefault(d => d >= floor);

    static DateOnly? OfMonth(int day, int? weekday, DateOnly floor)
    {
        DateOnly? first = null;
        for (var date = floor; date < floor.AddDays(365); date = date.AddDays(1))
            if (date.Day == day)
            {
                first ??= date;
                if (weekday is null || (int)date.DayOfWeek == weekday)
                    return date;
            }
        return first;
    }

    static DateOnly Monday(DateOnly date) => date.AddDays(-(((int)date.DayOfWeek + 6) % 7));

    static DateOnly Next(int weekday, DateOnly floor) => floor.AddDays((weekday - (int)floor.DayOfWeek + 7) % 7);

    static DateOnly? Date(int year, int month, int day) => day >= 1 && day <= DateTime.DaysInMonth(year, month) ? new DateOnly(year, month, day) : null;

    /// <summary>Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher).</summary>
    static DateOnly Easter(int year)
    {
        var (golden, century, ofCentury) = (year % 19, year / 100, year % 100);
        var epact = ((19 * golden) + century - (century / 4) - ((century - ((century + 8) / 25) + 1) / 3) + 15) % 30;
        var weekday = (32 + (2 * (century % 4)) + (2 * (ofCentury / 4)) - epact - (ofCentury % 4)) % 7;
        var correction = (golden + (11 * epact) + (22 * weekday)) / 451;
        var days = epact + weekday - (7 * correction) + 114;
        return new DateOnly(year, days / 31, (days % 31) + 1);
    }
}
