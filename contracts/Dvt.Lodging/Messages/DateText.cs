using System.Globalization;

namespace Dvt.Lodging.Messages;

/// <summary>Dates in words; the processes run without cultures.</summary>
static class DateText
{
    static readonly string[] SpanishDays = ["domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"];

    static readonly string[] SpanishMonths =
        ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"];

    /// <summary>Such as <c>viernes 18 de diciembre de 2026</c> or <c>Friday, 18 December 2026</c>.</summary>
    public static string Of(DateOnly date, string language) => language == Contracts.MessageLanguages.English
        ? date.ToString("dddd, d MMMM yyyy", CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{SpanishDays[(int)date.DayOfWeek]} {date.Day} de {SpanishMonths[date.Month - 1]} de {date.Year}");

    /// <summary>The time of day there, such as <c>15:30</c>.</summary>
    public static string TimeOf(DateTimeOffset at, string timeZone) =>
        TimeZoneInfo.ConvertTime(at, Zone(timeZone)).ToString("HH:mm", CultureInfo.InvariantCulture);

    /// <summary>UTC where nobody knows the zone.</summary>
    public static TimeZoneInfo Zone(string timeZone) => TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out var zone) ? zone : TimeZoneInfo.Utc;
}
