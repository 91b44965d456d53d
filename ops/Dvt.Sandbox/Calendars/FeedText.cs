using System.Globalization;
using System.Text;

namespace Dvt.Sandbox;

/// <summary>Events as each channel writes them: header, line ends, folding, what it says and leaves out.</summary>
static class FeedText
{
    /// <param name="now">Airbnb stamps each fetch with its time.</param>
    public static string Write(FeedEvents feed, DateTimeOffset now)
    {
        var end = feed.Style == "vrbo" ? "\n" : "\r\n";
        var text = new StringBuilder();
        foreach (var line in Lines(feed, now).SelectMany(Fold))
            text.Append(line).Append(end);
        return text.ToString();
    }

    static IEnumerable<string> Lines(FeedEvents feed, DateTimeOffset now)
    {
        yield return "BEGIN:VCALENDAR";
        yield return feed.Style switch
        {
            "booking" => @"PRODID:-//admin.booking.com\\\, b.v.//NONSGML v1.0//EN",
            "vrbo" => "PRODID:-//HomeAway.com, Inc.//EN",
            _ => "PRODID:-//Airbnb Inc//Hosting Calendar 1.0//EN",
        };
        yield return "CALSCALE:GREGORIAN";
        if (feed.Style == "booking")
            yield return "METHOD:PUBLISH";
        yield return "VERSION:2.0";
        foreach (var one in feed.Events)
        {
            yield return "BEGIN:VEVENT";
            yield return "DTSTAMP:" + now.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
            yield return "DTSTART;VALUE=DATE:" + one.From.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
            yield return "DTEND;VALUE=DATE:" + one.To.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
            yield return "SUMMARY:" + Escape(one.Summary ?? feed.Style switch { "booking" => "CLOSED - Not available", "vrbo" => "Blocked", _ => "Reserved" });
            yield return "UID:" + one.Uid;
            if (one.Description is { } description)
                yield return "DESCRIPTION:" + Escape(description);
            foreach (var line in one.Lines ?? [])
                yield return line;
            yield return "END:VEVENT";
        }
        yield return "END:VCALENDAR";
    }

    static string Escape(string text) => text
        .Replace(@"\", @"\\", StringComparison.Ordinal)
        .Replace(";", @"\;", StringComparison.Ordinal)
        .Replace(",", @"\,", StringComparison.Ordinal)
        .Replace("\n", @"\n", StringComparison.Ordinal);

    /// <summary>75 octets a line (RFC 5545 §3.1), without cutting a character in two.</summary>
    static IEnumerable<string> Fold(string line)
    {
        var piece = new StringBuilder();
        var octets = 0;
        foreach (var rune in line.EnumerateRunes())
        {
            if (octets + rune.Utf8SequenceLength > 75)
            {
                yield return piece.ToString();
                piece.Clear().Append(' ');
                octets = 1;
            }
            piece.Append(rune.ToString());
            octets += rune.Utf8SequenceLength;
        }
        yield return piece.ToString();
    }
}
