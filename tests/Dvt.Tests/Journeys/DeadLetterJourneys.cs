using System.Net;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Pipeline;
using Dvt.Tests.Support;
using RabbitMQ.Client;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Journeys;

public sealed class DeadLetterJourneys(JourneySystem journeys, ITestOutputHelper output) : JourneyTest(journeys, output)
{
    [ServersFact]
    public Task A_dead_letter_holds_its_key_back_until_it_is_replayed_and_others_go_on() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(TestPlans.Inline);
        var dead = await PoisonAsync(System, client, "held");
        Assert.Equal("TestPoison", dead.GetProperty("type").GetString());
        var behind = Orders.Start(client.TenantId, "held", "inline");
        await System.Orders.SendAsync(behind);
        await client.EndsAsync(await client.StartAsync("inline"));
        var id = dead.GetProperty("id").GetString();
        await Eventually.HoldsAsync(
            async () => (await client.GetAsync($"/v1/dead-letters/{id}")).GetProperty("waiting").GetArrayLength() == 1, TimeSpan.FromSeconds(20), "nothing waits behind it");
        Assert.Equal(0, await System.ReadAsync<long>("select count(*) from runs.run where tenant_id = $1 and run_id = 'held'", client.TenantId));

        // It fails again: it stays open, and its key stays held back.
        var failed = await client.ExpectAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Post, $"/v1/dead-letters/{id}/replay", "{}", wait: 20);
        Assert.Equal("open", (await client.GetAsync($"/v1/dead-letters/{id}")).GetProperty("status").GetString());

        var discarded = await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/dead-letters/{id}/discard", """{"reason":"test"}""", wait: 20);
        Assert.Equal("discarded", discarded.GetProperty("status").GetString());
        await client.EndsAsync("held");
        Assert.Equal("not_open", (await client.ExpectAsync(HttpStatusCode.Conflict, HttpMethod.Post, $"/v1/dead-letters/{id}/replay", "{}")).GetProperty("code").GetString());
    });

    [ServersFact]
    public Task A_dead_letter_replayed_with_an_edited_body_does_what_it_was_meant_to() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(TestPlans.Inline);
        // A start whose body no worker can read.
        var broken = Orders.Envelope(client.TenantId, new { runId = 7 }, "edited", new Resource("run", "edited"), nameof(StartRun));
        await System.Orders.SendAsync(broken);
        var dead = await ListedAsync(client, "edited");
        var command = await client.GetAsync($"/v1/commands/{broken.Id}");
        Assert.Equal("failed", command.GetProperty("status").GetString());
        var good = new StartRun("edited", "inline", null, null, JsonElement.Parse("{}"), new RunContext());
        var body = JsonSerializer.Serialize(new { body = good }, ContractsJson.Options);
        await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/dead-letters/{dead.GetProperty("id")}/replay", body, wait: 20);
        await client.EndsAsync("edited");
        await Eventually.HoldsAsync(async () => (await client.GetAsync($"/v1/commands/{broken.Id}")).GetProperty("status").GetString() == "done",
            TimeSpan.FromSeconds(20), "the command is not done");
    });

    [ServersFact]
    public Task What_is_no_message_at_all_is_seen_and_discarded_by_those_who_run_the_installation() => AsTenantAsync(async client =>
    {
        var garbage = Guid.NewGuid().ToByteArray();
        await using (var channel = await System.Orders.Broker.OpenChannelAsync(channel: null, CancellationToken.None))
            await channel.BasicPublishAsync(exchange: "", routingKey: Slot.Queue(Slot.Of(Domain.Runs, client.TenantId, "x")), body: garbage);
        using var platform = ApiClient.Platform(System);
        JsonElement dead = default;
        await Eventually.HoldsAsync(async () =>
        {
            foreach (var listed in (await platform.GetAsync("/v1/dead-letters?status=open&type=undecodable")).GetProperty("items").EnumerateArray())
                if ((await platform.GetAsync($"/v1/dead-letters/{listed.GetProperty("id")}")) is var found && found.GetProperty("raw").GetString() == Convert.ToBase64String(garbage))
                    dead = found;
            return dead.ValueKind is JsonValueKind.Object;
        }, TimeSpan.FromSeconds(30), "the platform does not see it");
        var id = dead.GetProperty("id").GetString();
        Assert.Equal("UNDECODABLE", dead.GetProperty("errorCode").GetString());
        await client.ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Get, $"/v1/dead-letters/{id}");
        Assert.Equal("NOT_DECODABLE", (await platform.ExpectAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Post, $"/v1/dead-letters/{id}/replay", "{}", wait: 20)).GetProperty("code").GetString());
        var discarded = await platform.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/dead-letters/{id}/discard", """{"reason":"test"}""", wait: 20);
        Assert.Equal("discarded", discarded.GetProperty("status").GetString());
    });

    [ServersFact]
    public Task What_the_broker_gave_up_on_is_the_tenants_own_holds_its_key_back_and_can_be_replayed() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(TestPlans.Inline);
        var given = Orders.Start(client.TenantId, "given-up", "inline");
        await using (var channel = await System.Orders.Broker.OpenChannelAsync(channel: null, CancellationToken.None))
            await channel.BasicPublishAsync(exchange: Topology.DeadExchange(Domain.Runs), routingKey: Orders.QueueOf(given), body: Wire.Encode(given));
        var dead = await ListedAsync(client, "given-up");
        Assert.Equal(("StartRun", "BROKER_DELIVERY_LIMIT", Orders.QueueOf(given)), (dead.Text("type"), dead.Text("errorCode"), dead.Text("queue")));
        Assert.Equal("failed", (await client.GetAsync($"/v1/commands/{given.Id}")).Text("status"));

        await System.Orders.SendAsync(Orders.External(client.TenantId, "given-up", 1));
        var id = dead.Text("id");
        await Eventually.HoldsAsync(
            async () => (await client.GetAsync($"/v1/dead-letters/{id}")).GetProperty("waiting").GetArrayLength() == 1, TimeSpan.FromSeconds(20), "nothing waits behind it");
        await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/dead-letters/{id}/replay", "{}", wait: 20);
        await client.EndsAsync("given-up");
    });

    [Fact]
    public void What_was_in_a_step_kinds_queue_is_kept_where_its_run_is()
    {
        var call = Orders.Envelope(Guid.NewGuid(), new { n = 1 }, "run-1", resource: null, "CallStep");
        var (queue, order) = DeadDrain.OrderFor(Domain.Runs, "dvt.steps.http", call);
        Assert.Equal((Orders.QueueOf(call), call.TenantId, "run-1"), (queue, order.TenantId, order.Key));
        Assert.Equal("dvt.steps.http", ContractsJson.Read<KeepDeadLetter>(order.Body).Queue);
        Assert.Equal("dvt.runs.3", DeadDrain.OrderFor(Domain.Runs, "dvt.runs.3", call).Queue);
    }

    [ServersFact]
    public Task What_people_decide_about_dead_letters_has_one_result_and_stands_in_the_audit_and_its_repetition_is_answered_alike() => AsTenantAsync(async client =>
    {
        var dead = await PoisonAsync(System, client, "decided");
        var path = $"/v1/dead-letters/{dead.GetProperty("id")}";
        var replayed = await ResultAsync(client, await client.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, $"{path}/replay", "{}", key: "r"));
        Assert.Equal(("refused", "REPLAY_FAILED", "ReplayDeadLetter"), (replayed.Text("status"), replayed.Text("code"), replayed.Text("type")));

        const string Body = """{"reason":"test"}""";
        var first = await client.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, $"{path}/discard", Body, key: "d");
        Assert.Equal("done", (await ResultAsync(client, first)).Text("status"));
        var again = await client.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, $"{path}/discard", Body, key: "d");
        Assert.Equal(first.ToString(), again.ToString());
        Assert.Equal("discarded", (await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"{path}/discard", Body, key: "d", wait: 20)).Text("status"));
        var other = await client.ExpectAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Post, $"{path}/discard", """{"reason":"other"}""", key: "d");
        Assert.Equal("idempotency_key_reused", other.Text("code"));
        Assert.Equal(1, await System.ReadAsync<long>(
            "select count(*) from log.events where tenant_id = $1 and stream = $2", client.TenantId, $"command-{first.GetProperty("commandId")}"));
        var audited = (await client.GetAsync("/v1/audit?limit=100")).GetProperty("items").EnumerateArray().Select(e => (e.Text("action"), e.Text("status"))).ToList();
        Assert.Single(audited, ("DiscardDeadLetter", "done"));
        Assert.Single(audited, ("ReplayDeadLetter", "refused"));
    });

    [ServersFact]
    public Task Each_of_many_replayed_at_once_has_its_result() => AsTenantAsync(async client =>
    {
        await PoisonAsync(System, client, "many-1");
        await PoisonAsync(System, client, "many-2");
        var sent = (await client.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, "/v1/dead-letters/replay", """{"type":"TestPoison"}""")).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(2, sent.Count);
        foreach (var accepted in sent)
            Assert.Equal("REPLAY_FAILED", (await ResultAsync(client, accepted)).Text("code"));
    });

    static async Task<JsonElement> ResultAsync(ApiClient client, JsonElement accepted)
    {
        client.Note(accepted);
        JsonElement command = default;
        await Eventually.HoldsAsync(async () => (command = await client.GetAsync($"/v1/commands/{accepted.GetProperty("commandId")}")).Text("status") != "accepted",
            TimeSpan.FromSeconds(30), "the command stayed undecided");
        return command;
    }

    /// <summary>A message of the tenant that fails for good, as it is listed then.</summary>
    internal static async Task<JsonElement> PoisonAsync(DvtSystem system, ApiClient client, string key)
    {
        await system.Orders.PublishAsync(Orders.Envelope(client.TenantId, new { mode = "throw" }, key, resource: null, "TestPoison"));
        return await ListedAsync(client, key);
    }

    static async Task<JsonElement> ListedAsync(ApiClient client, string key)
    {
        JsonElement dead = default;
        await Eventually.HoldsAsync(async () =>
        {
            dead = (await client.GetAsync("/v1/dead-letters?status=open")).GetProperty("items").EnumerateArray().FirstOrDefault(d => d.GetProperty("key").GetString() == key);
            return dead.ValueKind is JsonValueKind.Object;
        }, TimeSpan.FromSeconds(40), "no dead letter was listed");
        return dead;
    }
}
