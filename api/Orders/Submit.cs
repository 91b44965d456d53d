using System.Diagnostics;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Pipeline;
using MediatR;

namespace Dvt.Api;

/// <summary>Puts a command on its slot's queue. Its handler makes the envelope.</summary>
/// <param name="Key">Partition key: the run or the plan.</param>
/// <param name="Wait">How long the caller waits for the outcome; null not at all.</param>
sealed record Submit(
    Caller Caller, string Permission, Domain Domain, string Type, string Key, JsonElement Body, RequestIds Ids, Resource Resource,
    string? CorrelationId, TimeSpan? Wait) : IOrder, IRequest<Submitted>
{
    public static Submit Of<TCommand>(
        Call call, TCommand command, string key, RequestIds ids, Resource resource, TimeSpan? wait, string? correlationId = null) where TCommand : ICommand =>
        new(call.Caller, call.Endpoint.Permission, TCommand.Domain, typeof(TCommand).Name, key, ContractsJson.Element(command), ids, resource, correlationId, wait);
}

/// <param name="Outcome">Null when nobody waited or it did not come in time.</param>
sealed record Submitted(Guid CommandId, Resource Resource, DateTimeOffset AcceptedAt, Outcome? Outcome);

sealed class SubmitHandler(CommandSender sender, Replies replies, Recent recent, TimeProvider clock) : IRequestHandler<Submit, Submitted>
{
    public async Task<Submitted> Handle(Submit request, CancellationToken cancellationToken)
    {
        using var waiter = request.Wait is null ? null : replies.Expect(request.Ids.CommandId);
        var envelope = new Envelope(
            request.Ids.CommandId, request.Type, request.Caller.TenantId, request.Key, request.Caller.Actor, clock.GetUtcNow(), request.Body,
            request.CorrelationId, Activity.Current?.Id, waiter is null ? null : replies.Queue, request.Resource,
            request.Ids.Keyed ? request.Ids.KeyId : null);
        await sender.SendAsync(request.Domain, envelope, cancellationToken);
        recent.Add(envelope);
        var outcome = waiter is null ? null : await InTimeAsync(waiter.Outcome, request.Wait!.Value, cancellationToken);
        return new(request.Ids.CommandId, request.Resource, envelope.AcceptedAt, outcome);
    }

    static async Task<Outcome?> InTimeAsync(Task<Outcome> outcome, TimeSpan wait, CancellationToken stop)
    {
        await Task.WhenAny(outcome, Task.Delay(wait, stop));
        return outcome.IsCompletedSuccessfully ? await outcome : null;
    }
}
