using System.Text.Json;

namespace Dvt.Contracts;

/// <summary>A slot of the run's concurrency key was granted to it.</summary>
public sealed record AdmitRun(string RunId) : ICommand
{
    public static Domain Domain => Domain.Runs;
}

/// <param name="Amount">Decimal, such as <c>0.12</c>.</param>
/// <param name="Currency">ISO 4217.</param>
public sealed record Money(string Amount, string Currency);

/// <summary>What one attempt of a step has cost, as its kind reports it; of a sub-run, what that run has cost.</summary>
/// <param name="Others">Money in further currencies; only runs that have spent several know any.</param>
public sealed record Cost(long? Tokens = null, Money? Money = null, IReadOnlyList<Money>? Others = null);

/// <summary>The concurrency key of a run: so many runs of its plan and key go on at the same time.</summary>
public sealed record ConcurrencySlot(string Key, int Limit);

/// <summary>The run has a slot of its concurrency key, until it ends.</summary>
public sealed record RunAdmitted : IEvent;

/// <summary>A step was about to start, or time ran out; <see cref="RunPaused"/> follows.</summary>
/// <param name="Budget"><c>tokens</c>, <c>money</c>, <c>steps</c> or <c>time</c>.</param>
/// <param name="Used">A decimal number; of time an ISO 8601 duration.</param>
/// <param name="Limit">In the same form.</param>
/// <param name="Currency">Of money.</param>
public sealed record RunBudgetExceeded(string Budget, string Used, string Limit, string? Currency, int Occurrence = 1) : IEvent, IRecurringEvent;

/// <param name="Budget">As in a plan; what it names is the limit from now on, the rest stays.</param>
public sealed record RunBudgetChanged(JsonElement Budget, string? SignalId, string? Reason, int Occurrence = 1) : IEvent, IRecurringEvent;
