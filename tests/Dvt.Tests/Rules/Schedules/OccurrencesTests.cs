using System.Globalization;
using Dvt.Engine.Schedules;
using Xunit;

namespace Dvt.Tests.Rules.Schedules;

public sealed class OccurrencesTests
{
    const string NewYork = "America/New_York";

    static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    static string[] After(string cron, string zone, string after, int count) =>
        [.. Occurrences.Of(cron, zone).After(At(after)).Take(count).Select(o => o.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture))];

    [Fact]
    public void A_time_of_day_follows_the_zones_clocks_through_the_year() => Assert.Equal(
        ["2026-03-07T14:00:00Z", "2026-03-08T13:00:00Z", "2026-03-09T13:00:00Z"], After("0 0 9 * * ?", NewYork, "2026-03-07T00:00:00Z", 3));

    [Fact]
    public void Clocks_forward_a_time_that_does_not_exist_is_due_when_they_jump_and_once() => Assert.Equal(
        ["2026-03-07T07:30:00Z", "2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"], After("0 30 2 * * ?", NewYork, "2026-03-07T00:00:00Z", 3));

    [Fact]
    public void Clocks_forward_several_times_that_do_not_exist_are_due_as_one() => Assert.Equal(
        ["2026-03-08T06:45:00Z", "2026-03-08T07:00:00Z", "2026-03-08T07:15:00Z"], After("0 0/15 1-3 * * ?", NewYork, "2026-03-08T06:30:00Z", 3));

    [Fact]
    public void Clocks_back_a_time_that_comes_twice_is_due_the_first_time_only() => Assert.Equal(
        ["2026-10-31T05:30:00Z", "2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"], After("0 30 1 * * ?", NewYork, "2026-10-31T00:00:00Z", 3));

    [Fact]
    public void Clocks_back_the_next_one_after_the_first_time_is_not_the_second_time() =>
        Assert.Equal(["2026-11-02T06:30:00Z"], After("0 30 1 * * ?", NewYork, "2026-11-01T05:30:00Z", 1));

    [Theory]
    [InlineData("0 30 * * * ?")]
    [InlineData("30 * * * *")]
    public void What_fires_in_every_hour_goes_by_the_hours_that_pass(string cron)
    {
        Assert.Equal(["2026-03-08T06:30:00Z", "2026-03-08T07:30:00Z", "2026-03-08T08:30:00Z"], After(cron, NewYork, "2026-03-08T06:00:00Z", 3));
        string[] autumn = ["2026-11-01T04:30:00Z", "2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z", "2026-11-01T07:30:00Z"];
        Assert.Equal(autumn, After(cron, NewYork, "2026-11-01T04:00:00Z", 4));
        for (var i = 1; i < autumn.Length; i++)
            Assert.Equal([autumn[i]], After(cron, NewYork, autumn[i - 1], 1));
    }

    [Fact]
    public void A_quarter_of_an_hour_stays_one_through_both_changes()
    {
        foreach (var day in (string[])["2026-03-08T05:00:00Z", "2026-11-01T04:00:00Z"])
        {
            var quarters = Occurrences.Of("0 0/15 * * * ?", NewYork).After(At(day)).Take(24).ToList();
            Assert.All(quarters.Zip(quarters.Skip(1)), pair => Assert.Equal(TimeSpan.FromMinutes(15), pair.Second - pair.First));
        }
    }

    [Theory]
    [InlineData("Australia/Lord_Howe")]
    [InlineData("Europe/Madrid")]
    [InlineData("Africa/Casablanca")]
    [InlineData("Pacific/Auckland")]
    [InlineData("UTC")]
    public void One_at_a_time_gives_what_all_at_once_give_in_order_and_each_once(string zone)
    {
        foreach (var cron in (string[])["0 0/20 * * * ?", "0 0/20 0-4 * * ?", "0 15 2 * * ?"])
        {
            var occurrences = Occurrences.Of(cron, zone);
            var year = occurrences.Between(At("2026-01-01T00:00:00Z"), At("2027-01-01T00:00:00Z")).ToList();
            Assert.Equal(year.Distinct().Order(), year);
            foreach (var (one, next) in year.Zip(year.Skip(1)))
                Assert.Equal(next, occurrences.After(one).First());
        }
    }

    [Fact]
    public void The_29th_of_February_comes_in_leap_years() => Assert.Equal(
        ["2028-02-29T12:00:00Z", "2032-02-29T12:00:00Z"], After("0 0 12 29 2 ?", "UTC", "2026-01-01T00:00:00Z", 2));

    [Fact]
    public void The_last_day_of_the_month_and_its_second_friday_are_known() =>
        Assert.Equal(["2028-02-29T00:00:00Z", "2028-03-10T00:00:00Z"],
            [.. After("0 0 0 L 2 ?", "UTC", "2028-01-01T00:00:00Z", 1), .. After("0 0 0 ? 3 FRI#2", "UTC", "2028-01-01T00:00:00Z", 1)]);

    [Fact]
    public void An_expression_of_one_year_ends_with_it() =>
        Assert.Equal(["2027-01-01T00:00:00Z"], After("0 0 0 1 1 ? 2027", "UTC", "2026-06-01T00:00:00Z", 5));

    [Fact]
    public void Of_a_range_the_beginning_belongs_to_it_and_the_end_does_not() =>
        Assert.Equal(2, Occurrences.Of("0 0 * * * ?", "UTC").Between(At("2026-01-01T00:00:00Z"), At("2026-01-01T02:00:00Z")).Count());

    [Theory]
    [InlineData("")]
    [InlineData("* * *")]
    [InlineData("0 0 25 * * ?")]
    [InlineData("every monday")]
    [InlineData("0 0 9 * * ? 2026 1")]
    public void What_is_no_cron_expression_is_refused(string cron) => Assert.False(Occurrences.TryCron(cron, out _));

    [Theory]
    [InlineData("")]
    [InlineData("Mars/Olympus")]
    [InlineData("../UTC")]
    [InlineData("/etc/localtime")]
    [InlineData("Eastern Standard Time")]
    public void What_is_no_time_zone_is_refused(string zone) => Assert.False(Occurrences.TryZone(zone, out _));
}
