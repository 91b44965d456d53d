using System.Text;
using System.Text.RegularExpressions;

namespace Dvt.Contracts;

/// <summary>How events are called outside: <c>RunCompleted</c> is <c>run.completed</c>, as a CloudEvent <c>dvt.run.completed</c>.</summary>
public static partial class EventTypes
{
    /// <summary>In front of the names of our own events; no custom event may begin with it.</summary>
    public const string Prefix = "dvt.";

    /// <summary>What <c>POST …/test</c> sends, to whom it may concern or not.</summary>
    public const string Test = "webhook.test";

    /// <summary>In the log, an event that a plan publishes under a name of its own; see <c>emit</c>.</summary>
    public const string Emitted = "EventEmitted";

    /// <summary>Events of the log that endpoints outside are told of, besides <see cref="Emitted"/>. Unknown ones wait for their release.</summary>
    public static readonly IReadOnlyList<string> Published =
    [
        nameof(RunQueued), "RunApproved", nameof(RunStarted), nameof(RunPaused), nameof(RunResumed), "RunBudgetExceeded",
        nameof(RunCancelRequested), nameof(RunCancelled), nameof(RunCompleted), nameof(RunFailed),
        nameof(RunCompensationStarted), nameof(RunContinued), nameof(RunAlertRaised), nameof(SignalRevisionRequired), nameof(StepFailed), nameof(StepCompensationFailed),
        "ApprovalRequested", "ApprovalEscalated", "ApprovalGranted", "ApprovalDenied", "ApprovalExpired", "ApprovalWithdrawn",
        nameof(BookingHeld), nameof(BookingConfirmed), nameof(BookingCancelled), nameof(BookingExtended), nameof(BookingDatesChanged), nameof(BookingCheckedIn),
        nameof(BookingCompleted), nameof(BookingNoShow), nameof(BookingExpired), nameof(BookingPaymentRecorded), nameof(BookingRefundDue),
        nameof(UnitCreated), nameof(UnitChanged), nameof(BlockCreated), nameof(BlockMoved), nameof(BlockClaimed), nameof(BlockRemoved),
        nameof(CalendarStale), nameof(CalendarRecovered),
        nameof(ScheduleCreated), nameof(ScheduleChanged), nameof(ScheduleDeleted), nameof(ScheduleBackfilled),
    ];

    /// <summary>The first word is the thing, the others what happened: <c>StepCompensationFailed</c> is <c>step.compensation_failed</c>.</summary>
    public static string NameOf(string logType)
    {
        var name = new StringBuilder(logType.Length + 4);
        var words = 0;
        foreach (var c in logType)
        {
            if (char.IsAsciiLetterUpper(c) && words++ > 0)
                name.Append(words == 2 ? '.' : '_');
            name.Append(char.ToLowerInvariant(c));
        }
        return name.ToString();
    }

    /// <summary>True for <c>*</c>, a name, or a beginning of names such as <c>run.*</c>.</summary>
    public static bool IsPattern(string text) => text.Length <= MaxLength && Pattern().IsMatch(text);

    public const int MaxLength = 128;

    /// <param name="patterns">None means all.</param>
    /// <param name="name">Without <see cref="Prefix"/> where it is one of ours; patterns may have it or not.</param>
    public static bool Matches(IReadOnlyCollection<string> patterns, string name) =>
        patterns.Count == 0 || patterns.Any(p => Matches(p, name) || Matches(p, Prefix + name));

    static bool Matches(string pattern, string name) =>
        pattern == "*" || pattern == name
        || (pattern.EndsWith(".*", StringComparison.Ordinal) && name.StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.Ordinal));

    [GeneratedRegex(@"^(\*|[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*(\.\*)?)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
