using System.Text.Json;

namespace Dvt.Engine.Plans;

/// <summary>Kinds that only benches and tests use; an installation registers them with <see cref="StepKinds.With"/> when it wants them.</summary>
public static class BenchKinds
{
    static readonly JsonElement Anything = JsonElement.Parse("true");

    /// <summary>The result is the input, by way of a worker's queue.</summary>
    public static StepKind Echo { get; } = new(
        "echo", Anything, Anything, StepMode.Called, DefaultTimeout: TimeSpan.FromSeconds(60), CompensatedBy: null,
        "Its evaluated `with` is the result, by way of a worker's queue.")
    {
        RepeatsSafely = _ => true,
    };
}
