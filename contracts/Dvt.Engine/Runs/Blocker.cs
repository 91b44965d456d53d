using System.Text.Json.Serialization;
using Dvt.Contracts;

namespace Dvt.Engine.Runs;

/// <summary>Something that a run waits for.</summary>
/// <param name="Code">One of <see cref="BlockerCodes"/>.</param>
/// <param name="Detail">For people.</param>
public sealed record Blocker(string Code, string Detail)
{
    /// <summary><c>fan[3]</c> for an item of a map; null where the whole run waits.</summary>
    public string? StepId { get; init; }

    public DateTimeOffset? Since { get; init; }

    /// <summary>Null when nobody can know.</summary>
    public DateTimeOffset? ClearsAt { get; init; }

    /// <summary>Of an approval: when the next level is asked as well, which clears nothing by itself.</summary>
    public DateTimeOffset? EscalatesAt { get; init; }

    /// <summary><see cref="ClearsAt"/> is how long it usually took, not a moment that is set.</summary>
    public bool? Predicted { get; init; }

    /// <summary>Null when only time or the platform clears it.</summary>
    public BlockerClearing? ClearableBy { get; init; }

    /// <summary>Name of the external signal, or type of the signal that is held.</summary>
    public string? Signal { get; init; }

    public string? SignalId { get; init; }

    /// <summary>Of the step, or of the item's step.</summary>
    public string? Kind { get; init; }

    public int? Attempt { get; init; }

    /// <summary>Of a call: when it fails without an answer. Of a drain: when it is told that it takes too long.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>Until when somebody works on the call for certain; null when nobody is known to.</summary>
    public DateTimeOffset? LeaseUntil { get; init; }

    public string? SubRunId { get; init; }

    public ItemCounts? Items { get; init; }

    public StepError? Error { get; init; }

    /// <summary>Origin whose circuit breaker is open.</summary>
    public string? Host { get; init; }

    public BlockingSlots? Concurrency { get; init; }

    public BlockingBudget? Budget { get; init; }

    /// <summary>Who paused it or asked for what is held.</summary>
    public string? By { get; init; }

    public string? Reason { get; init; }

    public Guid? DeadLetterId { get; init; }

    /// <summary>Messages that wait.</summary>
    public long? Count { get; init; }

    /// <summary>Names the call among those that are leased.</summary>
    [JsonIgnore]
    public string? EffectKey { get; init; }
}

/// <summary>Who or what can clear a blocker.</summary>
/// <param name="Roles">Any of them.</param>
/// <param name="Signals">Types of signals, any of them.</param>
/// <param name="Href">Where to look or to send it.</param>
public sealed record BlockerClearing(IReadOnlyList<string>? Roles = null, IReadOnlyList<string>? Signals = null, string? Href = null);

/// <param name="Used">A whole number, an amount or an ISO 8601 duration, as <paramref name="Limit"/>.</param>
public sealed record BlockingBudget(string Budget, string Used, string Limit, string? Currency);

/// <param name="Place">In the queue of the key, from 1; null when not known yet.</param>
/// <param name="Holders">Runs that have a slot, the longest first, at most 20.</param>
public sealed record BlockingSlots(string Key, int Limit, long? Place = null, long? Waiting = null, IReadOnlyList<string>? Holders = null);

/// <summary>Why a run does not move. Never renamed.</summary>
public static class BlockerCodes
{
    public const string WaitingSignal = "WAITING_SIGNAL";
    public const string WaitingApproval = "WAITING_APPROVAL";
    public const string WaitingTimer = "WAITING_TIMER";
    public const string RetryBackoff = "RETRY_BACKOFF";
    public const string CircuitOpen = "CIRCUIT_OPEN";
    public const string CallInFlight = "CALL_IN_FLIGHT";
    public const string SubRun = "SUB_RUN";
    public const string MapItems = "MAP_ITEMS";
    public const string ConcurrencySlot = "CONCURRENCY_SLOT";
    public const string BudgetExceeded = "BUDGET_EXCEEDED";
    public const string Paused = "PAUSED";
    public const string Draining = "DRAINING";
    public const string StepFailed = "STEP_FAILED";
    public const string SignalHeld = "SIGNAL_HELD";
    public const string Compensating = "COMPENSATING";
    public const string RunDeadline = "RUN_DEADLINE";
    public const string DeadLetter = "DEAD_LETTER";
    public const string TenantBacklog = "TENANT_BACKLOG";
    public const string CommandParked = "COMMAND_PARKED";
    public const string CommandUndecided = "COMMAND_UNDECIDED";
    public const string WorkerAbsent = "WORKER_ABSENT";

    public static readonly IReadOnlyList<string> All =
    [
        WaitingSignal, WaitingApproval, WaitingTimer, RetryBackoff, CircuitOpen, CallInFlight, SubRun, MapItems, ConcurrencySlot, BudgetExceeded, Paused,
        Draining, StepFailed, SignalHeld, Compensating, RunDeadline, DeadLetter, TenantBacklog, CommandParked, CommandUndecided, WorkerAbsent,
    ];
}
