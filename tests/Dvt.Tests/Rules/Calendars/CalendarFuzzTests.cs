using System.Text;
using Dvt.Lodging.Calendars;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Rules.Calendars;

public sealed class CalendarFuzzTests(ITestOutputHelper output)
{
    const int Rounds = 4_000;

    static readonly string[] Pieces =
    [
        "BEGIN:", "END:", "VCALENDAR", "VEVENT", "VTIMEZONE", "STANDARD", "VALARM", "\r\n", "\n", "\r", "\r\n ", ":", ";", ",", "=", "\"", "\\", "\\n",
        "UID:", "a", "DTSTART:", "DTSTART;VALUE=DATE:", "DTEND:", "DURATION:", "RRULE:", "EXDATE:", "RDATE:", "RECURRENCE-ID:", "TZID:", "TZOFFSETFROM:",
        "TZOFFSETTO:", "STATUS:CANCELLED", "SEQUENCE:", "FREQ=DAILY", "FREQ=YEARLY", ";COUNT=", ";UNTIL=", ";INTERVAL=", ";BYDAY=", ";BYMONTH=3", "-1SU",
        "53MO", "20260110", "T000000", "Z", "99991231", "00010101", "16010101T000000", "P1D", "-P", "999999", "+1459", "-0400", ";TZID=", "Europe/Madrid",
        "../../etc/passwd", "\0", "\ud83d\ude00", "é",
    ];

    (Random Random, int Seed) Seeded()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        return (new(seed), seed);
    }

    [Fact]
    public void Random_bytes_are_read_without_a_fault()
    {
        var (random, seed) = Seeded();
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = new byte[random.Next(2_000)];
            random.NextBytes(bytes);
            Check(bytes, seed);
        }
    }

    [Fact]
    public void Random_pieces_of_calendars_are_read_without_a_fault()
    {
        var (random, seed) = Seeded();
        for (var round = 0; round < Rounds; round++)
            Check(Encoding.UTF8.GetBytes("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u\nDTSTART:20260110\n"
                + string.Concat(Enumerable.Range(0, random.Next(120)).Select(_ => Pieces[random.Next(Pieces.Length)])) + "\nEND:VEVENT\nEND:VCALENDAR"), seed);
    }

    [Fact]
    public void Changed_feeds_of_platforms_are_read_without_a_fault()
    {
        var (random, seed) = Seeded();
        var feeds = Feeds.Platforms.Select(Feeds.Of).ToList();
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = feeds[random.Next(feeds.Count)].ToList();
            for (var change = random.Next(1, 12); change > 0; change--)
                Change(bytes, random);
            Check([.. bytes], seed);
        }
    }

    static void Change(List<byte> bytes, Random random)
    {
        var at = random.Next(bytes.Count);
        var length = Math.Min(random.Next(1, 60), bytes.Count - at);
        switch (random.Next(5))
        {
            case 0:
                bytes[at] = (byte)random.Next(256);
                break;
            case 1 when bytes.Count > 100:
                bytes.RemoveRange(at, length);
                break;
            case 2:
                bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count - length), length));
                break;
            case 3:
                bytes[at] = (byte)"0123456789;:,=\"\\\r\n TZ"[random.Next(21)];
                break;
            default:
                bytes.InsertRange(at, Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]));
                break;
        }
    }

    static void Check(byte[] bytes, int seed)
    {
        CalendarFeed feed;
        try
        {
            feed = Feeds.Read(bytes);
        }
        catch (Exception fault)
        {
            throw new InvalidOperationException($"seed {seed}: {Convert.ToBase64String(bytes)}", fault);
        }
        Assert.All(feed.Events, e => Assert.True(e.CheckOut > e.CheckIn && e.Key.Length is > 0 and < 300, $"seed {seed}"));
        Assert.Equal(feed.Events.Count, feed.Events.Select(e => e.Key).Distinct().Count());
        Assert.True(feed.Work <= WorkOf(bytes.Length), $"{feed.Work} steps for {bytes.Length} bytes, seed {seed}");
    }

    /// <summary>A few looks at each byte, and what repeated events may take in all.</summary>
    static long WorkOf(int length) => 40L * length + CalendarLimits.Default.Steps + 400;

    [Theory]
    [InlineData("BEGIN:VEVENT\r\nUID:{0}\r\nDTSTART:20260110\r\nEND:VEVENT\r\n")]
    [InlineData("BEGIN:VEVENT\r\nUID:a\r\nDTSTART:20260110\r\nRECURRENCE-ID:20260110\r\nEND:VEVENT\r\n")]
    [InlineData("BEGIN:VEVENT\r\n")]
    [InlineData("END:VEVENT\r\n")]
    [InlineData("BEGIN:X\r\n")]
    [InlineData("X;A=B;A=B;A=B\r\n")]
    [InlineData("\r\n a")]
    [InlineData("\"")]
    [InlineData("BEGIN:VEVENT\r\nDTSTART;TZID={0}/x:20260110T000000\r\nEND:VEVENT\r\n")]
    [InlineData("BEGIN:VTIMEZONE\r\nTZID:{0}\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n")]
    [InlineData("EXDATE:20260110,20260111\r\n")]
    public void Twice_as_long_takes_twice_the_work(string part)
    {
        var (small, large) = (WorkFor(part, 500), WorkFor(part, 1_000));
        Assert.True(large <= small * 2.2, $"{small} steps, then {large}");
    }

    static long WorkFor(string part, int times) => Feeds.Read(
        [.. "BEGIN:VCALENDAR\r\n"u8, .. Enumerable.Range(0, times).SelectMany(i => Encoding.UTF8.GetBytes(part.Replace("{0}", $"{i + 10_000}", StringComparison.Ordinal)))]).Work;

    [Fact]
    public void Repeated_events_cannot_ask_for_more_than_the_limit()
    {
        var events = Enumerable.Range(0, 4_000).SelectMany(i => new[] { "BEGIN:VEVENT", $"UID:{i}", "DTSTART:19700101", "RRULE:FREQ=YEARLY;BYDAY=1MO;COUNT=99999", "END:VEVENT" });
        var bytes = Feeds.Calendar([.. events]);
        var feed = Feeds.Read(bytes);
        Assert.False(feed.IsWhole);
        Assert.InRange(feed.Work, 1, WorkOf(bytes.Length) + 4_000 * 366);
    }
}
