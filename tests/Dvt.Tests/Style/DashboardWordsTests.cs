using System.Text.RegularExpressions;
using Dvt.Contracts;
using Dvt.Workers;
using Xunit;

namespace Dvt.Tests.Style;

/// <summary>What the log and the scheduler name has plain words in both languages of the dashboard.</summary>
public sealed partial class DashboardWordsTests
{
    static readonly string[] BookingEvents =
        [.. typeof(BookingHeld).Assembly.GetTypes().Where(t => t.IsAssignableTo(typeof(IEvent)) && t.Name.StartsWith("Booking", StringComparison.Ordinal)).Select(t => t.Name)];

    static readonly string[] Jobs =
        [.. typeof(WorkersHost).Assembly.GetTypes().Where(t => t is { IsClass: true } && t.GetInterface("Quartz.IJob") is not null).Select(t => t.Name)];

    [Fact]
    public void Every_event_of_a_booking_has_words()
    {
        Assert.Contains(nameof(BookingRefundDue), BookingEvents);
        Assert.All(Groups("bookings", "happened"), words => Assert.Equal(BookingEvents.Order(StringComparer.Ordinal), words));
    }

    [Fact]
    public void Every_standing_job_has_words()
    {
        Assert.Contains("FireSchedules", Jobs);
        Assert.All(Groups("system", "jobNotes"), words => Assert.Equal(Jobs.Order(StringComparer.Ordinal), words));
    }

    [Fact]
    public void A_group_lists_its_names() =>
        Assert.Equal([["One", "Two"]], GroupsOf("  a: 'x',\n  those: {\n    Two: 'b, c: d', One: 'é',\n  },\n", "those"));

    static List<string[]> Groups(string file, string group)
    {
        var groups = GroupsOf(Repository.File($"api/dashboard/src/i18n/texts/{file}.ts").Text, group);
        Assert.Equal(2, groups.Count);
        return groups;
    }

    /// <summary>The names in each object called so, in order.</summary>
    static List<string[]> GroupsOf(string text, string group) =>
    [
        .. Regex.Matches(text, $@"^  {group}: \{{(?<inside>.*?)^  \}}", RegexOptions.Multiline | RegexOptions.Singleline)
            .Select(found => Name().Matches(Text().Replace(found.Groups["inside"].Value, "''")).Select(n => n.Groups["name"].Value).Order(StringComparer.Ordinal).ToArray()),
    ];

    [GeneratedRegex(@"(?<name>\w+): ''")]
    private static partial Regex Name();

    [GeneratedRegex("'[^']*'")]
    private static partial Regex Text();
}
