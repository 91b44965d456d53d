using System.Text.Json;
using Dvt.Contracts;

namespace Dvt.Engine.Simulation;

/// <summary>What a step does in one attempt, instead of the world outside.</summary>
/// <param name="Result">Undefined when none is given.</param>
/// <param name="Error">Null when it succeeds.</param>
/// <param name="Delay">From the call to its answer; null for the usual one.</param>
/// <param name="Cost">What the attempt is told to have cost.</param>
/// <param name="Signal">Of a step that waits: the external signal or, as <c>{decision, comment}</c>, the answer that comes, and when.</param>
public sealed record Mock(JsonElement Result = default, StepError? Error = null, TimeSpan? Delay = null, MockedSignal? Signal = null, Cost? Cost = null);

/// <param name="After">From the moment the step begins to wait.</param>
public sealed record MockedSignal(TimeSpan After, JsonElement? Payload);

/// <summary>What comes back from a call.</summary>
/// <param name="Error">Null when it succeeded.</param>
public sealed record CallAnswer(TimeSpan Delay, JsonElement? Result, StepError? Error, Cost? Cost = null);

/// <summary>A signal that comes from outside at a moment of the virtual clock.</summary>
/// <param name="At">From the start of the run.</param>
/// <param name="Type">One of <see cref="SignalTypes"/>; null for an external signal.</param>
/// <param name="Name">Of an external signal; null for one that steers.</param>
public sealed record TimedSignal(TimeSpan At, string SignalId, string? Type, string? Name, string? Reason, JsonElement? Payload);

/// <summary>What was taken for granted about a step because no mock said it.</summary>
/// <param name="Result">Null when the mock gave it.</param>
/// <param name="ResultFrom"><c>INPUT</c>: its own input; <c>SCHEMA</c>: the least that its kind's result schema takes.</param>
/// <param name="Delay">Null when the mock gave it.</param>
/// <param name="DelayFrom"><c>HISTORY</c>: the median of past runs; <c>NONE</c>: there are none, so no time passed.</param>
public sealed record Assumption(string StepId, JsonElement? Result, string? ResultFrom, TimeSpan? Delay, string? DelayFrom);

/// <param name="At">On the virtual clock.</param>
public sealed record SignalRefusal(string SignalId, DateTimeOffset At, string Code, string Detail);

/// <summary>Why a simulated run did not go on.</summary>
/// <param name="For"><c>SIGNAL</c>, <c>APPROVAL</c>, <c>RESUME</c>, <c>OPERATOR</c> for a parked step, or <c>STEP</c> for one that nobody ends.</param>
/// <param name="Name">Of the external signal, the roles that an approval asks, or the kind of the step; <c>BUDGET_EXCEEDED</c> where a budget must be raised first.</param>
public sealed record OpenEnd(string For, string? StepId, string? Name);
