using System.Text.Json;
using Dvt.Contracts;

namespace Dvt.Workers.Effects;

/// <summary>Kind <c>echo</c>: the result is the input, its cost what the input says in <c>cost</c>. Shows what the hop to a worker and back costs.</summary>
sealed class EchoStep : IStepKindWorker
{
    public string Kind => "echo";

    /// <summary>A batch, since each takes no time.</summary>
    public int Concurrency => 512;

    public Repetition Repeatable(JsonElement input) => Repetition.AnyKey;

    public Task<StepOutcome> CallAsync(StepCall call, CancellationToken stop) =>
        Task.FromResult<StepOutcome>(new StepOutcome.Succeeded(call.Step.Input, CostIn(call.Step.Input)));

    static Cost? CostIn(JsonElement input)
    {
        if (input.ValueKind != JsonValueKind.Object || !input.TryGetProperty("cost", out var cost))
            return null;
        try
        {
            return ContractsJson.Read<Cost>(cost);
        }
        catch (JsonException)
        {
            return null; // It is some cost of the caller's own.
        }
    }
}
