using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Dvt.Lodging.Calendars;

/// <summary>Nights to tell others; nothing in it names a guest.</summary>
/// <param name="Uid">The same for as long as the stay exists.</param>
/// <param name="ChangedAt">When it last changed: DTSTAMP, so that the calendar is the same until something changes.</param>
public sealed record CalendarNights(string Uid, DateOnly CheckIn, DateOnly CheckOut, string Summary, DateTimeOffset ChangedAt);

/// <summary>Writes a calendar that only days are in: CRLF, lines of at most 75 octets, characters whole; RFC 5545 §3.1.</summary>
public static class CalendarWriter
{
    const int MaxOctets = 75;

    /// <summary>Names what a calendar says, whenever each part of it was changed last: the bytes without DTSTAMP.</summary>
    public static string TagOf(string name, IEnumerable<CalendarNights> nights) =>
        Convert.ToHexStringLower(SHA256.HashData(Write(name, nights.Select(n => n with { ChangedAt = DateTimeOffset.UnixEpoch }))).AsSpan(0, 16));

    /// <param name="name">Of the unit, for people.</param>
    /// <returns>UTF-8; the same bytes for the same arguments.</returns>
    public static byte[] Write(string name, IEnumerable<CalendarNights> nights)
    {
        var bytes = new ArrayBufferWriter<byte>(4096);
        Line(bytes, "BEGIN:VCALENDAR");
        Line(bytes, "VERSION:2.0");
        Line(bytes, "PRODID:-//Dvt//Lodging//EN");
        Line(bytes, "CALSCALE:GREGORIAN");
        Line(bytes, "METHOD:PUBLISH");
        Line(bytes, "X-WR-CALNAME:" + CalendarText.Escape(name));
        foreach (var stay in nights)
            Event(bytes, stay);
        Line(bytes, "END:VCALENDAR");
        return bytes.WrittenSpan.ToArray();
    }

    static void Event(ArrayBufferWriter<byte> bytes, CalendarNights stay)
    {
        Line(bytes, "BEGIN:VEVENT");
        Line(bytes, "UID:" + CalendarText.Escape(stay.Uid));
        Line(bytes, "DTSTAMP:" + stay.ChangedAt.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture));
        Line(bytes, "DTSTART;VALUE=DATE:" + Day(stay.CheckIn));
        Line(bytes, "DTEND;VALUE=DATE:" + Day(stay.CheckOut));
        Line(bytes, "SUMMARY:" + CalendarText.Escape(stay.Summary));
        Line(bytes, "TRANSP:OPAQUE");
        Line(bytes, "END:VEVENT");
    }

    static string Day(DateOnly day) => day.ToString("yyyyMMdd", CultureInfo.InvariantCulture);

    static void Line(ArrayBufferWriter<byte> bytes, string text)
    {
        var octets = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (octets + rune.Utf8SequenceLength > MaxOctets)
            {
                bytes.Write("\r\n "u8);
                octets = 1;
            }
            octets += rune.EncodeToUtf8(bytes.GetSpan(4));
            bytes.Advance(rune.Utf8SequenceLength);
        }
        bytes.Write("\r\n"u8);
    }
}
