using System.Text.Json;

namespace Dvt.Contracts;

/// <summary>Items of a <c>map</c> step that are handed out, several at once.</summary>
/// <param name="Attempt">Of the map step; items count attempts of their own.</param>
public sealed record StepItemsStarted(
    string StepId, int Attempt, int EngineAttempt, IReadOnlyList<ItemStarted> Items, int Occurrence = 1) : IEvent, IStepEvent, IRecurringEvent;

/// <summary>Items of a <c>map</c> step that came to their end: one that was called, or many that the engine did itself.</summary>
public sealed record StepItemsCompleted(
    string StepId, int Attempt, int EngineAttempt, IReadOnlyList<ItemCompleted> Items, int Occurrence = 1) : IEvent, IStepEvent, IRecurringEvent;

/// <summary>Items of a <c>map</c> step that failed, for good or until they are tried again.</summary>
public sealed record StepItemsFailed(
    string StepId, int Attempt, int EngineAttempt, IReadOnlyList<ItemFailed> Items, int Occurrence = 1) : IEvent, IStepEvent, IRecurringEvent;

/// <summary>The leases of items' workers lapsed; the same attempts are offered again.</summary>
public sealed record StepItemsRecovered(
    string StepId, int Attempt, int EngineAttempt, IReadOnlyList<ItemRecovered> Items, int Occurrence = 1) : IEvent, IStepEvent, IRecurringEvent;

/// <param name="Index">Place in the list, from 0.</param>
/// <param name="Input">The evaluated <c>with</c> of the item's step; null when it could not be evaluated.</param>
public sealed record ItemStarted(int Index, int Attempt, JsonElement? Input);

/// <param name="Index">Place in the list, from 0.</param>
/// <param name="Cost">What the attempt has cost, where its kind knows.</param>
public sealed record ItemCompleted(int Index, int Attempt, JsonElement? Result, Cost? Cost = null);

/// <param name="Index">Place in the list, from 0.</param>
/// <param name="DueAt">When it is tried again; null when it failed for good.</param>
/// <param name="Cost">What the attempt has cost, where its kind knows.</param>
public sealed record ItemFailed(int Index, int Attempt, StepError Error, DateTimeOffset? DueAt, Cost? Cost = null);

/// <param name="Index">Place in the list, from 0.</param>
public sealed record ItemRecovered(int Index, int EngineAttempt);
