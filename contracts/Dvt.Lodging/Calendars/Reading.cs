namespace Dvt.Lodging.Calendars;

/// <summary>What one reading has come upon so far: remarks, limits met, work done.</summary>
sealed class Reading(CalendarLimits limits)
{
    readonly List<CalendarRemark> remarks = [];

    public CalendarLimits Limits => limits;

    public IReadOnlyList<CalendarRemark> Remarks => [.. remarks.OrderBy(r => r.Line)];

    public int RemarkCount { get; private set; }

    public HashSet<string> Unread { get; } = new(StringComparer.Ordinal);

    public bool IsCut { get; private set; }

    public long Work { get; private set; }

    public int Steps { get; private set; }

    public void Did(int work) => Work += work;

    /// <returns>False once too many days were looked at.</returns>
    public bool Look(int days)
    {
        Work += days;
        return (Steps += days) <= limits.Steps;
    }

    public void Skip(int line, string code, string detail) => Add(new(line, code, detail, IsSkipped: true));

    public void Mend(int line, string code, string detail) => Add(new(line, code, detail, IsSkipped: false));

    /// <summary>The rest is not read: absence means nothing any more.</summary>
    public void Cut(int line, string code, string detail)
    {
        IsCut = true;
        Skip(line, code, detail);
    }

    void Add(CalendarRemark remark)
    {
        RemarkCount++;
        if (remarks.Count < limits.Remarks)
            remarks.Add(remark);
    }
}
