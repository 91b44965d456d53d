using Dvt.Lodging.Calendars;
using Xunit;

namespace Dvt.Tests.Rules.Calendars;

/// <summary>The unit is in Santo Domingo: four hours behind UTC all year.</summary>
public sealed class EventNightsTests
{
    [Theory]
    [InlineData("DTSTART;VALUE=DATE:20260110|DTEND;VALUE=DATE:20260113", "2026-01-10/2026-01-13")]
    [InlineData("DTSTART:20260110|DTEND:20260113", "2026-01-10/2026-01-13")]
    [InlineData("DTSTART;VALUE=DATE:20260110", "2026-01-10/2026-01-11")]
    [InlineData("DTSTART;VALUE=DATE:20260110|DURATION:P3D", "2026-01-10/2026-01-13")]
    [InlineData("DTSTART;VALUE=DATE:20260110|DURATION:P1W", "2026-01-10/2026-01-17")]
    [InlineData("DTSTART;VALUE=DATE:20260110|DURATION:PT36H", "2026-01-10/2026-01-12")]
    [InlineData("DTSTART:20260110T200000Z|DTEND:20260112T150000Z", "2026-01-10/2026-01-12")]
    [InlineData("DTSTART:20260111T020000Z|DTEND:20260112T030000Z", "2026-01-10/2026-01-11")]
    [InlineData("DTSTART:20260110T150000|DTEND:20260112T110000", "2026-01-10/2026-01-12")]
    [InlineData("DTSTART:20260110T150000|DURATION:P1DT20H", "2026-01-10/2026-01-12")]
    [InlineData("DTSTART;TZID=Europe/Madrid:20260110T030000|DTEND;TZID=Europe/Madrid:20260112T120000", "2026-01-09/2026-01-12")]
    [InlineData("DTSTART;TZID=/example.org/Europe/Madrid:20260110T030000|DTEND;TZID=Europe/Madrid:20260112T120000", "2026-01-09/2026-01-12")]
    [InlineData("DTSTART;TZID=Asia/Tokyo:20260110T130000|DTEND;TZID=America/New_York:20260112T120000", "2026-01-10/2026-01-12")]
    [InlineData("DTSTART:20260110T100000|DTEND:20260110T120000", "2026-01-10/2026-01-11")]
    [InlineData("DTSTART:20260110T100000", "2026-01-10/2026-01-11")]
    [InlineData("DTSTART:2026-01-10T15:00:00|DTEND:2026-01-12T11:00", "2026-01-10/2026-01-12")]
    [InlineData("DTSTART;VALUE=DATE:20260110T000000|DTEND;VALUE=DATE:20260112T000000", "2026-01-10/2026-01-12")]
    [InlineData("dtstart;value=date:20260110|dtend;value=date:20260112", "2026-01-10/2026-01-12")]
    [InlineData("DTSTART;X-A=\"b;c:d,e\";VALUE=DATE:20260110", "2026-01-10/2026-01-11")]
    [InlineData("DTSTART:20260110T235960Z|DTEND:20260112T120000Z", "2026-01-10/2026-01-12")]
    public void Dates_and_times_become_nights_of_the_unit(string lines, string nights)
    {
        var feed = Feeds.Event(lines.Split('|'));
        Assert.Equal([nights], feed.Nights());
        Assert.Equal(0, feed.RemarkCount);
    }

    [Theory]
    [InlineData("DTSTART:20260110|DTEND:20260110", "2026-01-10/2026-01-11", "3 ends_before_it_starts")]
    [InlineData("DTSTART:20260110|DTEND:20260105", "2026-01-10/2026-01-11", "3 ends_before_it_starts")]
    [InlineData("DTSTART:20260110|DURATION:-P3D", "2026-01-10/2026-01-11", "3 ends_before_it_starts")]
    [InlineData("DTSTART;TZID=Mars/Olympus:20260110T150000|DTEND:20260112", "2026-01-10/2026-01-12", "3 zone_unknown")]
    [InlineData("DTSTART:20260110|RRULE:FREQ=DAILY;BYSETPOS=1", "2026-01-10/2026-01-11", "6 rule_not_understood")]
    [InlineData("DTSTART:20260110|RRULE:FREQ=HOURLY", "2026-01-10/2026-01-11", "6 rule_not_understood")]
    [InlineData("DTSTART:20260110|nonsense", "2026-01-10/2026-01-11", "6 no_property")]
    [InlineData("DTSTART:20260110|EXDATE:never", "2026-01-10/2026-01-11", "6 dates_not_understood")]
    public void What_is_odd_is_mended_and_told(string lines, string nights, string remark)
    {
        var feed = Feeds.Event(lines.Split('|'));
        Assert.Equal([nights], feed.Nights());
        Assert.Contains(remark, feed.Remarked());
        Assert.True(feed.IsWhole);
    }

    [Theory]
    [InlineData("SUMMARY:x", "no_start")]
    [InlineData("DTSTART:20261332", "bad_start")]
    [InlineData("DTSTART:19691231", "bad_start")]
    [InlineData("DTSTART:99990101", "bad_start")]
    [InlineData("DTSTART:20260110T250000Z", "bad_start")]
    [InlineData("DTSTART:20260110|DTEND:tomorrow", "bad_end")]
    [InlineData("DTSTART:20260110|DURATION:P3X", "bad_duration")]
    [InlineData("DTSTART:20260110|DURATION:P", "bad_duration")]
    [InlineData("DTSTART:20260110|DURATION:P99999999999D", "bad_duration")]
    [InlineData("DTSTART:20260110|RECURRENCE-ID:x", "bad_recurrence_id")]
    public void What_cannot_be_read_is_skipped_and_remembered(string lines, string code)
    {
        var feed = Feeds.Event(lines.Split('|'));
        Assert.Empty(feed.Events);
        Assert.Equal(["a"], feed.Unread);
        var remark = Assert.Single(feed.Remarks);
        Assert.Equal((3, code, true), (remark.Line, remark.Code, remark.IsSkipped));
    }

    [Fact]
    public void Of_events_with_one_UID_the_highest_sequence_wins_else_the_last()
    {
        var feed = Feeds.Read(Feeds.Calendar(
            "BEGIN:VEVENT", "UID:a", "DTSTART:20260110", "SEQUENCE:2", "END:VEVENT", "BEGIN:VEVENT", "UID:a", "DTSTART:20260111", "SEQUENCE:1", "END:VEVENT",
            "BEGIN:VEVENT", "UID:b", "DTSTART:20260112", "END:VEVENT", "BEGIN:VEVENT", "UID:b", "DTSTART:20260113", "END:VEVENT"));
        Assert.Equal(["a 2026-01-10/2026-01-11", "b 2026-01-13/2026-01-14"], feed.Told());
    }

    [Fact]
    public void Dates_stand_for_a_UID_that_is_missing()
    {
        var bytes = Feeds.Calendar("BEGIN:VEVENT", "DTSTART:20260110", "DTEND:20260112", "END:VEVENT", "BEGIN:VEVENT", "DTSTART:20260110", "END:VEVENT");
        var feed = Feeds.Read(bytes);
        Assert.Equal(["2026-01-10/2026-01-11", "2026-01-10/2026-01-12"], feed.Nights());
        Assert.Equal(feed.Told(), Feeds.Read(bytes).Told());
        Assert.Equal(2, feed.Events.Select(e => e.Uid).Distinct().Count());
    }

    [Fact]
    public void A_UID_of_any_length_has_a_short_key() =>
        Assert.StartsWith("sha256-", Feeds.Read(Feeds.Calendar("BEGIN:VEVENT", "UID:" + new string('u', 5_000), "DTSTART:20260110", "END:VEVENT")).Events[0].Key, StringComparison.Ordinal);

    [Fact]
    public void A_calendar_that_cancels_takes_no_nights() =>
        Assert.Empty(Feeds.Read(Feeds.Calendar("METHOD:CANCEL", "BEGIN:VEVENT", "UID:a", "DTSTART:20260110", "END:VEVENT")).Events);

    [Fact]
    public void An_event_whose_end_was_lost_does_not_swallow_the_next()
    {
        var feed = Feeds.Read(Feeds.Calendar("BEGIN:VEVENT", "UID:a", "DTSTART:20260110", "BEGIN:VEVENT", "UID:b", "DTSTART:20260112", "END:VEVENT"));
        Assert.Equal(["a 2026-01-10/2026-01-11", "b 2026-01-12/2026-01-13"], feed.Told());
        Assert.Equal(["3 not_closed"], feed.Remarked());
    }

    [Fact]
    public void Alarms_tasks_and_unknown_components_are_passed_over()
    {
        var feed = Feeds.Read(Feeds.Calendar(
            "BEGIN:VTODO", "UID:t", "DTSTART:20260101", "END:VTODO", "BEGIN:X-THING", "BEGIN:X-PART", "UID:x", "END:X-PART", "END:X-THING",
            "BEGIN:VEVENT", "BEGIN:VALARM", "UID:no", "DTSTART:20270101", "END:VALARM", "UID:a", "DTSTART:20260110", "END:VEVENT"));
        Assert.Equal(["a 2026-01-10/2026-01-11"], feed.Told());
        Assert.Equal(0, feed.RemarkCount);
    }

    [Fact]
    public void A_zone_that_only_the_calendar_knows_is_taken_from_it()
    {
        string[] zone =
        [
            "BEGIN:VTIMEZONE", "TZID:Romance Standard Time", "BEGIN:STANDARD", "DTSTART:16010101T030000", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100",
            "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10", "END:STANDARD", "BEGIN:DAYLIGHT", "DTSTART:16010101T020000", "TZOFFSETFROM:+0100",
            "TZOFFSETTO:+0200", "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3", "END:DAYLIGHT", "END:VTIMEZONE",
        ];
        var feed = Feeds.Read(Feeds.Calendar(
            [
                .. zone, "BEGIN:VEVENT", "UID:winter", "DTSTART;TZID=Romance Standard Time:20260110T043000", "END:VEVENT",
                "BEGIN:VEVENT", "UID:later", "DTSTART;TZID=Romance Standard Time:20260110T053000", "END:VEVENT",
                "BEGIN:VEVENT", "UID:summer", "DTSTART;TZID=Romance Standard Time:20260710T053000", "END:VEVENT",
                "BEGIN:VEVENT", "UID:even later", "DTSTART;TZID=Romance Standard Time:20260710T063000", "END:VEVENT",
            ]));
        Assert.Equal(["winter 2026-01-09/2026-01-10", "later 2026-01-10/2026-01-11", "summer 2026-07-09/2026-07-10", "even later 2026-07-10/2026-07-11"], feed.Told());
        Assert.Equal(0, feed.RemarkCount);
    }
}
