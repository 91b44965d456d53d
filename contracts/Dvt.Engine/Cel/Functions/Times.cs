using static Dvt.Engine.Cel.CelType;

namespace Dvt.Engine.Cel;

/// <summary>Timestamps, durations and their parts. No function reads a clock.</summary>
static class Times
{
    public static IEnumerable<Overload> All =>
    [
        new("timestamp", Timestamp, [Timestamp], (a, _) => a[0]),
        new("timestamp", Timestamp, [CelType.String], (a, _) => Time.Parse(a[0].Name)),
        new("timestamp", Timestamp, [Int], (a, _) => Time.Timestamp((Int128)a[0].AsInt() * Time.Second)),
        new("duration", Duration, [Duration], (a, _) => a[0]),
        new("duration", Duration, [CelType.String], (a, e) =>
        {
            e.ChargeText(a[0].Name.Length);
            return Time.ParseDuration(a[0].Name);
        }),

        .. Part("getFullYear", (local, _) => local.Year),
        .. Part("getMonth", (local, _) => local.Month - 1),
        .. Part("getDate", (local, _) => local.Day),
        .. Part("getDayOfMonth", (local, _) => local.Day - 1),
        .. Part("getDayOfWeek", (local, _) => (int)local.DayOfWeek),
        .. Part("getDayOfYear", (local, _) => local.DayOfYear - 1),
        .. Part("getHours", (local, _) => local.Hour),
        .. Part("getMinutes", (local, _) => local.Minute),
        .. Part("getSeconds", (local, _) => local.Second),
        .. Part("getMilliseconds", (_, nanos) => nanos / 1_000_000),

        Total("getHours", nanoseconds => nanoseconds / Time.Hour),
        Total("getMinutes", nanoseconds => nanoseconds / Time.Minute),
        Total("getSeconds", nanoseconds => nanoseconds / Time.Second),
        // Unlike the others, this is the part below a second.
        Total("getMilliseconds", nanoseconds => nanoseconds % Time.Second / 1_000_000),
    ];

    static IEnumerable<Overload> Part(string name, Func<DateTime, int, int> part) =>
    [
        new($".{name}", Int, [Timestamp], (a, _) => PartOf(a[0], TimeSpan.Zero, part)),
        new($".{name}", Int, [Timestamp, CelType.String], (a, e) =>
        {
            e.Charge(TimeZones.Cost);
            return TimeZones.TryOffset(a[1].Name, a[0], out var offset)
                ? PartOf(a[0], offset, part)
                : CelValue.Error("there is no such time zone");
        }),
    ];

    static CelValue PartOf(CelValue timestamp, TimeSpan offset, Func<DateTime, int, int> part)
    {
        var ticks = DateTime.UnixEpoch.Ticks + timestamp.Seconds * TimeSpan.TicksPerSecond + offset.Ticks;
        return ticks < DateTime.MinValue.Ticks || ticks > DateTime.MaxValue.Ticks
            ? CelValue.Error("the local time is outside the years 1 to 9999")
            : CelValue.Of((long)part(new DateTime(ticks, DateTimeKind.Unspecified), timestamp.Nanos));
    }

    static Overload Total(string name, Func<long, long> total) =>
        new($".{name}", Int, [Duration], (a, _) => CelValue.Of(total(a[0].Nanoseconds)));
}
