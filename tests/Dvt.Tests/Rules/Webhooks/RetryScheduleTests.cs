using Dvt.Workers;
using Dvt.Workers.Webhooks;
using Xunit;

namespace Dvt.Tests.Rules.Webhooks;

public sealed class RetryScheduleTests
{
    static readonly RetrySchedule Usual = RetrySchedule.Parse(new WorkersOptions().WebhookRetries);

    [Fact]
    public void A_delivery_is_tried_ten_times_over_three_days()
    {
        Assert.Equal(9, Usual.Pauses.Count);
        Assert.InRange(Usual.Pauses.Sum(p => p.TotalDays), 3, 3.5);
        Assert.Equal(TimeSpan.FromSeconds(5), Usual.After(1, asked: null, chance: 0));
        Assert.Equal(TimeSpan.FromHours(24), Usual.After(9, asked: null, chance: 0));
        Assert.Null(Usual.After(10, asked: null, chance: 0));
    }

    [Fact]
    public void Chance_adds_a_tenth_at_the_most() => Assert.Equal(TimeSpan.FromSeconds(5.5), Usual.After(1, asked: null, chance: 1));

    [Fact]
    public void A_receiver_may_ask_for_more_time_but_not_for_less_nor_for_ever()
    {
        Assert.Equal(TimeSpan.FromMinutes(1), Usual.After(1, TimeSpan.FromMinutes(1), chance: 0));
        Assert.Equal(TimeSpan.FromSeconds(5), Usual.After(1, TimeSpan.FromSeconds(1), chance: 0));
        Assert.Equal(RetrySchedule.LongestAsked, Usual.After(1, TimeSpan.FromDays(365), chance: 0));
        Assert.Null(Usual.After(10, TimeSpan.FromDays(1), chance: 0));
    }

    [Fact]
    public void What_is_no_duration_ends_the_start() => Assert.Throws<FormatException>(() => RetrySchedule.Parse("PT5S,soon"));
}
