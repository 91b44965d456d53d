using System.Text.Json;
using Dvt.Contracts;

namespace Dvt.Engine.Runs;

/// <summary>What is known of one step that has left its first state.</summary>
sealed class StepState
{
    public StepStatus Status;

    /// <summary>Of the attempt that runs, ran last or is scheduled; 0 before the first.</summary>
    public int Attempt;
    public int EngineAttempt;
    public DateTimeOffset? StartedAt;
    public DateTimeOffset? EndedAt;

    /// <summary>When a called step was last handed out.</summary>
    public DateTimeOffset? OfferedAt;

    /// <summary>End of a wait or of a retry's pause.</summary>
    public DateTimeOffset? DueAt;

    /// <summary>Of a called step while it is in flight.</summary>
    public JsonElement? Input;

    /// <summary>Given with RETRY_STEP instead of the evaluated one.</summary>
    public JsonElement? InputOverride;

    public JsonElement? Result;
    public StepError? Error;
    public string? SkipReason;
    public string? WaitSignal;

    /// <summary>Its result comes from the run this one repeats.</summary>
    public bool Kept;

    /// <summary>Seq of its completion, where it can be undone: the order of undoing is the reverse.</summary>
    public long CompletedSeq;

    /// <summary>Its compensation, once that has begun.</summary>
    public StepState? Undo;

    /// <summary>What an approval step has asked for last, also once that is decided.</summary>
    public ApprovalState? Approval;

    public int Grants;
    public int Escalations;
    public int Emissions;
    /// <summary>The items of a map, once it has begun.</summary>
    public MapState? Map;

    /// <summary>Given with UPDATE_TARGET: whom the next attempts address.</summary>
    public JsonElement? Target;

    /// <summary>Which of the run's inputs it read; undoing it reads the same one.</summary>
    public int InputVersion;

    /// <summary>Its result was injected.</summary>
    public bool Overridden;

    public int TargetsSet;
    public int Recoveries;
    public int TimersSet;
    public int TimersFired;

    /// <summary>A hint, never stored: a living worker was seen, so look again then.</summary>
    public DateTimeOffset? LeaseSeenUntil;
}

/// <summary>What a step is doing, as far as its run cares.</summary>
enum Phase
{
    Idle,
    Inline,
    InFlight,

    /// <summary>Its items are carried out.</summary>
    Mapping,

    /// <summary>Another run is under way for it.</summary>
    InSubRun,
    WaitingTimer,
    WaitingSignal,
    WaitingApproval,
    Retrying,
    Parked,
    Failing,
    Settled,
}
