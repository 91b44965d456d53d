using Dvt.Contracts;
using Dvt.Engine.Plans;
using Xunit;

namespace Dvt.Tests.Rules.Runs;

/// <summary>What must hold of approvals and emitted events, told from the history alone.</summary>
sealed class ApprovalOracle(Plan plan)
{
    readonly Dictionary<string, Asked> open = [];
    readonly Dictionary<string, Asked> decided = [];
    readonly HashSet<string> emitted = [];
    IReadOnlyList<string> starters = [];
    string? lastEmitted;

    sealed record Asked(ApprovalTerms Terms, string ApprovalId)
    {
        public HashSet<string> Roles { get; set; } = [.. Terms.Roles];

        public List<string> ApprovedBy { get; } = [];

        /// <summary>What the step has to come to.</summary>
        public string Outcome { get; set; } = "";
    }

    /// <summary>The roles that random persons have.</summary>
    public static string[] RolesOf(string person) => person switch
    {
        "user:p0" or "user:p1" => [Roles.Finance],
        "user:p2" => [Roles.Operator, Roles.Viewer],
        "user:p3" => [Roles.Viewer],
        _ => [Roles.TenantAdmin],
    };

    public void Follow(IEvent e, bool paused)
    {
        switch (e)
        {
            case RunQueued queued:
                starters = queued.StartedBy ?? [];
                break;
            case StepStarted started:
                // Another attempt, which may fail before anybody is asked.
                decided.Remove(started.StepId);
                break;
            case ApprovalRequested asked:
                Assert.False(paused, $"asked while paused: {e}");
                Assert.Equal(starters, asked.Terms.StartedBy);
                Assert.True(open.TryAdd(asked.StepId, new Asked(asked.Terms, asked.ApprovalId)), $"asked twice at once: {e}");
                decided.Remove(asked.StepId);
                break;
            case ApprovalEscalated escalated:
                Assert.False(paused, $"escalated while paused: {e}");
                var wider = Open(escalated.StepId, escalated.ApprovalId);
                Assert.Superset(wider.Roles, escalated.Roles.ToHashSet());
                wider.Roles = [.. escalated.Roles];
                break;
            case ApprovalGranted granted:
                Grant(granted);
                break;
            case ApprovalDenied denied:
                May(denied.By, Open(denied.StepId, denied.ApprovalId));
                Close(denied.StepId, denied.ApprovalId, "APPROVAL_DENIED");
                break;
            case ApprovalExpired expired:
                Assert.False(paused, $"expired while paused: {e}");
                Close(expired.StepId, expired.ApprovalId, expired.Decision == "approved" ? "" : "APPROVAL_TIMEOUT");
                break;
            case ApprovalWithdrawn withdrawn:
                Close(withdrawn.StepId, withdrawn.ApprovalId, "STEP_TIMEOUT");
                break;
            case StepCompleted { Kept: false } completed when KindOf(completed.StepId) == "approval":
                Assert.False(paused, $"carried out while paused: {e}");
                Assert.Equal("", decided[completed.StepId].Outcome);
                Assert.Equal(
                    decided[completed.StepId].ApprovedBy,
                    completed.Result!.Value.GetProperty("approvals").EnumerateArray().Select(a => a.GetProperty("by").GetString()!));
                break;
            case StepFailed failed when KindOf(failed.StepId) == "approval" && decided.TryGetValue(failed.StepId, out var known):
                Assert.False(paused, $"carried out while paused: {e}");
                Assert.Equal(known.Outcome, failed.Error.Code);
                break;
            case RunCompleted or RunFailed or RunCancelled:
                Assert.Empty(open);
                break;
        }
        FollowEmitted(e);
    }

    void Grant(ApprovalGranted granted)
    {
        var asked = Open(granted.StepId, granted.ApprovalId);
        May(granted.By, asked);
        Assert.False(asked.Terms.FourEyes && starters.Contains(granted.By), $"approved by who started it: {granted}");
        Assert.DoesNotContain(granted.By, asked.ApprovedBy);
        asked.ApprovedBy.Add(granted.By);
        Assert.Equal(asked.Terms.MinApprovals - asked.ApprovedBy.Count, granted.Missing);
        if (granted.Missing == 0)
            Close(granted.StepId, granted.ApprovalId, "");
    }

    static void May(string person, Asked asked) => Assert.True(
        RolesOf(person).Any(r => r == Roles.TenantAdmin || asked.Roles.Contains(r)), $"{person} has none of {string.Join(',', asked.Roles)}");

    Asked Open(string stepId, string approvalId)
    {
        Assert.True(open.TryGetValue(stepId, out var asked), $"{stepId} asks nobody");
        Assert.Equal(asked.ApprovalId, approvalId);
        return asked;
    }

    void Close(string stepId, string approvalId, string outcome)
    {
        var asked = Open(stepId, approvalId);
        asked.Outcome = outcome;
        open.Remove(stepId);
        decided[stepId] = asked;
    }

    /// <summary>One event for each step and compensation that emits, told just before its end, and no id twice.</summary>
    void FollowEmitted(IEvent e)
    {
        if (e is EventEmitted told)
        {
            Assert.True(emitted.Add(told.EventId), $"emitted twice: {e}");
            lastEmitted = told.EventId;
            return;
        }
        var result = e switch
        {
            StepCompleted { Kept: false } done when KindOf(done.StepId) == "emit" => done.Result,
            StepCompensated undone when plan.TryStep(undone.StepId, out var step) && step.Compensation!.Kind.Name == "emit" => undone.Result,
            _ => null,
        };
        Assert.Equal(result?.GetProperty("eventId").GetString(), lastEmitted);
        lastEmitted = null;
    }

    string? KindOf(string stepId) => plan.TryStep(stepId, out var step) ? step.Kind.Name : null;
}
