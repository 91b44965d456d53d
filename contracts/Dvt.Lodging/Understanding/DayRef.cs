namespace Dvt.Lodging.Understanding;

/// <summary>A day as it was said, before it is known which one: what was left out is null.</summary>
/// <param name="From">Its first lexeme.</param>
/// <param name="To">Behind its last lexeme.</param>
sealed record DayRef(int From, int To)
{
    public int? Day { get; init; }
    public int? Month { get; init; }
    public int? Year { get; init; }

    /// <summary>0 is Sunday.</summary>
    public int? Weekday { get; init; }

    /// <summary>Days from today.</summary>
    public int? Offset { get; init; }

    /// <summary>Month and day as <c>MMdd</c>, or days from Easter Sunday when below 100.</summary>
    public int? Feast { get; init; }

    /// <summary>Months from this one.</summary>
    public int? MonthShift { get; init; }

    /// <summary>Weeks from this one.</summary>
    public int? WeekShift { get; init; }

    /// <summary>Said as the next one: not today.</summary>
    public bool IsNext { get; init; }

    /// <summary>The night that begins on that day.</summary>
    public bool IsNight { get; init; }

    public Weekend? Weekend { get; init; }

    /// <summary>A number alone, which may be something else than a day.</summary>
    public bool IsBare => Day is not null && Month is null && Weekday is null && MonthShift is null && Weekend is null;

    public bool IsWeekdayOnly => Weekday is not null && Day is null && WeekShift is null;
}

/// <summary>Which weekend.</summary>
enum Weekend
{
    Coming,
    Next,
    AfterComing,
    AfterNext,
}
