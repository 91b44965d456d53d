using System.Text.Json;

namespace Dvt.Contracts;

/// <summary>
/// From here on nothing but undoing happens: calls under way that could be undone are awaited, then the compensations of completed
/// steps are carried out one by one, the step completed last first. A pause ends here.
/// </summary>
/// <param name="Error">What the run will fail with; null when it was cancelled.</param>
/// <param name="FailedStepId">The step that failed the run, when one did.</param>
public sealed record RunCompensationStarted(StepError? Error, string? FailedStepId) : IEvent;

/// <param name="StepId">The step that is undone.</param>
/// <param name="Attempt">Of the compensation.</param>
/// <param name="Input">The evaluated <c>with</c> of a called compensation; null for one the engine does itself.</param>
public sealed record StepCompensationStarted(string StepId, int Attempt, int EngineAttempt, JsonElement? Input) : IEvent, IStepEvent;

/// <param name="Result">Of the compensation; none when it was too large or could not be stored.</param>
public sealed record StepCompensated(string StepId, int Attempt, int EngineAttempt, JsonElement? Result, Cost? Cost = null) : IEvent, IStepEvent;

/// <param name="Final">The step stays as it was done; the next one is undone.</param>
/// <param name="DueAt">When it is tried again; null when <paramref name="Final"/>.</param>
public sealed record StepCompensationFailed(
    string StepId, int Attempt, int EngineAttempt, StepError Error, bool Final, DateTimeOffset? DueAt = null, Cost? Cost = null) : IEvent, IStepEvent;

/// <summary>Somebody asked for another attempt of a compensation that had failed for good; it begins once no other is under way.</summary>
/// <param name="Attempt">The one that follows.</param>
/// <param name="Input">Instead of the evaluated <c>with</c>.</param>
public sealed record StepCompensationRetryScheduled(string StepId, int Attempt, int EngineAttempt, JsonElement? Input = null) : IEvent, IStepEvent;

/// <summary>Somebody said that the step stays as it was done; the run no longer waits for its compensation.</summary>
public sealed record StepCompensationSkipped(string StepId, int Attempt, int EngineAttempt) : IEvent, IStepEvent;

/// <summary>The lease of the compensation's worker lapsed; the same attempt is offered again.</summary>
public sealed record StepCompensationRecovered(string StepId, int Attempt, int EngineAttempt, int Occurrence = 1)
    : IEvent, IStepEvent, IRecurringEvent;
