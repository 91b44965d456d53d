using System.Text.Json;
using System.Text.RegularExpressions;
using Dvt.Contracts;
using Dvt.Engine.Schedules;
using Xunit;

namespace Dvt.Tests.Rules.Schedules;

public sealed class FiringTests
{
    static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    static ScheduleDefinition Hourly(string catchUp, string? jitter = null) =>
        new(new PlanRef("p"), "0 0 * * * ?", "UTC", JsonElement.Parse("{}"), catchUp, jitter);

    static Firing Fire(string catchUp, DateTimeOffset settledTo, DateTimeOffset now, string? jitter = null, int atOnce = 100) =>
        Firing.Of("s", Hourly(catchUp, jitter), settledTo, now, atOnce);

    static DateTimeOffset[] Hours(params int[] hours) => [.. hours.Select(h => Noon.AddHours(h))];

    [Theory]
    [InlineData(CatchUps.None)]
    [InlineData(CatchUps.Last)]
    [InlineData(CatchUps.All)]
    public void What_is_due_now_is_started_whatever_the_policy_and_only_once(string catchUp)
    {
        var firing = Fire(catchUp, Noon.AddMinutes(-30), Noon.AddSeconds(2));
        Assert.Equal(Hours(0), firing.Start);
        Assert.Equal(Noon.AddHours(1), firing.Next);
        Assert.Empty(Fire(catchUp, firing.SettledTo, Noon.AddSeconds(3)).Start);
    }

    [Theory]
    [InlineData(CatchUps.None, 0)]
    [InlineData(CatchUps.Last, 1)]
    [InlineData(CatchUps.All, 5)]
    public void Of_what_was_missed_the_policy_says_how_much_is_made_up_for(string catchUp, int started)
    {
        var firing = Fire(catchUp, Noon.AddHours(-5), Noon.AddMinutes(30));
        Assert.Equal(Hours(-4, -3, -2, -1, 0)[^started..], firing.Start);
        Assert.Equal(Noon.AddHours(1), firing.Next);
        Assert.Empty(Fire(catchUp, firing.SettledTo, Noon.AddMinutes(31)).Start);
    }

    [Fact]
    public void The_last_one_missed_and_the_one_that_is_due_are_both_started() =>
        Assert.Equal(Hours(-1, 0), Fire(CatchUps.Last, Noon.AddHours(-9), Noon.AddSeconds(5)).Start);

    [Fact]
    public void The_last_one_missed_is_found_after_years_too() =>
        Assert.Equal(Hours(0), Fire(CatchUps.Last, Noon.AddYears(-20), Noon.AddMinutes(30)).Start);

    [Fact]
    public void Many_are_started_in_pieces_without_gap_or_repetition()
    {
        var started = new List<DateTimeOffset>();
        var settledTo = Noon.AddHours(-250);
        Firing firing;
        do
        {
            firing = Fire(CatchUps.All, settledTo, Noon.AddMinutes(5), atOnce: 100);
            started.AddRange(firing.Start);
            settledTo = firing.SettledTo;
        }
        while (firing.Next <= Noon.AddMinutes(5));
        Assert.Equal(Enumerable.Range(-249, 250).Select(h => Noon.AddHours(h)), started);
    }

    [Fact]
    public void Jitter_is_the_same_every_time_differs_between_occurrences_and_keeps_their_order()
    {
        var occurrences = Occurrences.Of("0 0/10 * * * ?", "UTC");
        (DateTimeOffset Occurrence, DateTimeOffset Due)[] Due(string id) => [.. Firing.Due(id, occurrences, TimeSpan.FromMinutes(30), Noon).Take(100)];
        var due = Due("one");
        Assert.Equal(due, Due("one"));
        Assert.NotEqual(due, Due("two"));
        Assert.True(due.Select(d => d.Due - d.Occurrence).Distinct().Count() > 90);
        Assert.All(due, d => Assert.InRange(d.Due - d.Occurrence, TimeSpan.Zero, TimeSpan.FromMinutes(10)));
        Assert.Equal(due.Select(d => d.Due).Order(), due.Select(d => d.Due));
        Assert.Equal(due[50], Firing.Due("one", occurrences, TimeSpan.FromMinutes(30), due[49].Occurrence).First());
    }

    [Fact]
    public void With_jitter_an_occurrence_starts_when_it_is_due_and_not_before()
    {
        var (occurrence, due) = Firing.Due("s", Occurrences.Of("0 0 * * * ?", "UTC"), TimeSpan.FromMinutes(20), Noon.AddMinutes(-1)).First();
        var early = Fire(CatchUps.None, Noon.AddMinutes(-1), due.AddMilliseconds(-1), "PT20M");
        Assert.Empty(early.Start);
        Assert.Equal(due, early.Next);
        Assert.Equal([occurrence], Fire(CatchUps.None, early.SettledTo, due, "PT20M").Start);
    }

    [Fact]
    public void The_run_of_an_occurrence_has_one_id_and_one_command_however_often_it_is_ordered()
    {
        var (tenant, schedule) = (Guid.NewGuid(), Guid.NewGuid().ToString());
        var one = OccurrenceRuns.Start(tenant, schedule, Hourly(CatchUps.All), Noon, Noon);
        var again = OccurrenceRuns.Start(tenant, schedule, Hourly(CatchUps.None), Noon.ToOffset(TimeSpan.FromHours(2)), Noon.AddDays(1));
        Assert.Equal((one.Id, one.Key), (again.Id, again.Key));
        Assert.Matches(new Regex(@"^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}\z"), one.Key);
        Assert.NotEqual(one.Id, OccurrenceRuns.Start(Guid.NewGuid(), schedule, Hourly(CatchUps.All), Noon, Noon).Id);
    }

    [Fact]
    public void An_expression_that_has_come_to_its_end_waits_for_nothing()
    {
        var firing = Firing.Of("s", Hourly(CatchUps.All) with { Cron = "0 0 12 1 6 ? 2026" }, Noon.AddDays(-1), Noon.AddSeconds(1), 100);
        Assert.Equal(Hours(0), firing.Start);
        Assert.Null(firing.Next);
        Assert.Empty(Firing.Of("s", Hourly(CatchUps.All) with { Cron = "0 0 12 1 6 ? 2026" }, firing.SettledTo, Noon.AddYears(1), 100).Start);
    }
}
