using Dvt.Contracts;
using Xunit;

namespace Dvt.Tests.Rules.Webhooks;

public sealed class EventTypesTests
{
    [Theory]
    [InlineData("RunCompleted", "run.completed")]
    [InlineData("RunCancelRequested", "run.cancel_requested")]
    [InlineData("StepFailed", "step.failed")]
    [InlineData("StepCompensationFailed", "step.compensation_failed")]
    [InlineData("ApprovalRequested", "approval.requested")]
    [InlineData("ScheduleBackfilled", "schedule.backfilled")]
    [InlineData("CalendarStale", "calendar.stale")]
    [InlineData("CalendarRecovered", "calendar.recovered")]
    public void An_event_is_named_by_thing_and_what_happened(string logType, string name) => Assert.Equal(name, EventTypes.NameOf(logType));

    [Theory]
    [InlineData("run.completed", "run.completed", true)]
    [InlineData("run.*", "run.completed", true)]
    [InlineData("*", "run.completed", true)]
    [InlineData("dvt.run.*", "run.completed", true)]
    [InlineData("dvt.run.completed", "run.completed", true)]
    [InlineData("run.*", "runs.completed", false)]
    [InlineData("run", "run.completed", false)]
    [InlineData("run.*", "run", false)]
    [InlineData("com.acme.*", "com.acme.invoice.paid", true)]
    [InlineData("com.acme.invoice", "com.acme.invoice.paid", false)]
    public void A_pattern_is_a_name_a_beginning_or_everything(string pattern, string name, bool matches) =>
        Assert.Equal(matches, EventTypes.Matches([pattern], name));

    [Fact]
    public void No_pattern_means_all() => Assert.True(EventTypes.Matches([], "anything.at_all"));

    [Theory]
    [InlineData("*", true)]
    [InlineData("run.*", true)]
    [InlineData("run.completed", true)]
    [InlineData("com.acme.Order-Paid_2", true)]
    [InlineData("run.*.x", false)]
    [InlineData("run*", false)]
    [InlineData(".run", false)]
    [InlineData("", false)]
    [InlineData("run completed", false)]
    public void What_is_no_pattern_is_refused(string text, bool isPattern) => Assert.Equal(isPattern, EventTypes.IsPattern(text));

    [Theory]
    [InlineData(nameof(BookingHeld))]
    [InlineData(nameof(CalendarStale))]
    [InlineData(nameof(CalendarRecovered))]
    public void What_a_house_has_to_know_is_published(string logType) => Assert.Contains(logType, EventTypes.Published);

    [Fact]
    public void Published_names_are_unique() =>
        Assert.Equal(EventTypes.Published.Count, EventTypes.Published.Select(EventTypes.NameOf).Distinct().Count());
}
