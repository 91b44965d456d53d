using System.Net;
using System.Text;
using System.Text.Json;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Journeys;

/// <summary>What happens to a booking reaches its guest, once.</summary>
public sealed class MessageJourneys(JourneySystem journeys, ITestOutputHelper output) : JourneyTest(journeys, output)
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly string guest = $"ana-{Guid.NewGuid():n}@guests.test";

    async Task<JsonElement> HoldAsync(ApiClient client)
    {
        var unit = await Cabins.UnitAsync(client);
        var (checkIn, checkOut) = Cabins.Nights(20, 3);
        return await client.ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, "/v1/bookings",
            JsonSerializer.Serialize(new { unitId = unit, checkIn, checkOut, guests = 2, guest = new { name = "Ana Pérez", email = guest } }), wait: 30);
    }

    async Task<List<JsonElement>> MailsAsync()
    {
        using var http = new HttpClient { BaseAddress = System.Sandbox };
        return [.. JsonElement.Parse(await http.GetStringAsync(new Uri($"/mail/messages?to={guest}", UriKind.Relative))).GetProperty("messages").EnumerateArray()];
    }

    async Task FailAsync(string fault)
    {
        using var http = new HttpClient { BaseAddress = System.Sandbox };
        using var content = new StringContent(fault, Encoding.UTF8, "application/json");
        using var answer = await http.PutAsync(new Uri($"/mail/faults/{guest}", UriKind.Relative), content);
        Assert.True(answer.IsSuccessStatusCode);
    }

    Task MailsAreAsync(int count) => Eventually.HoldsAsync(async () => (await MailsAsync()).Count == count, Patience, $"there are not {count} mails");

    static async Task<JsonElement> MessageAsync(ApiClient client, string code, string template) =>
        (await client.GetAsync($"/v1/messages?booking={code}")).GetProperty("items").EnumerateArray().FirstOrDefault(m => m.Text("template") == template);

    static Task StatusIsAsync(ApiClient client, string code, string template, string status) => Eventually.HoldsAsync(
        async () => await MessageAsync(client, code, template) is { ValueKind: JsonValueKind.Object } message && message.Text("status") == status,
        Patience, $"{template} is not {status}");

    /// <summary>Its moment is now.</summary>
    Task DueAsync(ApiClient client, string template) => System.ExecuteAsync(
        "update messages.notice set due_at = clock_timestamp() where tenant_id = $1 and template = $2 and status = 'owed'", client.TenantId, template);

    [ServersFact]
    public Task A_guest_is_told_what_happens_and_the_host_sees_it() => AsTenantAsync(async client =>
    {
        var code = (await HoldAsync(client)).Text("code");
        await StatusIsAsync(client, code, "hold_created", "accepted");
        await Cabins.DoAsync(client, code, "confirmation");
        await StatusIsAsync(client, code, "booking_confirmed", "accepted");
        await MailsAreAsync(2);
        var confirmed = (await MailsAsync())[1];
        Assert.StartsWith("Reserva confirmada: Cabin", confirmed.Text("subject"), StringComparison.Ordinal);
        Assert.Contains(code, confirmed.Text("text"), StringComparison.Ordinal);
        var listed = await MessageAsync(client, code, "booking_confirmed");
        Assert.Equal(("email", "a…@guests.test", code), (listed.Text("channel"), listed.Text("recipient"), listed.Text("bookingCode")));
        Assert.Equal($"<{listed.Text("messageId")}@dvt.example>", confirmed.Text("messageId"));
        var shown = await client.GetAsync($"/v1/messages/{listed.Text("messageId")}");
        Assert.Equal((guest, confirmed.Text("subject")), (shown.Text("to"), shown.Text("subject")));
        // Whoever may not read guests sees that there was a message, not what it said.
        using var auditor = await client.WithRoleAsync("auditor");
        Assert.False((await auditor.GetAsync($"/v1/messages/{listed.Text("messageId")}")).TryGetProperty("text", out _));
        await Cabins.DoAsync(client, code, "cancellation", "{}");
        await StatusIsAsync(client, code, "booking_cancelled", "accepted");
        await DueAsync(client, "pre_arrival");
        await StatusIsAsync(client, code, "pre_arrival", "skipped");
        await MailsAreAsync(3);
    });

    [ServersFact]
    public Task A_tenant_without_a_telephone_writes_by_email_only_and_nothing_fails() => AsTenantAsync(async client =>
    {
        var unit = await Cabins.UnitAsync(client);
        var code = (await client.ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, "/v1/bookings", Cabins.Stay(unit, 20, 2, phone: "+5491155550177"), wait: 30)).Text("code");
        List<string> told = [];
        await Eventually.HoldsAsync(async () =>
        {
            told = [.. (await client.GetAsync($"/v1/messages?booking={code}")).GetProperty("items").EnumerateArray()
                .Where(m => m.Text("template") == "hold_created" && m.Text("status") is not ("owed" or "sending"))
                .Select(m => $"{m.Text("channel")} {m.Text("status")}{(m.TryGetProperty("code", out var why) ? $" {why}" : "")}").Order(StringComparer.Ordinal)];
            return told.Count == 2;
        }, Patience, () => Task.FromResult($"told: {string.Join(", ", told)}"));
        Assert.Equal(["email accepted", "whatsapp skipped no_channel"], told);
    });

    [ServersFact]
    public Task A_reminder_goes_once_also_when_the_hold_is_extended() => AsTenantAsync(async client =>
    {
        var code = (await HoldAsync(client)).Text("code");
        await StatusIsAsync(client, code, "hold_reminder", "owed");
        await DueAsync(client, "hold_reminder");
        await StatusIsAsync(client, code, "hold_reminder", "accepted");
        await Cabins.DoAsync(client, code, "extension");
        await Eventually.HoldsAsync(async () => await BehindAsync() == 0, Patience, "the log is not followed");
        Assert.Equal("accepted", (await MessageAsync(client, code, "hold_reminder")).Text("status"));
        Assert.Single(await MailsAsync(), m => m.Text("subject").Contains("vence", StringComparison.Ordinal));
    });

    Task<long> BehindAsync() => System.ReadAsync<long>(
        "select coalesce(sum(s.head - c.\"offset\"), 0)::bigint from messages.checkpoint c join log.slot s using (slot) where s.domain = 'bookings'");

    [ServersFact]
    public Task A_worker_that_dies_between_intent_and_answer_sends_nothing_twice() => AsTenantAsync(async client =>
    {
        await FailAsync("""{"at":"hang"}""");
        var code = (await HoldAsync(client)).Text("code");
        await MailsAreAsync(1);
        Assert.Equal("sending", (await MessageAsync(client, code, "hold_created")).Text("status"));
        await Task.WhenAll(System.Workers.Select(DvtSystem.ReplaceAsync));
        await FailAsync("""{"at":"hang","times":0}""");
        await System.ExecuteAsync("update messages.notice set leased_until = clock_timestamp() where tenant_id = $1 and status = 'sending'", client.TenantId);
        await StatusIsAsync(client, code, "hold_created", "unknown");
        Assert.Equal("worker_lost", (await MessageAsync(client, code, "hold_created")).Text("code"));
        await Cabins.DoAsync(client, code, "confirmation");
        await StatusIsAsync(client, code, "booking_confirmed", "accepted");
        await MailsAreAsync(2);
    });

    [ServersFact]
    public Task A_lost_answer_is_unknown_a_refusal_for_now_is_tried_again_and_one_for_good_is_not() => AsTenantAsync(async client =>
    {
        await FailAsync("""{"at":"lost","times":1}""");
        var code = (await HoldAsync(client)).Text("code");
        await StatusIsAsync(client, code, "hold_created", "unknown");
        await FailAsync("""{"at":"rcpt","code":451,"times":1}""");
        await Cabins.DoAsync(client, code, "confirmation");
        await Eventually.HoldsAsync(
            async () => await MessageAsync(client, code, "booking_confirmed") is { ValueKind: JsonValueKind.Object } tried && tried.TryGetProperty("code", out var why) && why.GetString() == "smtp_451",
            Patience, "the refusal is not shown");
        await DueAsync(client, "booking_confirmed");
        await StatusIsAsync(client, code, "booking_confirmed", "accepted");
        Assert.Equal(2, (await MessageAsync(client, code, "booking_confirmed")).GetProperty("attempt").GetInt32());
        await FailAsync("""{"at":"end","code":554}""");
        await Cabins.DoAsync(client, code, "cancellation", "{}");
        await StatusIsAsync(client, code, "booking_cancelled", "failed");
        await MailsAreAsync(2);
    });

    [ServersFact]
    public Task A_tenant_says_it_in_its_own_words() => AsTenantAsync(async client =>
    {
        const string path = "/v1/message-templates/hold_created/en";
        Assert.True((await client.GetAsync(path)).GetProperty("isDefault").GetBoolean());
        var refused = await client.ExpectAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Put, path, """{"subject":"Hi","text":"{{#each guests}}x{{/each}}"}""");
        Assert.Equal("/text", refused.GetProperty("errors")[0].Text("pointer"));
        Assert.Equal("Hi Ana", (await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"{path}/preview", """{"subject":"Hi {{firstName}}","text":"x"}""")).Text("subject"));
        await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Put, path, """{"subject":"Held: {{unitName}}","text":"Until {{expiresAt}}, {{firstName}}"}""", ifMatch: "\"0\"");
        await client.ExpectAsync(HttpStatusCode.PreconditionFailed, HttpMethod.Put, path, """{"subject":"a","text":"b"}""", ifMatch: "\"0\"");
        await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Put, "/v1/message-settings", """{"language":"en","preArrivalDays":1,"afterStayDays":1,"channels":["email"],"fromName":"Pine Cabins"}""");
        var code = (await HoldAsync(client)).Text("code");
        await StatusIsAsync(client, code, "hold_created", "accepted");
        var mail = Assert.Single(await MailsAsync());
        Assert.Equal("Held: Cabin", mail.Text("subject"));
        Assert.Matches("^Until [0-9]{2}:[0-9]{2}, Ana", mail.Text("text"));
        await client.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Delete, path);
        Assert.Equal((true, 2), ((await client.GetAsync(path)).GetProperty("isDefault").GetBoolean(), (await client.GetAsync(path)).GetProperty("revision").GetInt32()));
    });

    [ServersFact]
    public Task A_run_writes_once_and_says_which_message_it_was() => AsTenantAsync(async client =>
    {
        await client.PublishAsync("""
            {"planId":"tell","version":"1.0.0","inputSchema":{"type":"object"},"steps":[
              {"stepId":"tell","kind":"message.send","with":{"channel":"email","to":"${input.to}","subject":"Hola","text":"Todo listo, ${input.name}"} }]}
            """);
        var runId = await client.StartAsync("tell", new { to = guest, name = "Ana" });
        await MailsAreAsync(1);
        Assert.Equal("Todo listo, Ana", (await MailsAsync())[0].Text("text").TrimEnd());
        await Eventually.HoldsAsync(
            async () => (await client.GetAsync("/v1/messages?channel=email")).GetProperty("items").EnumerateArray().Any(m => m.GetProperty("status").GetString() == "accepted" && m.Text("runId") == runId),
            Patience, "the run's message is not listed");
    });

    [ServersFact]
    public Task An_erased_guest_is_written_to_no_more_and_what_was_said_is_gone() => AsTenantAsync(async client =>
    {
        var held = await HoldAsync(client);
        var code = held.Text("code");
        await StatusIsAsync(client, code, "hold_created", "accepted");
        var messageId = (await MessageAsync(client, code, "hold_created")).Text("messageId");
        await Cabins.DoAsync(client, code, "confirmation");
        await StatusIsAsync(client, code, "booking_confirmed", "accepted");
        await client.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Delete, $"/v1/guests/{held.Text("guestId")}/personal-data");
        var shown = await client.GetAsync($"/v1/messages/{messageId}");
        Assert.True(shown.GetProperty("erased").GetBoolean());
        Assert.False(shown.TryGetProperty("to", out _));
        // The same person again, with another key.
        Assert.Equal(held.Text("guestId"), (await HoldAsync(client)).Text("guestId"));
        Assert.True((await client.GetAsync($"/v1/messages/{messageId}")).GetProperty("erased").GetBoolean());
        await DueAsync(client, "pre_arrival");
        await StatusIsAsync(client, code, "pre_arrival", "skipped");
        Assert.Equal("guest_erased", (await MessageAsync(client, code, "pre_arrival")).Text("code"));
    });

    static Task WhatsAppIsAsync(ApiClient client, string code, string template, string status) => Eventually.HoldsAsync(
        async () => (await client.GetAsync($"/v1/messages?booking={code}&channel=whatsapp")).GetProperty("items").EnumerateArray()
            .Any(m => m.Text("template") == template && m.Text("status") == status),
        Patience, async () => $"{template} is not {status}: {await client.GetAsync($"/v1/messages?booking={code}&channel=whatsapp")}");

    [ServersFact]
    public Task A_guest_who_has_not_written_gets_the_template_and_the_message_tells_what_became_of_it() => AsTenantAsync(async client =>
    {
        var unit = await Cabins.UnitAsync(client);
        var guest = await TalkingGuest.OfAsync(client);
        var held = await client.ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, "/v1/bookings", Cabins.Stay(unit, 20, 2, phone: "+" + guest.Phone), wait: 30);
        var code = held.Text("code");
        Assert.Contains(code, (await guest.HearsAsync("[dvt_hold_created]")).Text("text"), StringComparison.Ordinal);
        await WhatsAppIsAsync(client, code, "hold_created", "delivered");

        using var http = new HttpClient { BaseAddress = System.Sandbox };
        using var fault = new StringContent("""{"code":131026,"as":"status"}""", Encoding.UTF8, "application/json");
        (await http.PutAsync(new Uri($"/whatsapp/faults/{guest.Phone}", UriKind.Relative), fault)).EnsureSuccessStatusCode();
        await Cabins.DoAsync(client, code, "confirmation");
        await WhatsAppIsAsync(client, code, "booking_confirmed", "failed");
        var failed = (await client.GetAsync($"/v1/messages?booking={code}&channel=whatsapp&status=failed")).GetProperty("items")[0];
        Assert.Equal("131026", failed.Text("code"));
    });
}
