using Dvt.Contracts;
using Dvt.Engine.Runs;
using Xunit;
using static Dvt.Tests.Rules.Runs.Scenario;

namespace Dvt.Tests.Rules.Runs;

/// <summary>Signals that a second person has to approve, and the records of all decisions.</summary>
public sealed class ReviewTests
{
    const string Steps = """[{"stepId":"a","kind":"call"},{"stepId":"b","kind":"call"}]""";

    static Scenario Started()
    {
        var run = Of(Steps);
        run.Start();
        return run;
    }

    static Decision Send(Scenario run, string type, string id = "s", string person = "ana", int? heldSeconds = 3_600, string[]? roles = null) =>
        run.Keep(run.Run.Signal(
            new SignalRun("run-1", id, type, "because", Payload: null, roles ?? [Roles.TenantAdmin], person, heldSeconds), Guid.NewGuid(), run.Now));

    static Decision Review(Scenario run, bool approves = true, string person = "eva", string role = Roles.TenantAdmin, string id = "s") =>
        run.Keep(run.Run.Review(new ReviewSignal("run-1", id, approves, "seen", [role], person), Guid.NewGuid(), run.Now));

    [Fact]
    public void A_signal_that_needs_a_second_person_does_nothing_until_one_approves()
    {
        var run = Started();
        var sent = Send(run, SignalTypes.EmergencyStop);
        Assert.Equal(["SignalRevisionRequired"], Told(sent));
        Assert.Null(sent.Refusal);
        Assert.Equal(SignalVerdicts.RevisionRequired, Assert.Single(sent.Rulings).Verdict);
        Assert.Equal("s", Assert.Single(run.Run.Snapshot().HeldSignals!).SignalId);
        run.Crash();
        var approved = Review(run);
        Assert.Equal("SignalAccepted", Told(approved)[0]);
        Assert.Equal("eva", approved.Events.OfType<SignalAccepted>().Single().ApprovedBy);
        Assert.Equal("CANCELLED", StatusNames.Of(run.Run.Status));
        Assert.True(Assert.Single(approved.Rulings) is { Verdict: SignalVerdicts.Accepted, Review: true, Changed: true });
    }

    [Fact]
    public void Who_sent_it_may_not_approve_it_but_may_withdraw_it()
    {
        var run = Started();
        Send(run, SignalTypes.EmergencyStop);
        Assert.Equal("AUTHZ_DENIED", Review(run, person: "ana").Refusal!.Code);
        Assert.Equal("AUTHZ_DENIED", Review(run, role: Roles.Engineer).Refusal!.Code);
        Assert.NotNull(run.Run.Snapshot().HeldSignals);
        Assert.Equal(["SignalRejected"], Told(Review(run, approves: false, person: "ana")));
        Assert.Equal("RUNNING", StatusNames.Of(run.Run.Status));
        Assert.Null(run.Run.Snapshot().HeldSignals);
    }

    [Fact]
    public void A_decision_told_again_changes_nothing_and_another_one_is_refused()
    {
        var run = Started();
        Send(run, SignalTypes.Pause);
        Review(run);
        var again = Review(run);
        Assert.Empty(again.Events);
        Assert.Null(again.Refusal);
        Assert.Equal("SIGNAL_DECIDED", Review(run, approves: false).Refusal!.Code);
        Assert.Equal("SIGNAL_NOT_FOUND", Review(run, id: "other").Refusal!.Code);
        Assert.Empty(Send(run, SignalTypes.Pause).Events);
    }

    [Fact]
    public void Nobody_in_time_means_no()
    {
        var run = Started();
        Send(run, SignalTypes.Cancel, heldSeconds: 10);
        Assert.Equal(run.Now.AddSeconds(10), run.Run.NextDue);
        run.Now = run.Run.NextDue!.Value;
        var expired = run.Wake();
        Assert.Equal("REVISION_EXPIRED", expired.Events.OfType<SignalRejected>().Single().Code);
        Assert.True(Assert.Single(expired.Rulings) is { BySystem: true, Review: true });
        Assert.Equal("SIGNAL_DECIDED", Review(run).Refusal!.Code);
    }

    [Fact]
    public void What_is_approved_is_judged_as_the_run_is_by_then()
    {
        var run = Started();
        Send(run, SignalTypes.Pause);
        run.Complete("a");
        var end = run.Complete("b");
        Assert.Equal(["StepCompleted b", "SignalRejected", "RunCompleted"], Told(end));
        Assert.Equal("RUN_TERMINAL", end.Events.OfType<SignalRejected>().Single().Code);
        Assert.Equal("SIGNAL_DECIDED", Review(run).Refusal!.Code);
    }

    [Fact]
    public void Every_judgement_leaves_a_record_with_the_least_role_that_sufficed()
    {
        var run = Started();
        var denied = Send(run, SignalTypes.EmergencyStop, "d", heldSeconds: null, roles: [Roles.Operator]);
        Assert.True(Assert.Single(denied.Rulings) is { Verdict: SignalVerdicts.Rejected, Code: "AUTHZ_DENIED", EffectiveRole: null });
        var paused = Send(run, SignalTypes.Pause, "p", heldSeconds: null, roles: [Roles.TenantAdmin, Roles.Engineer]);
        Assert.True(Assert.Single(paused.Rulings) is { Verdict: SignalVerdicts.Accepted, EffectiveRole: Roles.Engineer, Changed: true });
        Assert.False(Assert.Single(Send(run, SignalTypes.Pause, "q", heldSeconds: null).Rulings).Changed);
        Assert.Empty(Send(run, SignalTypes.Pause, "q", heldSeconds: null).Rulings);
        Send(run, SignalTypes.EmergencyStop, "e", heldSeconds: null);
        Assert.Equal("RUN_TERMINAL", Assert.Single(Send(run, SignalTypes.Pause, "late", heldSeconds: null).Rulings).Code);
    }
}
