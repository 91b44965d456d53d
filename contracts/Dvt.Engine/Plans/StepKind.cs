using System.Text.Json;
using Dvt.Engine.JsonSchemas;

namespace Dvt.Engine.Plans;

/// <summary>Where a step of a kind is carried out.</summary>
public enum StepMode
{
    /// <summary>Inside the decision that reaches it.</summary>
    Inline,

    /// <summary>Nowhere: it waits for a moment or a signal.</summary>
    Waiting,

    /// <summary>By whoever consumes <see cref="StepKind.Queue"/>.</summary>
    Called,

    /// <summary>A child step for each item of a list.</summary>
    Mapping,

    /// <summary>In a run of another plan.</summary>
    SubRun,
}

/// <summary>What a step can be. A domain registers its own.</summary>
/// <param name="Name">Such as <c>http</c> or <c>booking.hold</c>.</param>
/// <param name="WithSchema">JSON Schema of the step's <c>with</c>.</param>
/// <param name="ResultSchema">JSON Schema of the step's result.</param>
/// <param name="DefaultTimeout">Of one attempt; null for none. A called step without one gets 60 s.</param>
/// <param name="CompensatedBy">Kind that undoes it, when there is one.</param>
public sealed record StepKind(
    string Name,
    JsonElement WithSchema,
    JsonElement ResultSchema,
    StepMode Mode,
    TimeSpan? DefaultTimeout,
    string? CompensatedBy,
    string Description)
{
    /// <summary>Queue of a called kind.</summary>
    public string Queue => $"dvt.steps.{Name}";

    /// <summary>
    /// Tells from the input whether a new attempt is harmless although the last one's outcome is unknown.
    /// Null: never, so an attempt that timed out unanswered is not repeated.
    /// </summary>
    public Func<JsonElement, bool>? RepeatsSafely { get; init; }

    /// <summary>Of steps that say nothing else.</summary>
    public RetryPolicy DefaultRetry { get; init; } = RetryPolicy.Default;

    /// <summary>What <c>UPDATE_TARGET</c> changes of a step; null where there is nothing that can be aimed elsewhere.</summary>
    public StepTarget? Target { get; init; }

    /// <summary>Values of <c>headers</c> may name secrets, which its worker puts there at the moment of the call.</summary>
    public bool TakesSecrets { get; init; }

    /// <summary>Judges a result that somebody injects or mocks.</summary>
    internal JsonSchema Outcome => outcome ??= JsonSchema.Compile(ResultSchema);

    JsonSchema? outcome;

    /// <summary>Compiled on registering, so that a broken schema is found at once.</summary>
    internal JsonSchema Schema { get; } = JsonSchema.Compile(WithSchema);
}
