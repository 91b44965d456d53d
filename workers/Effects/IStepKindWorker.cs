using System.Text.Json;
using Dvt.Contracts;

namespace Dvt.Workers.Effects;

/// <summary>Carries out the steps of one kind. It calls and classifies; leases, repetitions and records are not its business.</summary>
interface IStepKindWorker
{
    /// <summary>Such as <c>http</c>; names the queue.</summary>
    string Kind { get; }

    /// <summary>Calls in flight at the same time in this process.</summary>
    int Concurrency { get; }

    /// <summary>What may be done about a call of this input whose outcome nobody knows.</summary>
    Repetition Repeatable(JsonElement input);

    /// <summary>
    /// One call. The token ends with the step's deadline; an answer that did not come by then is
    /// <see cref="StepOutcome.Unknown"/>, or a failure when surely nothing was sent.
    /// </summary>
    Task<StepOutcome> CallAsync(StepCall call, CancellationToken stop);
}

/// <summary>How a call may be repeated without a second effect.</summary>
enum Repetition
{
    /// <summary>Not at all: the other side does not recognise it.</summary>
    Never,

    /// <summary>Under the same idempotency key only.</summary>
    SameKey,

    /// <summary>As often as one likes, such as a <c>GET</c>.</summary>
    AnyKey,
}

/// <summary>One attempt of a step, as a kind sees it.</summary>
/// <param name="Remaining">Until the deadline, by the database's clock.</param>
sealed record StepCall(Guid TenantId, CallStep Step, TimeSpan Remaining, string? TraceParent = null, string? CorrelationId = null)
{
    /// <summary>The same whenever this attempt is called, and of no other tenant's: run ids are unique per tenant only.</summary>
    public string IdempotencyKey => key ??= NamedId.Of("effect", TenantId.ToString(), Step.EffectKey).ToString();

    /// <summary>Made when it is asked for: not every kind needs it.</summary>
    string? key;
}

/// <summary>What became of a call.</summary>
abstract record StepOutcome
{
    /// <param name="Cost">What the call has cost, where its kind knows.</param>
    public sealed record Succeeded(JsonElement Result, Cost? Cost = null) : StepOutcome;

    public sealed record Failed(StepError Error, Cost? Cost = null) : StepOutcome;

    /// <summary>It may have happened or not. <paramref name="Reason"/> holds nothing of the call's data.</summary>
    public sealed record Unknown(string Reason) : StepOutcome;

    /// <summary>The attempt ended although nobody knows whether it happened; a new one would have a new key.</summary>
    public static Failed StaysUnknown(string reason, Repetition repetition) => repetition == Repetition.AnyKey
        ? new(new StepError("STEP_TIMEOUT", $"no answer came in time: {reason}", Retryable: true, "TIMEOUT"))
        : new(new StepError("OUTCOME_UNKNOWN", $"it may have happened or not: {reason}", Retryable: false, "PLATFORM"));

    /// <summary>The run has cancelled the step before it was called.</summary>
    public static readonly Failed NotWanted =
        new(new StepError("STEP_CANCELLED", "the run cancelled the step before the call was made", Retryable: false, "USER"));

    public static readonly Failed NeverCalled =
        new(new StepError("STEP_TIMEOUT", "the deadline passed before the call could be made", Retryable: true, "TIMEOUT"));
}
