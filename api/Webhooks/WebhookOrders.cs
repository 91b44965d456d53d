using Dvt.Contracts;
using Dvt.Pipeline;
using Dvt.ReadModels;
using MediatR;
using Npgsql;

namespace Dvt.Api;

/// <param name="Secret">Shown this once.</param>
sealed record WebhookEndpointMade(WebhookEndpointRow Endpoint, string Secret);

sealed record CreateWebhookEndpoint(
    Caller Caller, string Url, IReadOnlyList<string> EventTypes, string? Description, bool Enabled, RequestIds Ids) : IOrder, IRequest<WebhookEndpointMade>
{
    public string Permission => Api.Permission.ManageWebhooks;

    public IEnumerable<Fault> Faults() => WebhookFaults.Of(EventTypes);
}

static class WebhookFaults
{
    public static IEnumerable<Fault> Of(IReadOnlyList<string> eventTypes)
    {
        for (var i = 0; i < eventTypes.Count; i++)
            if (!EventTypes.IsPattern(eventTypes[i]))
                yield return new($"/eventTypes/{i}", "invalid_event_type", "is a name such as run.completed, a beginning such as run.*, or *");
    }

    /// <exception cref="ProblemException">The address cannot be taken.</exception>
    public static async Task CheckUrlAsync(IdentityTable tenants, Guid tenantId, string url, CancellationToken stop)
    {
        var tenant = await tenants.TenantAsync(tenantId, stop) ?? throw new ProblemException(Problems.NotFound);
        if (WebhookUrl.FaultOf(url, tenant.HttpAllow) is { } fault)
            throw new ProblemException(Problems.ValidationFailed, $"The address {fault.Message}.", [fault]);
    }
}

sealed class CreateWebhookEndpointHandler(
    IdentityWriter writer, IdentityTable table, WebhookQueries queries, WebhookSecrets secrets) : IRequestHandler<CreateWebhookEndpoint, WebhookEndpointMade>
{
    /// <summary>Endpoints of a tenant.</summary>
    const int Most = 50;

    public async Task<WebhookEndpointMade> Handle(CreateWebhookEndpoint request, CancellationToken cancellationToken)
    {
        Guid tenantId = request.Caller.TenantId, endpointId = request.Ids.KeyId;
        await WebhookFaults.CheckUrlAsync(table, tenantId, request.Url, cancellationToken);
        if (await queries.CountAsync(tenantId, cancellationToken) >= Most && await queries.EndpointAsync(tenantId, endpointId, cancellationToken) is null)
            throw new ProblemException(Problems.TooManyEndpoints, $"A tenant has {Most} endpoints at the most.");
        var secret = await secrets.MakeAsync(request.Ids, cancellationToken);
        var stream = $"webhook-{endpointId}";
        try
        {
            await writer.WriteAsync(tenantId, request.Caller.Actor, request.Ids.CommandId,
                [
                    WebhookTable.Insert(tenantId, endpointId, request.Url, request.EventTypes, request.Description, request.Enabled),
                    WebhookTable.InsertSecret(tenantId, endpointId, endpointId, secrets.Wrap(endpointId, secret)),
                ],
                cancellationToken,
                (stream, 1, new WebhookEndpointCreated(endpointId, WebhookUrl.OriginOf(request.Url), request.EventTypes, request.Description, request.Enabled)));
        }
        catch (PostgresException taken) when (taken.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            await Repeated.CheckAsync(table, tenantId, stream, request.Ids, "This endpoint exists already.", cancellationToken);
        }
        var made = await queries.EndpointAsync(tenantId, endpointId, cancellationToken) ?? throw new ProblemException(Problems.NotFound);
        return new(made, WebhookSignature.Text(secret));
    }
}

/// <summary>Null leaves as it is.</summary>
sealed record ChangeWebhookEndpoint(
    Caller Caller, Guid EndpointId, string? Url, IReadOnlyList<string>? EventTypes, string? Description, bool? Enabled, long? Revision, RequestIds Ids)
    : IOrder, IRequest<WebhookEndpointRow>
{
    public string Permission => Api.Permission.ManageWebhooks;

    public IEnumerable<Fault> Faults() => EventTypes is null ? [] : WebhookFaults.Of(EventTypes);
}

sealed class ChangeWebhookEndpointHandler(
    IdentityWriter writer, IdentityTable table, WebhookQueries queries) : IRequestHandler<ChangeWebhookEndpoint, WebhookEndpointRow>
{
    public async Task<WebhookEndpointRow> Handle(ChangeWebhookEndpoint request, CancellationToken cancellationToken)
    {
        var tenantId = request.Caller.TenantId;
        var known = await queries.EndpointAsync(tenantId, request.EndpointId, cancellationToken) ?? throw new ProblemException(Problems.NotFound);
        if (request.Revision is { } wanted && wanted != known.Revision)
            throw new ProblemException(Problems.PreconditionFailed, $"The endpoint has revision {known.Revision}.");
        if (request.Url is { } url)
            await WebhookFaults.CheckUrlAsync(table, tenantId, url, cancellationToken);
        var enabled = request.Enabled ?? known.Enabled;
        var changed = known with
        {
            Url = request.Url ?? known.Url,
            EventTypes = request.EventTypes ?? known.EventTypes,
            Description = request.Description ?? known.Description,
            Enabled = enabled,
            DisabledReason = enabled ? null : known.DisabledReason ?? DisabledReasons.ByRequest,
        };
        try
        {
            NpgsqlBatchCommand[] rows = enabled && !known.Enabled
                ? [WebhookTable.Change(tenantId, changed), WebhookTable.Resume(tenantId, known.EndpointId)]
                : [WebhookTable.Change(tenantId, changed)];
            await writer.WriteAsync(tenantId, request.Caller.Actor, request.Ids.CommandId, rows, cancellationToken,
                ($"webhook-{known.EndpointId}", known.Revision + 1, new WebhookEndpointChanged(
                    known.EndpointId, request.Url is null ? null : WebhookUrl.OriginOf(request.Url), request.EventTypes, request.Description, request.Enabled)));
        }
        catch (PostgresException moved) when (moved.SqlState is "DV002" or PostgresErrorCodes.UniqueViolation)
        {
            throw new ProblemException(Problems.PreconditionFailed, "The endpoint was changed by someone else at the same time.");
        }
        return await queries.EndpointAsync(tenantId, known.EndpointId, cancellationToken) ?? throw new ProblemException(Problems.NotFound);
    }
}

sealed record DeleteWebhookEndpoint(Caller Caller, Guid EndpointId, long? Revision) : IOrder, IRequest<Unit>
{
    public string Permission => Api.Permission.ManageWebhooks;
}

sealed class DeleteWebhookEndpointHandler(IdentityWriter writer, WebhookQueries queries) : IRequestHandler<DeleteWebhookEndpoint, Unit>
{
    public async Task<Unit> Handle(DeleteWebhookEndpoint request, CancellationToken cancellationToken)
    {
        var tenantId = request.Caller.TenantId;
        var known = await queries.EndpointAsync(tenantId, request.EndpointId, cancellationToken) ?? throw new ProblemException(Problems.NotFound);
        if (request.Revision is { } wanted && wanted != known.Revision)
            throw new ProblemException(Problems.PreconditionFailed, $"The endpoint has revision {known.Revision}.");
        try
        {
            await writer.WriteAsync(tenantId, request.Caller.Actor, commandId: null, [WebhookTable.Delete(tenantId, known)], cancellationToken,
                ($"webhook-{known.EndpointId}", known.Revision + 1, new WebhookEndpointDeleted(known.EndpointId)));
        }
        catch (PostgresException moved) when (moved.SqlState is "DV002" or PostgresErrorCodes.UniqueViolation)
        {
            throw new ProblemException(Problems.PreconditionFailed, "The endpoint was changed by someone else at the same time.");
        }
        return Unit.Value;
    }
}
