using System.Text;
using Dvt.Lodging.Calendars;
using Xunit;

namespace Dvt.Tests.Rules.Calendars;

public sealed class CalendarWriterTests
{
    static readonly DateTimeOffset Changed = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void A_calendar_is_written_as_others_expect_it() => Assert.Equal(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Dvt//Lodging//EN\r\nCALSCALE:GREGORIAN\r\nMETHOD:PUBLISH\r\nX-WR-CALNAME:Cabin\\, north\r\n"
        + "BEGIN:VEVENT\r\nUID:a@dvt\r\nDTSTAMP:20260102T030405Z\r\nDTSTART;VALUE=DATE:20260110\r\nDTEND;VALUE=DATE:20260113\r\nSUMMARY:Reserved\r\n"
        + "TRANSP:OPAQUE\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        Encoding.UTF8.GetString(CalendarWriter.Write("Cabin, north", [new("a@dvt", new(2026, 1, 10), new(2026, 1, 13), "Reserved", Changed)])));

    [Fact]
    public void A_tag_is_of_what_a_calendar_says_and_not_of_when_it_changed()
    {
        static string Tag(int nights, DateTimeOffset changed) =>
            CalendarWriter.TagOf("Cabin", [new("a@dvt", new(2026, 1, 10), new DateOnly(2026, 1, 10).AddDays(nights), "Reserved", changed)]);
        Assert.Equal(Tag(3, Changed), Tag(3, Changed.AddHours(1)));
        Assert.NotEqual(Tag(3, Changed), Tag(4, Changed));
    }

    [Fact]
    public void Random_calendars_come_back_as_they_were()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var round = 0; round < 500; round++)
        {
            var nights = Enumerable.Range(0, random.Next(20)).Select(at => Random(random, at)).ToList();
            var bytes = CalendarWriter.Write(Text(random), nights);
            AssertFolded(bytes, seed);
            var feed = CalendarReader.Read(bytes, Feeds.Santo, Feeds.Today);
            Assert.True(feed is { IsWhole: true, RemarkCount: 0 }, $"seed {seed}");
            Assert.Equal(
                nights.OrderBy(n => n.Uid, StringComparer.Ordinal).Select(n => (n.Uid, n.CheckIn, n.CheckOut, n.Summary)),
                feed.Events.OrderBy(e => e.Uid, StringComparer.Ordinal).Select(e => (e.Uid, e.CheckIn, e.CheckOut, e.Summary)));
        }
    }

    static CalendarNights Random(Random random, int at)
    {
        var checkIn = new DateOnly(2026, 1, 1).AddDays(random.Next(1_000));
        return new($"{at}-{Text(random)}x", checkIn, checkIn.AddDays(random.Next(1, 60)), Text(random), Changed);
    }

    static string Text(Random random)
    {
        string[] pieces = ["a", ";", ",", "\\", "\n", ":", "\"", "é", "日本", "😀", " x ", "\\n", "BEGIN:VEVENT", "0123456789012345678901234567890123456789"];
        return string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => pieces[random.Next(pieces.Length)]));
    }

    static void AssertFolded(byte[] bytes, int seed)
    {
        var text = new UTF8Encoding(false, throwOnInvalidBytes: true);
        foreach (var line in Encoding.Latin1.GetString(bytes).Split("\r\n"))
        {
            Assert.True(line.Length <= 75, $"a line of {line.Length} octets, seed {seed}");
            Assert.DoesNotContain('\n', line);
            Assert.NotNull(text.GetString(Encoding.Latin1.GetBytes(line)));
        }
    }
}
