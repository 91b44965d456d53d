using System.Net;
using System.Text;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Tests.Support;
using Xunit.Abstractions;
using static System.Net.Http.HttpMethod;
using Assert = Xunit.Assert;

namespace Dvt.Tests.Journeys;

public sealed class WebhookJourneys(JourneySystem journeys, ITestOutputHelper output) : JourneyTest(journeys, output)
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    static readonly string[] WholeLife = ["dvt.run.queued", "dvt.run.started", "dvt.run.completed"];

    [ServersFact]
    public Task An_endpoint_receives_signed_events_in_order() => AsTenantAsync(async client =>
    {
        var hook = await Receiver.MakeAsync(client, "run.*");
        await client.PublishAsync(TestPlans.Inline);
        var runId = await client.StartAsync("inline");
        await hook.HasAsync(3);
        Assert.Equal(WholeLife, hook.Received.Select(r => r.Type));
        Assert.All(hook.Received, r => Assert.True(r.IsSignedWith(hook.Secret)));
        Assert.All(hook.Received, r => Assert.Equal("application/cloudevents+json; charset=utf-8", r.ContentType));
        var history = await client.EventsAsync(runId);
        Assert.Equal(history.Where(e => e.GetProperty("type").GetString()!.StartsWith("Run", StringComparison.Ordinal)).Select(e => e.GetProperty("eventId").GetString()),
            hook.Received.Select(r => r.Id));
        var shown = (await client.GetAsync($"{hook.Path}/deliveries?status=delivered")).GetProperty("items");
        Assert.Equal(3, shown.GetArrayLength());
        Assert.Equal(204, shown[0].GetProperty("responseCode").GetInt32());
        Assert.DoesNotContain("secret", (await client.GetAsync(hook.Path)).ToString(), StringComparison.OrdinalIgnoreCase);
    });

    [ServersFact]
    public Task A_run_keeps_its_order_while_a_receiver_fails_and_others_pass() => AsTenantAsync(async client =>
    {
        var hook = await Receiver.MakeAsync(client, "run.*");
        var healthy = await Receiver.MakeAsync(client, "run.*");
        await hook.BehaveAsync(new { status = 503, failures = 2 });
        await client.PublishAsync(TestPlans.Inline);
        for (var n = 0; n < 4; n++)
            await client.StartAsync("inline");
        await healthy.HasAsync(12);
        await hook.HasAsync(12, accepted: true);
        foreach (var run in hook.Received.Where(r => r.Answered == 204).GroupBy(r => r.Source))
            Assert.Equal(WholeLife, run.Select(r => r.Type));
        Assert.All(hook.Received.GroupBy(r => r.Id), r => Assert.Equal([503, 503, 204], r.Select(a => a.Answered)));
        Assert.Equal(12, healthy.Received.Count);
        var delivery = (await client.GetAsync($"{hook.Path}/deliveries?limit=1")).GetProperty("items")[0].GetProperty("deliveryId").GetString();
        var attempts = (await client.GetAsync($"{hook.Path}/deliveries/{delivery}")).GetProperty("attempts");
        Assert.Equal(["answered 503", "answered 503"], attempts.EnumerateArray().Take(2).Select(a => a.GetProperty("answer").GetString()));
    });

    [ServersFact]
    public Task A_receiver_that_hangs_is_left_and_holds_up_nobody() => AsTenantAsync(async client =>
    {
        var hanging = await Receiver.MakeAsync(client, "run.*");
        var healthy = await Receiver.MakeAsync(client, "run.*");
        await hanging.BehaveAsync(new { status = 204, delayMs = 60_000 });
        await client.PublishAsync(TestPlans.Inline);
        for (var n = 0; n < 10; n++)
            await client.StartAsync("inline");
        await healthy.HasAsync(30);
        Assert.All(await DeliveriesAsync(client, hanging), d => Assert.NotEqual("delivered", d.GetProperty("status").GetString()));
        await Eventually.HoldsAsync(
            async () => (await DeliveriesAsync(client, hanging)).Any(d => d.TryGetProperty("error", out var error) && error.GetString() == "timeout"),
            Patience, "no attempt was given up");
        await client.ExpectAsync(HttpStatusCode.NoContent, Delete, hanging.Path);
    });

    static async Task<List<JsonElement>> DeliveriesAsync(ApiClient client, Receiver hook) =>
        [.. (await client.GetAsync($"{hook.Path}/deliveries?limit=100")).GetProperty("items").EnumerateArray()];

    [ServersFact]
    public Task Workers_that_die_between_post_and_outcome_lose_nothing_and_keep_the_order() => AsTenantAsync(async client =>
    {
        var hook = await Receiver.MakeAsync(client, "run.*");
        await hook.BehaveAsync(new { status = 204, delayMs = 300 });
        await client.PublishAsync(TestPlans.Inline);
        for (var n = 0; n < 10; n++)
            await client.StartAsync("inline");
        foreach (var worker in System.Workers)
        {
            var before = hook.Received.Count;
            await hook.HasAsync(before + 4);
            await DvtSystem.ReplaceAsync(worker);
        }
        await Eventually.HoldsAsync(async () =>
        {
            await hook.LookAsync();
            return hook.Received.Select(r => r.Id).Distinct().Count() == 30;
        }, TimeSpan.FromSeconds(120), () => Task.FromResult($"{hook.Received.Select(r => r.Id).Distinct().Count()} of 30 arrived"));
        // What was posted and not written down comes twice; the first time is in order.
        foreach (var run in hook.Received.DistinctBy(r => r.Id).GroupBy(r => r.Source))
            Assert.Equal(WholeLife, run.Select(r => r.Type));
        await Eventually.HoldsAsync(
            async () => await System.ReadAsync<long>("select count(*) from hooks.delivery where endpoint_id = $1 and status <> 'delivered'", hook.EndpointId) == 0,
            Patience, "not every delivery is closed");
    });

    [ServersFact]
    public Task An_exhausted_delivery_fails_lets_the_next_go_and_can_be_retried_by_hand() => AsTenantAsync(async client =>
    {
        var hook = await Receiver.MakeAsync(client, "run.completed");
        await hook.BehaveAsync(new { status = 500 });
        await client.PublishAsync(TestPlans.Inline);
        var before = await Scrape.OfAsync(System);
        await client.StartAsync("inline");
        JsonElement failed = default;
        await Eventually.HoldsAsync(async () =>
        {
            var items = (await client.GetAsync($"{hook.Path}/deliveries?status=failed")).GetProperty("items");
            failed = items.GetArrayLength() == 1 ? items[0] : default;
            return items.GetArrayLength() == 1;
        }, Patience, "the delivery was not given up");
        var after = await Scrape.OfAsync(System);
        // Others' deliveries may be tried again meanwhile.
        Assert.True(after.Since(before, "retry_attempts_total", "webhook") >= 6);
        Assert.True(after.Since(before, "retry_exhausted_total", "webhook") >= 1);
        Assert.Equal((7, "status", 500), (failed.GetProperty("attempt").GetInt32(), failed.GetProperty("error").GetString(), failed.GetProperty("responseCode").GetInt32()));
        await hook.BehaveAsync(new { status = 204 });
        await client.ExpectAsync(HttpStatusCode.OK, Post, $"{hook.Path}/deliveries/{failed.GetProperty("deliveryId").GetString()}/retry");
        await hook.HasAsync(1, accepted: true);
        Assert.Single(hook.Received.Select(r => r.Id).Distinct());
        await Eventually.HoldsAsync(async () => !(await client.GetAsync(hook.Path)).TryGetProperty("failingSince", out _), Patience, "the endpoint is not well again");
    });

    [ServersFact]
    public Task Gone_disables_at_once_and_enabling_begins_anew() => AsTenantAsync(async client =>
    {
        var hook = await Receiver.MakeAsync(client, "run.completed");
        await hook.BehaveAsync(new { status = 410 });
        await client.PublishAsync(TestPlans.Inline);
        await client.EndsAsync(await client.StartAsync("inline"));
        await hook.IsDisabledAsync("gone");
        Assert.Single(hook.Received);
        await client.EndsAsync(await client.StartAsync("inline"));
        await client.ExpectAsync(HttpStatusCode.Conflict, Post, $"{hook.Path}/test");
        await hook.BehaveAsync(new { status = 204 });
        await client.ExpectAsync(HttpStatusCode.OK, Post, $"{hook.Path}/enable");
        await client.EndsAsync(await client.StartAsync("inline"));
        await hook.HasAsync(1, accepted: true);
        Assert.Equal(2, hook.Received.Count);
        var audit = (await client.GetAsync("/v1/audit?limit=100")).GetProperty("items").EnumerateArray().Select(a => a.GetProperty("action").GetString()).ToList();
        Assert.Contains("WebhookEndpointDisabled", audit);
    });

    [ServersFact]
    public Task An_endpoint_that_failed_for_days_is_disabled() => AsTenantAsync(async client =>
    {
        var hook = await Receiver.MakeAsync(client, "webhook.test");
        await hook.BehaveAsync(new { status = 302, location = "http://169.254.169.254/" });
        await client.ExpectAsync(HttpStatusCode.Created, Post, $"{hook.Path}/test");
        await hook.HasAsync(1);
        await System.ExecuteAsync("update hooks.endpoint set failing_since = clock_timestamp() - interval '6 days' where endpoint_id = $1 and failures > 0", hook.EndpointId);
        await Eventually.HoldsAsync(async () =>
        {
            // The first failure may be written down only now.
            await System.ExecuteAsync("update hooks.endpoint set failing_since = clock_timestamp() - interval '6 days' where endpoint_id = $1 and failures > 0", hook.EndpointId);
            return !(await client.GetAsync(hook.Path)).GetProperty("enabled").GetBoolean();
        }, Patience, "it is not disabled");
        await hook.IsDisabledAsync("failing");
        var deliveries = (await client.GetAsync($"{hook.Path}/deliveries")).GetProperty("items");
        Assert.Equal("redirect_refused", deliveries[0].GetProperty("error").GetString());
    });

    [ServersFact]
    public Task Both_secrets_sign_while_they_overlap() => AsTenantAsync(async client =>
    {
        var hook = await Receiver.MakeAsync(client, "webhook.test");
        var rotated = await client.ExpectAsync(HttpStatusCode.OK, Post, $"{hook.Path}/rotate-secret", """{"overlapSeconds":3600}""", key: "rotation-1");
        var again = await client.ExpectAsync(HttpStatusCode.OK, Post, $"{hook.Path}/rotate-secret", """{"overlapSeconds":3600}""", key: "rotation-1");
        var second = rotated.GetProperty("secret").GetString()!;
        Assert.Equal(second, again.GetProperty("secret").GetString());
        await client.ExpectAsync(HttpStatusCode.Created, Post, $"{hook.Path}/test");
        await hook.HasAsync(1);
        Assert.True(hook.Received[0].IsSignedWith(hook.Secret) && hook.Received[0].IsSignedWith(second));
        var third = (await client.ExpectAsync(HttpStatusCode.OK, Post, $"{hook.Path}/rotate-secret", """{"overlapSeconds":0}""")).GetProperty("secret").GetString()!;
        await client.ExpectAsync(HttpStatusCode.Created, Post, $"{hook.Path}/test");
        await hook.HasAsync(2);
        Assert.True(hook.Received[1].IsSignedWith(third));
        Assert.False(hook.Received[1].IsSignedWith(hook.Secret) || hook.Received[1].IsSignedWith(second));
        foreach (var secret in (string[])[hook.Secret, second, third])
            Assert.Equal(0, await System.ReadAsync<long>("select count(*) from log.events where data::text like '%' || $1 || '%'", secret["whsec_".Length..][..20]));
    });

    [ServersFact]
    public Task Addresses_inside_are_refused_when_made_and_when_called() => AsTenantAsync(async client =>
    {
        foreach (var url in (string[])["https://127.0.0.1/a", "https://[::1]/a", "https://169.254.169.254/", "http://crm.example/", "https://a:b@crm.example/"])
        {
            var refused = await client.ExpectAsync(HttpStatusCode.UnprocessableEntity, Post, "/v1/webhook-endpoints", JsonSerializer.Serialize(new { url }));
            Assert.Equal("/url", refused.GetProperty("errors")[0].GetProperty("pointer").GetString());
        }
        var hook = await Receiver.MakeAsync(client, "webhook.test");
        // As a name does that leads inside only later, or a list of hosts that has been shortened since.
        await System.ExecuteAsync("update identity.tenant set settings = '{}' where tenant_id = $1", client.TenantId);
        await Eventually.HoldsAsync(async () =>
        {
            await client.ExpectAsync(HttpStatusCode.Created, Post, $"{hook.Path}/test");
            var items = (await client.GetAsync($"{hook.Path}/deliveries")).GetProperty("items").EnumerateArray();
            return items.Any(d => d.TryGetProperty("error", out var error) && error.GetString() == "address_refused");
        }, Patience, "the call inside was not refused");
    });

    [ServersFact]
    public Task Bookings_units_and_the_health_of_calendars_are_told_as_runs_are() => AsTenantAsync(async client =>
    {
        await using var server = await FeedServer.StartAsync(client);
        var hook = await Receiver.MakeAsync(client, "booking.*", "unit.created", "calendar.*");
        var calendar = await Followed.MakeAsync(client, server);
        await calendar.RefreshAsync();
        await Cabins.HoldAsync(client, calendar.UnitId, days: 50, nights: 2);
        server.Behaviour = http => Task.FromResult(http.Response.StatusCode = 500);
        await System.ExecuteAsync("update calendars.feed set success_at = success_at - interval '35 minutes' where tenant_id = $1", client.TenantId);
        await calendar.RefreshAsync();
        await hook.HasAsync(3);
        server.Behaviour = null;
        await calendar.RefreshAsync();
        await hook.HasAsync(4);
        Assert.Equal(["dvt.booking.held", "dvt.calendar.recovered", "dvt.calendar.stale", "dvt.unit.created"], hook.Received.Select(r => r.Type).Order(StringComparer.Ordinal));
        var stale = JsonElement.Parse(hook.Received.Single(r => r.Type == "dvt.calendar.stale").Body).GetProperty("data").GetProperty("data");
        Assert.Equal((calendar.CalendarId, calendar.UnitId, "airbnb", "status"),
            (stale.GetProperty("calendarId").GetGuid(), stale.GetProperty("unitId").GetGuid(), stale.Text("channel"), stale.Text("error")));
        Assert.All(hook.Received, r => Assert.True(r.IsSignedWith(hook.Secret)));
        Assert.DoesNotContain(hook.Received, r => r.Body.Contains("Ana", StringComparison.Ordinal) || r.Body.Contains("hushhush", StringComparison.Ordinal));
    });

    [ServersFact]
    public Task Tenants_and_roles_keep_their_endpoints_apart() => AsTenantAsync(async client =>
    {
        var hook = await Receiver.MakeAsync(client, "run.*");
        using var stranger = await ApiClient.TenantAsync(System);
        await stranger.ExpectAsync(HttpStatusCode.NotFound, Get, hook.Path);
        await stranger.ExpectAsync(HttpStatusCode.NotFound, Get, $"{hook.Path}/deliveries");
        await stranger.ExpectAsync(HttpStatusCode.NotFound, Post, $"{hook.Path}/rotate-secret");
        using var viewer = await client.WithRoleAsync("viewer");
        await viewer.ExpectAsync(HttpStatusCode.Forbidden, Get, hook.Path);
        using var worker = await client.WithRoleAsync("operator");
        await worker.ExpectAsync(HttpStatusCode.OK, Get, hook.Path);
        await worker.ExpectAsync(HttpStatusCode.Forbidden, Delete, hook.Path);
        await client.ExpectAsync(HttpStatusCode.PreconditionFailed, Patch, hook.Path, """{"description":"x"}""", ifMatch: "\"7\"");
        await client.ExpectAsync(HttpStatusCode.OK, Patch, hook.Path, """{"description":"x"}""", ifMatch: "\"1\"");
        await client.ExpectAsync(HttpStatusCode.UnprocessableEntity, Patch, hook.Path, """{"eventTypes":["run.*.x"]}""");
        await client.ExpectAsync(HttpStatusCode.NoContent, Delete, hook.Path);
        await client.ExpectAsync(HttpStatusCode.NotFound, Get, hook.Path);
    });
}
