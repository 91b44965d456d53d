using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Plans;

namespace Dvt.Engine.Runs;

// Sub-runs: started by a step, steered with their parent, told of by themselves when they end.
public sealed partial class Run
{
    /// <summary>Runs one above another, the topmost left out.</summary>
    public const int MaxDepth = 16;

    const string SubRunCancelled = "SUBRUN_CANCELLED";

    static readonly TimeSpan LongestSilence = TimeSpan.FromHours(6);

    static readonly string[] ParentRoles = [Roles.TenantAdmin];

    /// <summary>The run that an attempt of a step starts: the same name whenever it is asked for.</summary>
    /// <param name="stepName"><c>fan[3]</c> for an item of a map.</param>
    public static string SubRunId(string runId, string stepName, int attempt) =>
        NamedId.Of("sub-run", runId, stepName, attempt.ToString(System.Globalization.CultureInfo.InvariantCulture)).ToString();

    void BeginSubRun(StepPlan step, int attempt)
    {
        var isFit = TryInput(step, steps[step.Index]?.InputOverride, out var input, out var error) && MayNest(input, out error);
        Write(new StepStarted(step.StepId, attempt, EngineAttempt: 1, isFit ? input : null));
        if (isFit)
            Tell(SubRunOf(step.StepId, steps[step.Index]!));
        else
            Fail(step, error!);
    }

    bool MayNest(JsonElement? input, out StepError? error)
    {
        error = null;
        var planId = input is { } given ? Text(given, "planId") : null;
        if (PlanIdsAbove().Length > MaxDepth)
            error = Permanent("SUBRUN_TOO_DEEP", $"sub-runs are at most {MaxDepth} deep");
        else if (PlanIdsAbove().Contains(planId))
            error = Permanent("SUBRUN_RECURSION", $"plan {planId} is run above already: {string.Join(" > ", PlanIdsAbove())}");
        return error is null;
    }

    /// <summary>Of a sub-run of this run.</summary>
    string[] PlanIdsAbove() => [.. Lineage?.Above?.PlanIds ?? [], Plan.PlanId];

    ToRun SubRunOf(string stepName, StepState state)
    {
        var (id, input) = (SubRunId(RunId, stepName, state.Attempt), state.Input!.Value);
        var above = new RunAbove(RunId, Lineage?.Above?.RootRunId ?? RunId, stepName, state.Attempt, PlanIdsAbove());
        return new ToRun(id, new StartRun(
            id, Text(input, "planId")!, Text(input, "version"), PlanDigest: null, input.TryGetProperty("input", out var given) ? given : EmptyInput,
            Context, new RunLineage(id, RunId, RunAttempt: 1, Kept: null, Above: above), StartedBy));
    }

    /// <summary>Asked again after as long as it has been going on already: a lost message doubles its time, an idle parent hardly wakes.</summary>
    DateTimeOffset? SubRunDue(StepPlan step, StepState state) =>
        Earlier(LeasesHold ? null : state.LeaseSeenUntil ?? (state.OfferedAt + Lease), Status == RunStatus.Paused || compensating ? null : state.StartedAt + step.Timeout);

    void CheckSubRuns()
    {
        foreach (var index in inSubRuns?.ToArray() ?? [])
            if (SubRunDue(Plan.Steps[index], steps[index]!) <= now)
                CheckSubRun(Plan.Steps[index], Plan.Steps[index].StepId, steps[index]!, error => Fail(Plan.Steps[index], error));
    }

    void CheckSubRun(StepPlan step, string stepName, StepState state, Action<StepError> fail)
    {
        if (Status != RunStatus.Paused && !compensating && IsOverdue(step, state))
        {
            Tell(Passed(SubRunId(RunId, stepName, state.Attempt), SignalTypes.Cancel));
            fail(new StepError("STEP_TIMEOUT", "the sub-run took longer than the step's timeout", Retryable: false, "TIMEOUT"));
            return;
        }
        var silence = now - state.StartedAt!.Value;
        state.LeaseSeenUntil = now + (silence < Lease ? Lease : silence < LongestSilence ? silence : LongestSilence);
        Tell(SubRunOf(stepName, state));
        if (ToPass is { } type)
            Tell(Passed(SubRunId(RunId, stepName, state.Attempt), type));
    }

    /// <summary>What sub-runs under way have been told last; null for nothing.</summary>
    string? ToPass => emergency ? SignalTypes.EmergencyStop
        : cancelRequested || compensating ? SignalTypes.Cancel
        : Status == RunStatus.Paused && pauseCause == SignalCause ? SignalTypes.Pause
        : occurrences.Resumed > 0 ? SignalTypes.Resume : null;

    void Tell(ToRun told) => (tells ??= []).Add(told);

    /// <summary>What has just happened to this run happens to its sub-runs as well.</summary>
    void PassDown(IEvent e, string? pauseCauseBefore)
    {
        var type = e switch
        {
            RunPaused { Cause: SignalCause } => SignalTypes.Pause,
            RunResumed when pauseCauseBefore == SignalCause => SignalTypes.Resume,
            RunCancelRequested { Emergency: true } => SignalTypes.EmergencyStop,
            RunCancelRequested or RunCompensationStarted => SignalTypes.Cancel,
            _ => null,
        };
        if (type is not null)
            (tells ??= []).AddRange(SubRunsUnderWay().Select(child => Passed(child, type)));
        else if (!cancelRequested && e is StepCancelled or StepFailed { Error.Code: "STEP_TIMEOUT" } && Plan.TryStep(((IStepEvent)e).StepId, out var step))
            (tells ??= []).AddRange(SubRunsOf(step).Select(child => Passed(child, SignalTypes.Cancel)));
    }

    /// <summary>The order to a sub-run whose parent has come to its end.</summary>
    public static SignalRun CancelledByParent(string runId, string parentRunId) =>
        new(runId, "parent:cancel", SignalTypes.Cancel, $"as its parent {parentRunId}", Payload: null, ParentRoles);

    ToRun Passed(string childId, string type) => new(childId, new SignalRun(
        childId, type switch
        {
            SignalTypes.Pause => $"parent:pause:{occurrences.Paused}",
            SignalTypes.Resume => $"parent:resume:{occurrences.Resumed}",
            SignalTypes.EmergencyStop => "parent:stop",
            _ => "parent:cancel",
        }, type, $"as its parent {RunId}", Payload: null, ParentRoles));

    IEnumerable<string> SubRunsUnderWay() =>
        Plan.Steps.Where(step => PhaseOf(step.Index) is Phase.InSubRun or Phase.Mapping).SelectMany(SubRunsOf);

    /// <summary>Sub-runs of the last attempt whose end this run has not taken in.</summary>
    IEnumerable<string> SubRunsOf(StepPlan step) => steps[step.Index] switch
    {
        null or { Attempt: 0 } => [],
        { Map: { } map } when step.Child!.Kind.Mode == StepMode.SubRun =>
            map.Running.Select(item => SubRunId(RunId, PlanNames.ItemOf(step.StepId, item), map.StateOf(item)!.Attempt)),
        var state when step.Kind.Mode == StepMode.SubRun => [SubRunId(RunId, step.StepId, state.Attempt)],
        _ => [],
    };

    /// <summary>What a parent passes down goes on to the run that this one has gone on as.</summary>
    bool IsPassedOn(SignalRun c)
    {
        if (!IsTerminal || Continuation is not { } next || Lineage?.Above is null || !c.SignalId.StartsWith("parent:", StringComparison.Ordinal))
            return false;
        Tell(new ToRun(next.AsRunId, c with { RunId = next.AsRunId }));
        return true;
    }

    List<ToRun> Told()
    {
        if (IsTerminal && written.Count > 0 && EndToTell() is { } end)
            Tell(end);
        return tells ?? [];
    }

    // A run that has gone on as another leaves the telling to that one.
    ToRun? EndToTell() => Lineage?.Above is not { } above || Continuation is not null ? null : new ToRun(above.ParentRunId, new CloseStep(
        above.ParentRunId, above.StepId, above.Attempt, Status == RunStatus.Completed ? Output : null, Status switch
        {
            RunStatus.Completed => null,
            RunStatus.Failed => new StepError("SUBRUN_FAILED", Storable($"run {RunId} failed: {Error!.Code} {Error.Message}"), Retryable: true, Error.Category),
            _ => new StepError(SubRunCancelled, $"run {RunId} was cancelled", Retryable: false, "USER"),
        }, Spent));

    /// <summary>What other runs must know of this one, to publish again what a crash may have lost.</summary>
    public IEnumerable<ToRun> OwedTells()
    {
        if (IsTerminal && EndToTell() is { } end)
            yield return end;
        else if (Lineage?.Above is not null && Continuation is { } next)
            yield return new ToRun(next.AsRunId, new WakeRun(next.AsRunId));
        if (!Plan.HasSubRuns)
            yield break;
        foreach (var start in OwedStarts())
            yield return start;
        if (ToPass is { } type)
            foreach (var child in SubRunsUnderWay())
                yield return Passed(child, type);
        foreach (var step in Plan.Steps)
            if (steps[step.Index] is { Status: StepStatus.Cancelled } or { Status: StepStatus.Failed, Error.Code: "STEP_TIMEOUT" })
                foreach (var child in SubRunsOf(step))
                    yield return Passed(child, emergency ? SignalTypes.EmergencyStop : SignalTypes.Cancel);
    }

    IEnumerable<ToRun> OwedStarts()
    {
        foreach (var step in Plan.Steps)
            if (PhaseOf(step.Index) == Phase.InSubRun)
                yield return SubRunOf(step.StepId, steps[step.Index]!);
            else if (PhaseOf(step.Index) == Phase.Mapping && step.Child!.Kind.Mode == StepMode.SubRun)
                foreach (var item in steps[step.Index]!.Map!.Running)
                    yield return SubRunOf(PlanNames.ItemOf(step.StepId, item), steps[step.Index]!.Map!.StateOf(item)!);
    }
}
