using System.Text;
using Dvt.Lodging.Calendars;
using Xunit;

namespace Dvt.Tests.Rules.Calendars;

public sealed class CalendarLimitTests
{
    static string[] Events(int count) => [.. Enumerable.Range(0, count).SelectMany(i => new[] { "BEGIN:VEVENT", $"UID:{i}", "DTSTART:20260110", "END:VEVENT" })];

    [Fact]
    public void Too_many_bytes_are_not_read()
    {
        var feed = Feeds.Read(new byte[CalendarLimits.Default.Bytes + 1]);
        Assert.Equal(["1 too_large"], feed.Remarked());
        Assert.Equal(0, feed.Work);
    }

    [Theory]
    [InlineData("too_many_lines")]
    [InlineData("too_many_events")]
    [InlineData("too_many_occurrences")]
    [InlineData("rule_too_long")]
    public void Beyond_a_limit_the_feed_is_not_whole(string code)
    {
        var limits = new CalendarLimits { Lines = 200, Events = 40, Occurrences = 50, Steps = 300 };
        var bytes = code switch
        {
            "too_many_lines" => Feeds.Calendar([.. Enumerable.Repeat("X-A:b", 300)]),
            "too_many_events" => Feeds.Calendar(Events(41)),
            "too_many_occurrences" => Feeds.Calendar("BEGIN:VEVENT", "UID:a", "DTSTART:20260110", "RRULE:FREQ=DAILY", "END:VEVENT"),
            _ => Feeds.Calendar("BEGIN:VEVENT", "UID:a", "DTSTART:19700110", "RRULE:FREQ=DAILY;COUNT=100000", "END:VEVENT"),
        };
        var feed = Feeds.Read(bytes, limits);
        Assert.False(feed.IsWhole);
        Assert.Contains(feed.Remarks, r => r.Code == code);
        Assert.True(Feeds.Read(Feeds.Calendar(Events(40)), limits).IsWhole);
    }

    [Fact]
    public void A_line_that_is_too_long_is_left_out_and_the_rest_read()
    {
        var feed = Feeds.Event("DTSTART:20260110", "DESCRIPTION:" + new string('x', 100_000), "SUMMARY:s");
        Assert.Equal(["6 line_too_long"], feed.Remarked());
        Assert.Equal(("s", ""), (feed.Events[0].Summary, feed.Events[0].Description));
        Assert.True(feed.IsWhole);
    }

    [Fact]
    public void Components_as_deep_as_the_sea_are_left_out()
    {
        string[] deep = [.. Enumerable.Repeat("BEGIN:X-A", 10_000), .. Enumerable.Repeat("END:X-A", 10_000)];
        var feed = Feeds.Read(Feeds.Calendar([.. deep, "BEGIN:VEVENT", "UID:a", "DTSTART:20260110", "END:VEVENT"]));
        Assert.Equal(["2026-01-10/2026-01-11"], feed.Nights());
        Assert.Equal("too_deep", Assert.Single(feed.Remarks).Code);
    }

    [Fact]
    public void Remarks_are_counted_but_not_all_kept()
    {
        var feed = Feeds.Read(Feeds.Calendar([.. Enumerable.Repeat("nonsense", 5_000)]));
        Assert.Equal((5_000, CalendarLimits.Default.Remarks), (feed.RemarkCount, feed.Remarks.Count));
    }

    [Fact]
    public void A_remark_repeats_nothing_that_a_guest_wrote()
    {
        var feed = Feeds.Read(Encoding.UTF8.GetBytes("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:Ana\nSUMMARY:Ana\nAna Pérez\nDTSTART:Ana\nEND:VEVENT\nEND:ANA PÉREZ\nEND:VCALENDAR"));
        Assert.Equal(3, feed.RemarkCount);
        Assert.All(feed.Remarks, r => Assert.DoesNotContain("Ana", r.Detail, StringComparison.OrdinalIgnoreCase));
    }
}
