using System.Net;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Journeys;

public sealed class TenantJourneys(JourneySystem journeys, ITestOutputHelper output) : JourneyTest(journeys, output)
{
    /// <summary>A stream that never ends; what it tells is tested where it is followed.</summary>
    static readonly string[] Endless = ["/v1/stream"];

    /// <summary>What the owner wrote into its things; an id that a stranger tries may well stand in the stranger's own audit.</summary>
    const string Hidden = "for the owner's eyes only";

    [ServersFact]
    public Task No_endpoint_shows_or_changes_anything_of_another_tenant_whatever_the_role() => AsTenantAsync(async owner =>
    {
        var mark = $"foreign-{Guid.NewGuid():n}"[..24];
        var ids = await TreasureAsync(owner, mark);
        using var stranger = await ApiClient.TenantAsync(System);
        var document = await stranger.GetAsync("/openapi/v1.json");
        using var platform = ApiClient.Platform(System);
        var callers = new List<(string[] Roles, ApiClient Client)> { ([Roles.PlatformAdmin, Roles.TenantAdmin], platform) };
        foreach (var role in Roles.OfTenants)
            callers.Add(([role], await stranger.WithRoleAsync(role)));
        var before = await StateOfAsync(owner);
        var failures = new List<string>();
        foreach (var (method, path, operation) in Operations(document))
            foreach (var (roles, client) in callers)
                if (await FaultAsync(client, roles, method, path, operation, ids, mark) is { } fault)
                    failures.Add($"{string.Join(' ', roles)}: {method} {path}: {fault}");
        Assert.True(failures.Count == 0, string.Join('\n', failures));
        Assert.Equal(before, await StateOfAsync(owner));
    });

    /// <summary>One of each thing that has an address, its name or content marked.</summary>
    async Task<Dictionary<string, string>> TreasureAsync(ApiClient owner, string mark)
    {
        await owner.PublishAsync($$"""{"planId":"{{mark}}","version":"1.0.0","name":"{{Hidden}}","steps":[{"stepId":"w","kind":"wait","with":{"signal":"never"} }]}""");
        var accepted = await owner.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, "/v1/runs",
            $$"""{"planRef":{"planId":"{{mark}}"},"runId":"{{mark}}-run","context":{"labels":{"mark":"{{Hidden}}"} } }""");
        owner.Note(accepted);
        await owner.EndsAsync($"{mark}-run", "RUNNING");
        var schedule = await owner.ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, "/v1/schedules",
            $$"""{"name":"{{Hidden}}","planRef":{"planId":"{{mark}}"},"cron":"0 0 9 * * ?","enabled":false}""", wait: 30);
        var dead = await DeadLetterJourneys.PoisonAsync(System, owner, Hidden);
        var key = await owner.ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, "/v1/api-keys", $$"""{"name":"{{Hidden}}","roles":["tenant-admin"]}""");
        var hook = await owner.ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, "/v1/webhook-endpoints",
            $$"""{"url":"https://hooks.example/a","eventTypes":["no.such"],"description":"{{Hidden}}"}""");
        var channel = await owner.ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, "/v1/channels",
            $$"""{"kind":"whatsapp","phoneNumberId":"{{(global::System.Security.Cryptography.RandomNumberGenerator.GetInt32(int.MaxValue))}}","name":"{{Hidden}}"}""");
        var endpointId = hook.GetProperty("endpointId").GetString()!;
        var delivery = await owner.ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, $"/v1/webhook-endpoints/{endpointId}/test");
        var unit = await Cabins.UnitAsync(owner, Cabins.Cabin.Replace("\"Cabin\"", $"\"{Hidden}\"", StringComparison.Ordinal));
        var booking = await owner.ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, "/v1/bookings", Cabins.Stay(unit, days: 5, nights: 2, name: Hidden), wait: 30);
        var (from, to) = Cabins.Nights(days: 20, nights: 2);
        var block = await owner.ExpectAsync(
            HttpStatusCode.Created, HttpMethod.Post, $"/v1/units/{unit}/blocks", $$"""{"from":"{{from}}","to":"{{to}}","reason":"{{Hidden}}"}""", wait: 30);
        return new()
        {
            ["unitId"] = unit.ToString(),
            ["code"] = booking.Text("code"),
            ["guestId"] = booking.Text("guestId"),
            ["blockId"] = block.Text("blockId"),
            ["calendarId"] = await CalendarAsync(owner),
            ["channel"] = "airbnb",
            ["channelId"] = channel.GetProperty("channelId").GetString()!,
            ["conversationId"] = await ConversationAsync(owner, channel.GetProperty("channelId").GetGuid()),
            ["bulkJobId"] = await BulkJobAsync(owner, mark),
            ["messageId"] = await MessageAsync(owner),
            ["language"] = "en",
            ["signalId"] = "any",
            ["stepId"] = "w",
            ["endpointId"] = endpointId,
            ["deliveryId"] = delivery.GetProperty("deliveryId").GetString()!,
            ["runId"] = $"{mark}-run",
            ["planId"] = mark,
            ["version"] = "1.0.0",
            ["scheduleId"] = schedule.GetProperty("scheduleId").GetString()!,
            ["commandId"] = accepted.GetProperty("commandId").GetString()!,
            ["deadLetterId"] = dead.GetProperty("id").GetString()!,
            ["apiKeyId"] = key.GetProperty("apiKeyId").GetString()!,
            ["tenantId"] = owner.TenantId.ToString(),
            ["name"] = "run",
        };
    }

    /// <summary>A message that was sent.</summary>
    async Task<string> MessageAsync(ApiClient owner)
    {
        var messageId = Guid.NewGuid();
        await System.ExecuteAsync(
            """
            insert into messages.notice (tenant_id, notice_id, fact, channel, language, status, due_at, detail)
            values ($1, $2, 'step:' || $2::text, 'email', 'es', 'accepted', clock_timestamp(), $3)
            """, owner.TenantId, messageId, Hidden);
        return messageId.ToString();
    }

    static async Task<string> CalendarAsync(ApiClient owner) => (await owner.ExpectAsync(
        HttpStatusCode.Created, HttpMethod.Post, $"/v1/units/{await Followed.UnitAsync(owner)}/calendars",
        """{"url":"https://calendars.invalid/1.ics?s=hidden","channel":"airbnb"}""")).GetProperty("calendarId").GetString()!;

    /// <summary>A job that has come to rest: nothing of it happens any more.</summary>
    static async Task<string> BulkJobAsync(ApiClient owner, string mark)
    {
        var started = await owner.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, "/v1/runs/bulk",
            $$"""{"planRef":{"planId":"{{mark}}"},"inputs":[{}],"context":{"labels":{"mark":"{{Hidden}}"} } }""");
        var jobId = started.GetProperty("bulkJobId").GetString()!;
        await owner.EndsAsync(started.GetProperty("items")[0].GetProperty("resource").GetProperty("id").GetString()!, "RUNNING");
        await Eventually.HoldsAsync(async () => (await owner.GetAsync($"/v1/bulk-jobs/{jobId}")).GetProperty("status").GetString() == "COMPLETED",
            TimeSpan.FromSeconds(60), "the job has not come to rest");
        return jobId;
    }

    async Task<string> ConversationAsync(ApiClient owner, Guid channelId)
    {
        var id = Guid.NewGuid();
        await System.ExecuteAsync(
            """
            insert into channels.conversation (tenant_id, conversation_id, channel_id, user_id, name, person_id, seq, state)
            values ($1, $2, $3, '1', $4, $2, 1, '{"language":"es","isWithPerson":false}')
            """, owner.TenantId, id, channelId, Hidden);
        return id.ToString();
    }

    async Task<string> StateOfAsync(ApiClient owner) => string.Join('\n', await System.RowsAsync(
        """
        select 'events ' || count(*) from log.events where tenant_id = $1
        union all select 'dead ' || string_agg(status || tries, ',') from pipeline.dead_letter where tenant_id = $1
        union all select 'keys ' || count(*) || ' ' || count(revoked_at) from identity.api_key where tenant_id = $1
        """, owner.TenantId));

    static IEnumerable<(HttpMethod Method, string Path, JsonElement Operation)> Operations(JsonElement document) =>
        from path in document.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        where operation.Value.GetProperty("x-permission").GetString() != "open" && !Endless.Contains(path.Name)
        select (new HttpMethod(operation.Name.ToUpperInvariant()), path.Name, operation.Value);

    /// <summary>Null when the answer is as it has to be for someone of another tenant.</summary>
    static async Task<string?> FaultAsync(
        ApiClient client, string[] roles, HttpMethod method, string path, JsonElement operation, Dictionary<string, string> ids, string mark)
    {
        var address = path;
        foreach (var (name, id) in ids)
            address = address.Replace($"{{{name}}}", id, StringComparison.Ordinal);
        if (address.Contains('{', StringComparison.Ordinal))
            return "a parameter this test knows no foreign value of";
        var body = BodyOf(operation);
        if (path.StartsWith("/v1/runs", StringComparison.Ordinal))
            body = body?.Replace("\"hello\"", $"\"{mark}\"", StringComparison.Ordinal);
        var permission = operation.GetProperty("x-permission").GetString()!;
        var may = Dvt.Api.Permissions.Of(roles).Contains(permission);
        // Whoever runs the installation manages its tenants; that is no tenant's business.
        if (may && permission == Dvt.Api.Permission.ManageTenants)
            return null;
        var (status, json, _) = await client.SendAsync(method, address, body);
        if (!may)
            return status == HttpStatusCode.Forbidden ? null : $"{(int)status} although it needs {permission}";
        if (method == HttpMethod.Get && json.ToString().Contains(Hidden, StringComparison.Ordinal) && status == HttpStatusCode.OK)
            return "shows what is foreign";
        var namesAForeignThing = path.Contains("Id}", StringComparison.Ordinal);
        if (!namesAForeignThing)
            return (int)status < 500 ? null : $"{(int)status} {json}";
        // A plan's id is free in each tenant, so only what exists already can be missing.
        var creates = method == HttpMethod.Put && status is (HttpStatusCode.UnprocessableEntity or HttpStatusCode.OK or HttpStatusCode.Created);
        return status == HttpStatusCode.NotFound || creates ? null : $"{(int)status} {json}";
    }

    /// <summary>The example of the document; null for an endpoint that takes no body.</summary>
    static string? BodyOf(JsonElement operation) =>
        !operation.TryGetProperty("requestBody", out var described) ? null
        : described.GetProperty("content").GetProperty("application/json").TryGetProperty("example", out var example) ? example.GetRawText()
        : "{}";
}
