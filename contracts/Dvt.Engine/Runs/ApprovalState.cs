using Dvt.Contracts;
using Dvt.Engine.Plans;

namespace Dvt.Engine.Runs;

/// <summary>The last request of an approval step, and what people have answered so far.</summary>
sealed class ApprovalState(string approvalId, ApprovalTerms terms, DateTimeOffset requestedAt, ApprovalStanding standing)
{
    public string ApprovalId => approvalId;

    public ApprovalTerms Terms { get; private set; } = terms;

    public DateTimeOffset RequestedAt => requestedAt;

    public ApprovalStanding Standing { get; set; } = standing;

    public ApprovalOutcome Outcome { get; private set; }

    public List<ApprovalVote> Votes { get; init; } = [];

    /// <summary>The denial that decided.</summary>
    public ApprovalVote? Denial { get; set; }

    public DateTimeOffset? EndedAt { get; private set; }

    public bool IsOpen => Outcome == ApprovalOutcome.Open;

    public int Missing => Math.Max(0, Terms.MinApprovals - Votes.Count);

    /// <summary>What was shown is in the history; nobody is shown it any more.</summary>
    public void End(ApprovalOutcome outcome, DateTimeOffset? at) =>
        (Outcome, EndedAt, Terms) = (outcome, at, Terms with { Data = null, Description = null });

    public string? DecisionOf(string person) => Denial?.By == person
        ? ApprovalDecisions.Deny
        : Votes.Exists(v => v.By == person) ? ApprovalDecisions.Approve : null;
}

/// <summary>In the order of the stored numbers.</summary>
enum ApprovalOutcome
{
    Open,
    Approved,
    Denied,
    ExpiredApproved,
    ExpiredDenied,
    Withdrawn,
}

sealed record ApprovalVote(string By, string? Comment, DateTimeOffset At);

/// <summary>Who may decide until when: what time makes of a request.</summary>
/// <param name="Level">Escalations so far.</param>
/// <param name="Since">When this level began.</param>
readonly record struct ApprovalStanding(IReadOnlyList<string> Roles, int Level, DateTimeOffset Since, DateTimeOffset? Deadline)
{
    /// <summary>When the next level is asked; null when there is none or only a decision can bring it about.</summary>
    public DateTimeOffset? EscalatesAt(ApprovalTerms terms)
    {
        if (Level >= terms.Escalation.Count)
            return null;
        var after = After(Since, terms.Escalation[Level].After);
        return terms.OnDeadline == DeadlineActions.Escalate && (after is null || Deadline < after) ? Deadline : after;
    }

    /// <summary>When the deadline decides.</summary>
    public DateTimeOffset? EndsAt(ApprovalTerms terms) =>
        terms.OnDeadline == DeadlineActions.Escalate && Level < terms.Escalation.Count ? null : Deadline;

    /// <summary>When time will have decided if nobody does, after all levels that it asks until then; null when it never will.</summary>
    public DateTimeOffset? SettlesAt(ApprovalTerms terms)
    {
        var standing = this;
        while (standing.EscalatesAt(terms) is { } next && !(standing.EndsAt(terms) <= next))
            standing = standing.Escalated(terms, next);
        return standing.EndsAt(terms);
    }

    public DateTimeOffset? Due(ApprovalTerms terms) =>
        EscalatesAt(terms) is { } next && !(EndsAt(terms) <= next) ? next : EndsAt(terms);

    /// <summary>At one moment the deadline comes before an escalation, which it makes pointless.</summary>
    public bool IsEscalationDue(ApprovalTerms terms, DateTimeOffset now) =>
        EscalatesAt(terms) is { } at && at <= now && !(EndsAt(terms) <= at);

    public ApprovalStanding Escalated(ApprovalTerms terms, DateTimeOffset now) => new(
        [.. Roles.Union(terms.Escalation[Level].Roles, StringComparer.Ordinal)], Level + 1, now,
        terms.OnDeadline == DeadlineActions.Escalate ? After(now, terms.Period) : Deadline);

    /// <summary>As time has made it by now, whether or not that has been told yet.</summary>
    public ApprovalStanding By(ApprovalTerms terms, DateTimeOffset now)
    {
        var standing = this;
        while (standing.IsEscalationDue(terms, now))
            standing = standing.Escalated(terms, now);
        return standing;
    }

    public static DateTimeOffset? After(DateTimeOffset since, string? duration) =>
        duration is not null && IsoDuration.TryParse(duration, out var span) && span < DateTimeOffset.MaxValue - since ? Moments.Exact(since + span) : null;
}
