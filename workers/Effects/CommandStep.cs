using System.Text.Json;
using Dvt.Contracts;
using Dvt.Pipeline;

namespace Dvt.Workers.Effects;

/// <summary>How steps of a kind are carried out by a command of another domain. A domain registers one for each of its kinds.</summary>
/// <param name="Kind">Such as <c>booking.hold</c>.</param>
/// <param name="Make">The order that a step comes to; nothing may have been changed yet.</param>
/// <param name="Result">The step's result, read once the order is done.</param>
sealed record CommandKind(
    string Kind,
    Domain Domain,
    Func<StepCall, CancellationToken, Task<StepOrder>> Make,
    Func<StepCall, StepOrder, CancellationToken, Task<JsonElement>> Result)
{
    /// <summary>Codes of refusals that are as good as done: what was wanted is so.</summary>
    public IReadOnlyCollection<string> AsGoodAsDone { get; init; } = [];
}

/// <summary>An order that a step comes to, or why there can be none.</summary>
/// <param name="Key">Partition key.</param>
/// <param name="Resource">What it is about; with it the command has one outcome that is remembered.</param>
sealed record StepOrder(string Type, string Key, JsonElement Body, Resource Resource, StepError? Fault = null)
{
    public static StepOrder Of<TCommand>(TCommand command, string key, Resource resource) where TCommand : ICommand =>
        new(typeof(TCommand).Name, key, ContractsJson.Element(command), resource);

    public static StepOrder Impossible(string code, string detail) =>
        new("", "", default, new Resource("", ""), new StepError(code, detail, Retryable: false, "USER"));
}

/// <summary>
/// Sends a step's order and waits for its outcome, which closes the step. The order's id is made of the step's effect key: sent
/// again by whoever takes the step over, it is the same command, and the domain answers what it has decided before. So nothing
/// is done twice, and a lost answer costs only time.
/// </summary>
sealed class CommandStep(CommandKind kind, CommandSender sender, Replies replies, DatabaseClock clock) : IStepKindWorker
{
    /// <summary>Then the order is sent again.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public string Kind => kind.Kind;

    public int Concurrency => 128;

    public Repetition Repeatable(JsonElement input) => Repetition.SameKey;

    public async Task<StepOutcome> CallAsync(StepCall call, CancellationToken stop)
    {
        var order = await kind.Make(call, stop);
        if (order.Fault is { } fault)
            return new StepOutcome.Failed(fault);
        if (await SendAsync(call, order, stop) is not { } outcome)
            return new StepOutcome.Unknown("the order's outcome did not come in time");
        return outcome.Status == Outcome.Done || kind.AsGoodAsDone.Contains(outcome.Code)
            ? new StepOutcome.Succeeded(await kind.Result(call, order, stop))
            : new StepOutcome.Failed(new StepError(
                outcome.Code ?? "COMMAND_FAILED", outcome.Detail ?? "", Retryable: false, outcome.Status == Outcome.Refused ? "USER" : "SYSTEM"));
    }

    async Task<Outcome?> SendAsync(StepCall call, StepOrder order, CancellationToken stop)
    {
        var id = NamedId.Of("order", call.IdempotencyKey);
        using var waiter = replies.Expect(id);
        if (waiter is null)
            return null;
        await sender.SendAsync(kind.Domain, new Envelope(
            id, order.Type, call.TenantId, order.Key, $"run:{call.Step.RunId}", await clock.NowAsync(stop), order.Body, call.CorrelationId,
            call.TraceParent, replies.Queue, order.Resource), stop);
        await Task.WhenAny(waiter.Outcome, Task.Delay(Patience, stop));
        stop.ThrowIfCancellationRequested();
        return waiter.Outcome.IsCompletedSuccessfully ? await waiter.Outcome : null;
    }
}
