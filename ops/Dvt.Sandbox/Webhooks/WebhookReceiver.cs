using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;

namespace Dvt.Sandbox;

/// <summary>
/// Receives webhooks under a name and shows what came: <c>POST /webhooks/{name}</c>, <c>GET /webhooks/{name}</c>. How it answers is
/// set by <c>PUT /webhooks/{name} {status, failures, delayMs, retryAfter, location}</c>: so many failures with that status per message,
/// or for ever with none given.
/// </summary>
static class WebhookReceiver
{
    public static void MapWebhooks(this WebApplication app)
    {
        var inboxes = new ConcurrentDictionary<string, Inbox>();
        var webhooks = app.MapGroup("/webhooks/{name}");
        webhooks.MapPost("", (string name, HttpContext context) => inboxes.GetOrAdd(name, _ => new()).ReceiveAsync(context));
        webhooks.MapGet("", (string name) => inboxes.GetOrAdd(name, _ => new()).Show());
        webhooks.MapPut("", (string name, HttpContext context) => inboxes.GetOrAdd(name, _ => new()).SetAsync(context));
    }

    sealed record Behaviour(int Status, int? Failures, int DelayMs, string? RetryAfter, string? Location);

    sealed class Inbox
    {
        static readonly Behaviour Friendly = new(204, Failures: 0, DelayMs: 0, RetryAfter: null, Location: null);

        readonly Lock gate = new();
        readonly JsonArray received = [];
        readonly Dictionary<string, int> times = [];
        Behaviour behaviour = Friendly;

        public async Task<IResult> ReceiveAsync(HttpContext context)
        {
            var body = Encoding.UTF8.GetString(await Http.ReadAsync(context));
            var id = context.Request.Headers["webhook-id"].ToString();
            Behaviour now;
            int status;
            lock (gate)
            {
                now = behaviour;
                var seen = times[id] = times.GetValueOrDefault(id) + 1;
                status = now.Failures is { } failures && seen > failures ? 204 : now.Status;
                received.Add(new JsonObject
                {
                    ["id"] = id,
                    ["timestamp"] = context.Request.Headers["webhook-timestamp"].ToString(),
                    ["signature"] = context.Request.Headers["webhook-signature"].ToString(),
                    ["contentType"] = context.Request.ContentType,
                    ["body"] = body,
                    ["answered"] = status,
                });
            }
            if (now.DelayMs > 0)
                await Task.Delay(now.DelayMs, context.RequestAborted);
            if (now.RetryAfter is not null)
                context.Response.Headers.RetryAfter = now.RetryAfter;
            if (now.Location is not null)
                context.Response.Headers.Location = now.Location;
            return status >= 300 ? Results.Text($"answered {status}", statusCode: status) : Results.StatusCode(status);
        }

        public IResult Show()
        {
            lock (gate)
                return Results.Text(new JsonObject { ["received"] = received.DeepClone() }.ToJsonString(), "application/json");
        }

        public async Task<IResult> SetAsync(HttpContext context)
        {
            var wanted = JsonNode.Parse(await Http.ReadAsync(context))!.AsObject();
            lock (gate)
                behaviour = new(
                    wanted["status"]?.GetValue<int>() ?? 204, wanted["failures"]?.GetValue<int>(), wanted["delayMs"]?.GetValue<int>() ?? 0,
                    wanted["retryAfter"]?.GetValue<string>(), wanted["location"]?.GetValue<string>());
            return Results.NoContent();
        }
    }
}
