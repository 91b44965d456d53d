using Xunit;

namespace Dvt.Tests.Rules.Calendars;

/// <summary>Today is 2 January 2026.</summary>
public sealed class RecurrenceTests
{
    [Theory]
    [InlineData("20260110", "FREQ=DAILY;COUNT=3", "0110 0111 0112")]
    [InlineData("20260110", "FREQ=DAILY;INTERVAL=10;UNTIL=20260130", "0110 0120 0130")]
    [InlineData("20260110", "FREQ=DAILY;BYDAY=SA,SU;COUNT=4", "0110 0111 0117 0118")]
    [InlineData("20260110", "FREQ=DAILY;BYMONTH=2;COUNT=3", "0110 0201 0202")]
    [InlineData("20260110", "FREQ=WEEKLY;COUNT=3", "0110 0117 0124")]
    [InlineData("20260110", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SA,TU;WKST=MO;COUNT=4", "0110 0120 0124 0203")]
    [InlineData("20260110", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SA,SU;WKST=SU;COUNT=4", "0110 0118 0124 0201")]
    [InlineData("20260131", "FREQ=MONTHLY;COUNT=3", "0131 0331 0531")]
    [InlineData("20260131", "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", "0131 0228 0331")]
    [InlineData("20260102", "FREQ=MONTHLY;BYDAY=1FR;COUNT=3", "0102 0206 0306")]
    [InlineData("20260130", "FREQ=MONTHLY;BYDAY=-1FR;COUNT=3", "0130 0227 0327")]
    [InlineData("20260213", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;COUNT=3", "0213 0313 1113")]
    [InlineData("20260110", "FREQ=MONTHLY;INTERVAL=6;UNTIL=20270101", "0110 0710")]
    [InlineData("20260110", "FREQ=YEARLY;UNTIL=20280101", "0110 20270110")]
    [InlineData("20260110", "FREQ=YEARLY;BYMONTH=1,3;COUNT=3", "0110 0310 20270110")]
    [InlineData("20260329", "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;COUNT=2", "0329 20270328")]
    [InlineData("20260101", "FREQ=YEARLY;BYDAY=20MO;COUNT=2", "0518")]
    [InlineData("20200110", "FREQ=YEARLY;UNTIL=20270111", "0110 20270110")]
    [InlineData("20200110", "FREQ=DAILY;UNTIL=20260104", "0102 0103 0104")]
    [InlineData("20251230", "FREQ=DAILY;COUNT=5", "0102 0103")]
    public void A_rule_names_days(string start, string rule, string days)
    {
        var feed = Feeds.Event($"DTSTART;VALUE=DATE:{start}", $"RRULE:{rule}");
        Assert.Equal(days, string.Join(' ', feed.Events.Select(e => e.CheckIn.Year == 2026 ? $"{e.CheckIn:MMdd}" : $"{e.CheckIn:yyyyMMdd}")));
        Assert.All(feed.Events, e => Assert.Equal($"a/{e.CheckIn:yyyyMMdd}", e.Key));
    }

    [Fact]
    public void A_rule_without_end_goes_as_far_as_the_horizon()
    {
        var feed = Feeds.Event("DTSTART:20200101", "RRULE:FREQ=DAILY");
        Assert.Equal(731, feed.Events.Count);
        Assert.Equal(Feeds.Today, feed.Events[0].CheckIn);
        Assert.Equal(Feeds.Today.AddDays(730), feed.Events[^1].CheckIn);
    }

    [Fact]
    public void A_stay_that_is_going_on_is_among_them() =>
        Assert.Equal("2025-12-30/2026-01-04", Feeds.Event("DTSTART:20201229", "DTEND:20210103", "RRULE:FREQ=WEEKLY").Nights()[0]);

    [Fact]
    public void Exceptions_extra_days_and_single_changes_are_kept_to()
    {
        var feed = Feeds.Read(Feeds.Calendar(
            "BEGIN:VEVENT", "UID:a", "DTSTART:20260110", "RRULE:FREQ=DAILY;COUNT=5", "EXDATE:20260111,20260112", "RDATE:20260120", "END:VEVENT",
            "BEGIN:VEVENT", "UID:a", "DTSTART:20260201", "DTEND:20260203", "RECURRENCE-ID:20260113", "END:VEVENT",
            "BEGIN:VEVENT", "UID:a", "DTSTART:20260114", "STATUS:CANCELLED", "RECURRENCE-ID:20260114", "END:VEVENT"));
        Assert.Equal(["a/20260110 2026-01-10/2026-01-11", "a/20260120 2026-01-20/2026-01-21", "a/20260113 2026-02-01/2026-02-03"], feed.Told());
    }

    [Fact]
    public void An_end_in_UTC_ends_what_is_in_another_zone() => Assert.Equal(
        ["2026-01-10/2026-01-11", "2026-01-11/2026-01-12"],
        Feeds.Event("DTSTART;TZID=America/Santo_Domingo:20260110T220000", "RRULE:FREQ=DAILY;UNTIL=20260112T020000Z").Nights());

    [Fact]
    public void Clocks_that_change_do_not_move_nights()
    {
        var feed = Feeds.Event("DTSTART;TZID=Europe/Madrid:20260320T053000", "RRULE:FREQ=WEEKLY;COUNT=3");
        Assert.Equal(["2026-03-20/2026-03-21", "2026-03-27/2026-03-28", "2026-04-02/2026-04-03"], feed.Nights());
    }

    [Theory]
    [InlineData("")]
    [InlineData("FREQ=")]
    [InlineData("COUNT=3")]
    [InlineData("FREQ=DAILY;INTERVAL=0")]
    [InlineData("FREQ=DAILY;INTERVAL=99999999999")]
    [InlineData("FREQ=WEEKLY;BYDAY=2MO")]
    [InlineData("FREQ=DAILY;BYDAY=XX")]
    [InlineData("FREQ=DAILY;COUNT")]
    [InlineData("FREQ=DAILY;UNTIL=18990101")]
    [InlineData("FREQ=DAILY;BYHOUR=3")]
    public void A_rule_that_is_not_understood_gives_the_first_day_only(string rule)
    {
        var feed = Feeds.Event("DTSTART:20260110", "RRULE:" + rule);
        Assert.Equal(["a 2026-01-10/2026-01-11"], feed.Told());
        Assert.Equal("rule_not_understood", Assert.Single(feed.Remarks).Code);
    }
}
