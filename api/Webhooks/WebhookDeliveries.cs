using Dvt.Contracts;
using Dvt.ReadModels;
using MediatR;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

/// <summary>What was sent to an endpoint, and what came of it.</summary>
static class WebhookDeliveries
{
    const string Path = "/v1/webhook-endpoints/{endpointId}/deliveries";

    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Get(Path, Permission.ReadWebhooks, List, "Deliveries of an endpoint, newest first") with
        {
            Answer = "WebhookDeliveryList", Lists = true, Problems = [Problems.NotFound],
            Parameters =
            [
                new("status", "Only these.", """{"enum":["pending","delivered","failed"]}"""),
                new("eventType", "Of this name, such as run.completed."),
            ],
        },
        Get($"{Path}/{{deliveryId}}", Permission.ReadWebhooks, Find, "A delivery with its attempts and its body") with
        {
            Answer = "WebhookDeliveryDetail", Problems = [Problems.NotFound],
        },
        Post($"{Path}/{{deliveryId}}/retry", Permission.RetryWebhooks, Retry, "Attempt it now, also before its turn, after its end or once more") with
        {
            Answer = "WebhookDelivery", Problems = [Problems.NotFound, Problems.WebhookDisabled],
        },
    ];

    static async Task List(Call call)
    {
        call.CheckQueryNames();
        var endpoint = await WebhookEndpoints.KnownAsync(call);
        var filter = new WebhookDeliveryFilter(call.Query("status"), call.Query("eventType"), call.Limit(), call.Query("cursor"));
        await call.JsonAsync((await call.Backend.Webhooks.DeliveriesAsync(call.Caller.TenantId, endpoint.EndpointId, filter, call.Stop)).Value);
    }

    static async Task Find(Call call)
    {
        var endpoint = await WebhookEndpoints.KnownAsync(call);
        var found = await FindAsync(call, endpoint);
        var d = found.Row;
        await call.JsonAsync(new
        {
            d.DeliveryId,
            d.EventId,
            d.EventType,
            d.RunId,
            d.Status,
            d.Attempt,
            d.ResponseCode,
            d.DurationMs,
            d.Error,
            d.NextAttemptAt,
            d.Held,
            d.CreatedAt,
            d.FinishedAt,
            found.Attempts,
            found.Body,
        });
    }

    static async Task Retry(Call call)
    {
        var endpoint = await WebhookEndpoints.KnownAsync(call);
        var known = await FindAsync(call, endpoint);
        await call.Backend.Mediator.Send(new RetryDelivery(call.Caller, endpoint, known.Row.DeliveryId), call.Stop);
        await call.JsonAsync((await FindAsync(call, endpoint)).Row);
    }

    static async Task<WebhookDeliveryDetail> FindAsync(Call call, WebhookEndpointRow endpoint) =>
        await call.Backend.Webhooks.DeliveryAsync(call.Caller.TenantId, endpoint.EndpointId, call.RouteId("deliveryId"), call.Stop)
        ?? throw new ProblemException(Problems.NotFound);
}

sealed record RetryDelivery(Caller Caller, WebhookEndpointRow Endpoint, Guid DeliveryId) : IOrder, IRequest<Unit>
{
    public string Permission => Api.Permission.RetryWebhooks;
}

sealed class RetryDeliveryHandler(WebhookTable table) : IRequestHandler<RetryDelivery, Unit>
{
    public async Task<Unit> Handle(RetryDelivery request, CancellationToken cancellationToken)
    {
        if (!request.Endpoint.Enabled)
            throw new ProblemException(Problems.WebhookDisabled);
        await table.RetryAsync(request.Caller.TenantId, request.Endpoint.EndpointId, request.DeliveryId, cancellationToken);
        return Unit.Value;
    }
}

sealed record TestWebhookEndpoint(Caller Caller, WebhookEndpointRow Endpoint, Guid DeliveryId, DateTimeOffset Now) : IOrder, IRequest<Unit>
{
    public string Permission => Api.Permission.ManageWebhooks;
}

sealed class TestWebhookEndpointHandler(WebhookTable table) : IRequestHandler<TestWebhookEndpoint, Unit>
{
    public async Task<Unit> Handle(TestWebhookEndpoint request, CancellationToken cancellationToken)
    {
        if (!request.Endpoint.Enabled)
            throw new ProblemException(Problems.WebhookDisabled);
        var (tenantId, endpointId) = (request.Caller.TenantId, request.Endpoint.EndpointId);
        await table.InsertTestAsync(
            tenantId, endpointId, request.DeliveryId, WebhookEndpoints.TestBody(tenantId, endpointId, request.DeliveryId, request.Now), cancellationToken);
        return Unit.Value;
    }
}
