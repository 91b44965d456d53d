using System.Text.Json;

namespace Dvt.Workers.Effects;

/// <summary>Kind <c>echo</c>: the result is the input. Shows what the hop to a worker and back costs.</summary>
sealed class EchoStep : IStepKindWorker
{
    public string Kind => "echo";

    /// <summary>A batch, since each takes no time.</summary>
    public int Concurrency => 512;

    public Repetition Repeatable(JsonElement input) => Repetition.AnyKey;

    public Task<StepOutcome> CallAsync(StepCall call, CancellationToken stop) =>
        Task.FromResult<StepOutcome>(new StepOutcome.Succeeded(call.Step.Input));
}
