using System.Text.Json;
using Dvt.Contracts;
using Dvt.ReadModels;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

/// <summary>Where a tenant's events are told to.</summary>
static class WebhookEndpoints
{
    const string Path = "/v1/webhook-endpoints";

    static readonly TimeSpan UsualOverlap = TimeSpan.FromDays(1);

    const string Shown = """
        "endpointId":"0197a3c4-0000-7000-8000-000000000001","url":"https://crm.example/dvt","eventTypes":["run.*","approval.requested"],"enabled":true,
        "revision":1,"createdAt":"2026-11-26T10:00:00Z","changedAt":"2026-11-26T10:00:00Z"
        """;

    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Get(Path, Permission.ReadWebhooks, List, "List webhook endpoints, without their secrets") with { Answer = "WebhookEndpointList", Lists = true },
        Post(Path, Permission.ManageWebhooks, Create, "Tell events to an address; the answer shows the signing secret this once") with
        {
            Body = "NewWebhookEndpoint", Answer = "WebhookEndpointMade", Status = 201,
            Problems = [Problems.TooManyEndpoints, Problems.AlreadyExists, Problems.IdempotencyKeyReused],
            Example = """{"url":"https://crm.example/dvt","eventTypes":["run.*","approval.requested"],"description":"CRM"}""",
            AnswerExample = $$"""{{{Shown}},"secret":"whsec_…"}""",
        },
        Get("/v1/webhook-event-types", Permission.ReadWebhooks, Types, "The names of our own events that can be told") with { Answer = "WebhookEventTypes" },
        Get($"{Path}/{{endpointId}}", Permission.ReadWebhooks, Find, "A webhook endpoint") with { Answer = "WebhookEndpoint", Problems = [Problems.NotFound] },
        Patch($"{Path}/{{endpointId}}", Permission.ManageWebhooks, Change, "Change address, events, description; disable or enable") with
        {
            Body = "WebhookEndpointChange", Answer = "WebhookEndpoint", Matches = true, Problems = [Problems.NotFound],
            Example = """{"eventTypes":["run.failed"],"enabled":true}""",
        },
        Delete($"{Path}/{{endpointId}}", Permission.ManageWebhooks, Remove, "Delete a webhook endpoint; what is still pending is not sent") with
        {
            Status = 204, Matches = true, Problems = [Problems.NotFound],
        },
        Post($"{Path}/{{endpointId}}/enable", Permission.ManageWebhooks, Enable, "Enable it again; events from now on, and what was pending") with
        {
            Answer = "WebhookEndpoint", Problems = [Problems.NotFound, Problems.PreconditionFailed],
        },
        Post($"{Path}/{{endpointId}}/rotate-secret", Permission.ManageWebhooks, Rotate, "Make a new signing secret, shown this once; for a while both sign") with
        {
            Body = "RotateSecret", BodyOptional = true, Answer = "WebhookSecret", Example = """{"overlapSeconds":86400}""",
            Parameters = [new("Idempotency-Key", "Repeats are recognised by it.", In: "header")],
            Problems = [Problems.NotFound, Problems.PreconditionFailed, Problems.IdempotencyKeyReused],
        },
        Post($"{Path}/{{endpointId}}/test", Permission.ManageWebhooks, Test, "Send it a test event, whatever its event types") with
        {
            Body = "NoFields", BodyOptional = true, Example = "{}", Answer = "WebhookDelivery", Status = 201, Problems = [Problems.NotFound, Problems.WebhookDisabled],
        },
        .. WebhookDeliveries.Routes,
    ];

    static async Task List(Call call)
    {
        call.CheckQueryNames();
        await call.JsonAsync((await call.Backend.Webhooks.EndpointsAsync(call.Caller.TenantId, call.Limit(), call.Query("cursor"), call.Stop)).Value);
    }

    static async Task Create(Call call)
    {
        var body = await call.BodyAsync();
        var made = await call.Backend.Mediator.Send(new CreateWebhookEndpoint(
            call.Caller, body.Text("url")!, body.Texts("eventTypes"), body.Text("description"), body.Element("enabled")?.GetBoolean() ?? true, body.Ids), call.Stop);
        call.Http.Response.Headers.Location = $"{Path}/{made.Endpoint.EndpointId}";
        call.Tag(made.Endpoint.Revision);
        var e = made.Endpoint;
        await call.JsonAsync(new
        {
            e.EndpointId,
            e.Url,
            e.EventTypes,
            e.Description,
            e.Enabled,
            e.DisabledReason,
            e.Revision,
            e.CreatedAt,
            e.ChangedAt,
            made.Secret,
        }, status: 201);
    }

    static Task Types(Call call) =>
        call.JsonAsync(new { items = EventTypes.Published.Select(t => new { type = EventTypes.NameOf(t), cloudEvent = EventTypes.Prefix + EventTypes.NameOf(t) }) });

    static async Task Find(Call call) => await TellAsync(call, await KnownAsync(call));

    public static async Task<WebhookEndpointRow> KnownAsync(Call call) =>
        await call.Backend.Webhooks.EndpointAsync(call.Caller.TenantId, call.RouteId("endpointId"), call.Stop) ?? throw new ProblemException(Problems.NotFound);

    static async Task TellAsync(Call call, WebhookEndpointRow row)
    {
        call.Tag(row.Revision);
        await call.JsonAsync(row);
    }

    static async Task Change(Call call)
    {
        var body = await call.BodyAsync();
        await TellAsync(call, await call.Backend.Mediator.Send(new ChangeWebhookEndpoint(
            call.Caller, call.RouteId("endpointId"), body.Text("url"), body.Element("eventTypes") is null ? null : body.Texts("eventTypes"),
            body.Text("description"), body.Element("enabled")?.GetBoolean(), call.IfMatch(), body.Ids), call.Stop));
    }

    static async Task Remove(Call call)
    {
        await call.Backend.Mediator.Send(new DeleteWebhookEndpoint(call.Caller, call.RouteId("endpointId"), call.IfMatch()), call.Stop);
        await call.NoContentAsync();
    }

    static async Task Enable(Call call) => await TellAsync(call, await call.Backend.Mediator.Send(new ChangeWebhookEndpoint(
        call.Caller, call.RouteId("endpointId"), Url: null, EventTypes: null, Description: null, Enabled: true, Revision: null, RequestIds.Fresh()), call.Stop));

    static async Task Rotate(Call call)
    {
        var body = await call.BodyAsync();
        var overlap = body.Element("overlapSeconds") is { } given ? TimeSpan.FromSeconds(given.GetInt32()) : UsualOverlap;
        await call.JsonAsync(await call.Backend.Mediator.Send(new RotateWebhookSecret(call.Caller, call.RouteId("endpointId"), overlap, body.Ids), call.Stop));
    }

    static async Task Test(Call call)
    {
        var deliveryId = (await call.BodyAsync()).Ids.KeyId;
        var endpoint = await KnownAsync(call);
        await call.Backend.Mediator.Send(new TestWebhookEndpoint(call.Caller, endpoint, deliveryId, call.Backend.Clock.GetUtcNow()), call.Stop);
        call.Http.Response.Headers.Location = $"{Path}/{endpoint.EndpointId}/deliveries/{deliveryId}";
        var made = await call.Backend.Webhooks.DeliveryAsync(call.Caller.TenantId, endpoint.EndpointId, deliveryId, call.Stop);
        await call.JsonAsync(made!.Row, status: 201);
    }

    /// <summary>The CloudEvent of a test.</summary>
    public static string TestBody(Guid tenantId, Guid endpointId, Guid eventId, DateTimeOffset now) => JsonSerializer.Serialize(new
    {
        specversion = "1.0",
        id = eventId,
        source = $"/v1/tenants/{tenantId}",
        type = EventTypes.Prefix + EventTypes.Test,
        subject = $"webhook-{endpointId}",
        time = now,
        datacontenttype = "application/json",
        data = new { endpointId },
    }, ContractsJson.Options);
}
