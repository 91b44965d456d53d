using Dvt.Contracts;

namespace Dvt.Engine.Runs;

// Why a run does not move, as far as its history tells.
public sealed partial class Run
{
    static readonly string[] SignallingRoles = [Roles.Operator, Roles.Engineer, Roles.TenantAdmin];

    /// <summary>
    /// What the run waits for; nothing at its end, and while something is left that needs nobody. What holds the whole run comes
    /// first, then its steps in the order of the plan, then what ends it.
    /// </summary>
    public IReadOnlyList<Blocker> Blockers(DateTimeOffset now)
    {
        if (IsTerminal || Seq == 0 || HasInlineWork)
            return [];
        var found = new List<Blocker>();
        AddPause(found);
        if (WaitsForSlot)
            found.Add(new(BlockerCodes.ConcurrencySlot, $"{Concurrency!.Limit} at a time run with concurrency key {Concurrency.Key}, and others were there before")
            {
                Since = QueuedAt,
                Concurrency = new(Concurrency.Key, Concurrency.Limit),
                ClearableBy = BySignals(SignalTypes.Cancel),
            });
        if (undoing is { } undone && BlockerOfUndo(undone, now) is { } undo)
            found.Add(undo);
        for (var index = 0; index < steps.Length; index++)
            if (HasParkedUndo(index) && Status == RunStatus.Paused && pauseCause == StepFailedCause)
                found.Add(BlockerOfParkedUndo(index));
            else
                AddStep(found, index, now);
        AddHeld(found, now);
        if (found.Count > 0 && !compensating && Status == RunStatus.Running && StartedAt + Plan.Timeout is { } end && end > now)
            found.Add(new(BlockerCodes.RunDeadline, "the run fails if it is not at its end by then") { Since = StartedAt, ClearsAt = end, ClearableBy = BySignals(SignalTypes.Cancel) });
        return found;
    }

    void AddPause(List<Blocker> found)
    {
        if (Status != RunStatus.Paused)
            return;
        if (pauseCause == BudgetCause)
            found.Add(BlockerOfBudget());
        else if (pauseCause != StepFailedCause)
            found.Add(new(BlockerCodes.Paused, "the run was paused; no step starts until it is resumed")
            {
                Since = pausedAt,
                SignalId = pausedBy,
                ClearableBy = BySignals(SignalTypes.Resume, SignalTypes.Cancel),
            });
        if (pauseCause != StepFailedCause && IsCalling)
            found.Add(new(BlockerCodes.Draining, "calls that were under way when it was paused come to their end")
            {
                Since = pausedAt,
                Deadline = drainNoted || pauseCause != SignalCause ? null : pausedAt + DrainLimit,
            });
    }

    Blocker BlockerOfBudget()
    {
        var reached = Exceeded(Limits);
        return new(BlockerCodes.BudgetExceeded, reached is null
            ? "a budget was used up and has been raised since: RESUME continues"
            : $"of {reached.Budget} {reached.Used} are used, the limit is {reached.Limit}: RESUME with a higher one continues")
        {
            Since = pausedAt,
            Budget = reached is null ? null : new(reached.Budget, reached.Used, reached.Limit, reached.Currency),
            ClearableBy = BySignals(SignalTypes.Resume, SignalTypes.Cancel),
        };
    }

    void AddHeld(List<Blocker> found, DateTimeOffset now)
    {
        foreach (var signal in HeldSignals.Where(h => h.ExpiresAt > now))
            found.Add(new(BlockerCodes.SignalHeld, $"{signal.SignalType} does nothing until a second person approves it")
            {
                StepId = signal.StepId,
                Signal = signal.SignalType,
                SignalId = signal.SignalId,
                By = signal.Person,
                Reason = signal.Reason,
                ClearsAt = signal.ExpiresAt,
                ClearableBy = new(RolesFor(signal.SignalType), Signals: null, Href: $"{Path}/signals/{Uri.EscapeDataString(signal.SignalId)}"),
            });
    }

    /// <summary>A moment that time brings about; while the run is paused nothing comes of it.</summary>
    DateTimeOffset? Held(DateTimeOffset? due) => Status == RunStatus.Paused ? null : due;

    string Path => $"/v1/runs/{Uri.EscapeDataString(RunId)}";

    BlockerClearing BySignals(params string[] types) => new(RolesFor(types), types, $"{Path}/signals");

    static string[] RolesFor(params string[] types) => [.. SignallingRoles.Where(role => types.Any(type => SignalShape.Allows(type, [role])))];
}
