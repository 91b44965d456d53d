using System.Text;
using Dvt.Lodging.Calendars;

namespace Dvt.Tests.Rules.Calendars;

/// <summary>Calendars as platforms write them, and how tests read them.</summary>
static class Feeds
{
    public static readonly DateOnly Today = new(2026, 1, 2);

    public static readonly TimeZoneInfo Santo = TimeZoneInfo.FindSystemTimeZoneById("America/Santo_Domingo");

    public static readonly string[] Platforms = ["airbnb", "airbnb-old", "booking", "vrbo", "google"];

    public static byte[] Of(string platform) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Rules/Calendars/Data", platform + ".ics"));

    public static CalendarFeed Read(byte[] bytes, CalendarLimits? limits = null) => CalendarReader.Read(bytes, Santo, Today, limits);

    /// <summary>A calendar with one event of these lines.</summary>
    public static CalendarFeed Event(params string[] lines) => Read(Calendar(["BEGIN:VEVENT", "UID:a", .. lines, "END:VEVENT"]));

    public static byte[] Calendar(params string[] lines) =>
        Encoding.UTF8.GetBytes(string.Join("\r\n", ["BEGIN:VCALENDAR", "VERSION:2.0", .. lines, "END:VCALENDAR", ""]));

    /// <summary>Each as <c>key 2026-01-10/2026-01-13</c>.</summary>
    public static string[] Told(this CalendarFeed feed) => [.. feed.Events.Select(e => $"{e.Key} {e.CheckIn:yyyy-MM-dd}/{e.CheckOut:yyyy-MM-dd}")];

    /// <summary>Only the nights.</summary>
    public static string[] Nights(this CalendarFeed feed) => [.. feed.Events.Select(e => $"{e.CheckIn:yyyy-MM-dd}/{e.CheckOut:yyyy-MM-dd}")];

    /// <summary>Each as <c>4 bad_start</c>.</summary>
    public static string[] Remarked(this CalendarFeed feed) => [.. feed.Remarks.Select(r => $"{r.Line} {r.Code}")];
}
