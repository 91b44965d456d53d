using System.Text.Json;

namespace Dvt.Contracts;

/// <summary>An <c>emit</c> step tells the tenant's webhooks and streams what its plan wants told: a CloudEvent.</summary>
/// <param name="EventId">CloudEvents <c>id</c>: UUID made from run, step and attempt.</param>
/// <param name="Type">CloudEvents <c>type</c>, such as <c>com.example.order.shipped</c>; never <c>dvt.…</c>.</param>
/// <param name="DataSchema">CloudEvents <c>dataschema</c>, a URI.</param>
public sealed record EventEmitted(
    string StepId, int Attempt, int EngineAttempt, string EventId, string Type, string? Subject, JsonElement? Data, string? DataSchema, int Occurrence = 1)
    : IEvent, IStepEvent, IRecurringEvent;
