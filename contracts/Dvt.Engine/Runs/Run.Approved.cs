using Dvt.Contracts;

namespace Dvt.Engine.Runs;

// What events make of approvals.
public sealed partial class Run
{
    /// <summary>Approval steps whose answer is known and not carried out yet.</summary>
    SortedSet<int>? answered;

    /// <summary>Persons behind the run, where its plan asks for approval.</summary>
    public IReadOnlyList<string> StartedBy { get; private set; } = [];

    static bool ApplyToApproval(IStepEvent e, StepState state, DateTimeOffset at)
    {
        switch (e)
        {
            case ApprovalRequested requested:
                state.Approval = new(requested.ApprovalId, requested.Terms, at, new(
                    requested.Terms.Roles, Level: 0, at, requested.Deadline is { } deadline ? Moments.Exact(deadline) : null));
                return true;
            case ApprovalEscalated escalated:
                state.Escalations = escalated.Occurrence;
                state.Approval!.Standing = new(escalated.Roles, escalated.Level, at, escalated.Deadline is { } later ? Moments.Exact(later) : null);
                return true;
            case ApprovalGranted granted:
                state.Grants = granted.Occurrence;
                state.Approval!.Votes.Add(new(granted.By, granted.Comment, at));
                if (granted.Missing == 0)
                    state.Approval.End(ApprovalOutcome.Approved, at);
                return true;
            case ApprovalDenied denied:
                state.Approval!.Denial = new(denied.By, denied.Comment, at);
                state.Approval.End(ApprovalOutcome.Denied, at);
                return true;
            case ApprovalExpired expired:
                state.Approval!.End(expired.Decision == "approved" ? ApprovalOutcome.ExpiredApproved : ApprovalOutcome.ExpiredDenied, at);
                return true;
            case ApprovalWithdrawn:
                state.Approval!.End(ApprovalOutcome.Withdrawn, at);
                return true;
            default:
                return false;
        }
    }

    void NoteAnswer(int index, StepState state, Phase phase)
    {
        if (phase == Phase.WaitingApproval && !state.Approval!.IsOpen)
            (answered ??= []).Add(index);
        else
            answered?.Remove(index);
    }
}
