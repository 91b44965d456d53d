using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Journeys;

public sealed class ConversationJourneys(JourneySystem journeys, ITestOutputHelper output) : JourneyTest(journeys, output)
{
    /// <summary>Without it audio is not listened to, and the guest is told so.</summary>
    const string Ffmpeg = "/usr/bin/ffmpeg";

    static (string Said, string CheckIn, string CheckOut) Stay(int days)
    {
        var day = DateOnly.FromDateTime(DateTime.UtcNow).AddDays(days);
        return (string.Create(CultureInfo.InvariantCulture, $"del {day.Day}/{day.Month}/{day.Year} al {day.AddDays(2).Day}/{day.AddDays(2).Month}/{day.AddDays(2).Year}"),
            $"{day:yyyy-MM-dd}", $"{day.AddDays(2):yyyy-MM-dd}");
    }

    [ServersFact]
    public Task A_guest_writes_and_has_a_confirmed_booking_in_the_end() => AsTenantAsync(async client =>
    {
        await Cabins.UnitAsync(client);
        var guest = await TalkingGuest.OfAsync(client);
        var stay = Stay(20);
        await guest.WriteAsync("hola");
        Assert.Contains("menu_availability", TalkingGuest.ButtonsOf(await guest.HearsAsync("ayudo")));
        await guest.WriteAsync($"hay lugar {stay.Said}?");
        Assert.Contains("guests_2", TalkingGuest.ButtonsOf(await guest.HearsAsync("personas")));
        await guest.PressAsync("guests_2");
        var offer = await guest.HearsAsync("está libre");
        await guest.PressAsync(TalkingGuest.ButtonsOf(offer).Single(b => b.StartsWith("confirm_res_", StringComparison.Ordinal)));
        await TalkingGuest.PayAsync(await guest.HearsAsync("código RES"));
        await guest.HearsAsync("¡Confirmado!");
        var booking = (await client.GetAsync("/v1/bookings?status=confirmed")).GetProperty("items")[0];
        Assert.Equal((stay.CheckIn, stay.CheckOut, "whatsapp"), (booking.Text("checkIn"), booking.Text("checkOut"), booking.Text("channel")));
        var row = (await client.GetAsync("/v1/conversations")).GetProperty("items")[0];
        Assert.Equal((booking.Text("code"), guest.Phone), (row.Text("bookingCode"), row.Text("userId")));
        await Eventually.HoldsAsync(async () => (await client.GetAsync($"/v1/conversations/{row.Text("conversationId")}")).GetProperty("messages").EnumerateArray()
            .Where(m => m.Text("direction") == "out").All(m => m.Text("status") is "delivered"), TimeSpan.FromSeconds(20), "not all were delivered");
    });

    [ServersFact]
    public Task A_guest_speaks_and_has_a_confirmed_booking_in_the_end() => AsTenantAsync(async client =>
    {
        await Cabins.UnitAsync(client);
        var guest = await TalkingGuest.OfAsync(client);
        await guest.SayAsync("mmm shhh", confidence: 0.3);
        if (!File.Exists(Ffmpeg))
        {
            await guest.HearsAsync("Ahora no puedo escuchar audios");
            return;
        }
        await guest.HearsAsync("No pude entender bien el audio");
        await guest.SayAsync($"quiero reservar {Stay(30).Said} para dos personas", confidence: 0.93);
        await guest.HearsAsync("está libre");
        await guest.SayAsync("sí, dale", confidence: 0.9);
        await TalkingGuest.PayAsync(await guest.HearsAsync("código RES"));
        await guest.HearsAsync("¡Confirmado!");
    });

    [ServersFact]
    public Task A_message_that_comes_three_times_is_answered_once() => AsTenantAsync(async client =>
    {
        var guest = await TalkingGuest.OfAsync(client);
        var body = $$$"""
            {"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"{{{guest.PhoneNumberId}}}"},
             "contacts":[{"profile":{"name":"Ana"},"wa_id":"{{{guest.Phone}}}"}],"messages":[{"from":"{{{guest.Phone}}}","id":"wamid.{{{guest.Phone}}}","timestamp":"1767225600","type":"text","text":{"body":"ma\u00f1ana \/ hola"}}]}}]}]}
            """;
        for (var i = 0; i < 3; i++)
            Assert.Equal((HttpStatusCode.OK, "{\"received\":1}"), await PostAsync(body, Sign(body, TalkingGuest.AppSecret)));
        await Eventually.HoldsAsync(async () => (await client.GetAsync("/v1/conversations")).GetProperty("items").GetArrayLength() == 1, TimeSpan.FromSeconds(20), "nobody listened");
        var id = (await client.GetAsync("/v1/conversations")).GetProperty("items")[0].Text("conversationId");
        // A fourth message is behind the three in the same queue: when it is answered they were too.
        await guest.WriteAsync("quiero hablar con una persona");
        await guest.HearsAsync("persona del equipo");
        var messages = (await client.GetAsync($"/v1/conversations/{id}")).GetProperty("messages").EnumerateArray().ToList();
        Assert.Equal(["mañana / hola", "quiero hablar con una persona"], messages.Where(m => m.Text("direction") == "in").Select(m => m.Text("text")));
        Assert.Equal(2, messages.Count(m => m.Text("direction") == "out"));
    });

    [ServersFact]
    public Task What_is_not_signed_by_the_app_is_refused_and_changes_nothing() => AsTenantAsync(async client =>
    {
        var guest = await TalkingGuest.OfAsync(client);
        var body = $$$"""{"entry":[{"changes":[{"value":{"metadata":{"phone_number_id":"{{{guest.PhoneNumberId}}}"},"messages":[{"from":"1","id":"wamid.x","timestamp":"1","type":"text","text":{"body":"hola"}}]}}]}]}""";
        foreach (var signature in (string?[])[null, "", "sha256=", "sha256=zz", "sha1=" + Sign(body, TalkingGuest.AppSecret)[7..], Sign(body, "another"), Sign(body + " ", TalkingGuest.AppSecret)])
            Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(body, signature)).Status);
        var unknown = body.Replace(guest.PhoneNumberId, "000", StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.OK, "{\"received\":0}"), await PostAsync(unknown, Sign(unknown, TalkingGuest.AppSecret)));
        Assert.Equal(HttpStatusCode.OK, (await PostAsync("{}", Sign("{}", TalkingGuest.AppSecret))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync("{", Sign("{", TalkingGuest.AppSecret))).Status);
        Assert.Equal(0, (await client.GetAsync("/v1/conversations")).GetProperty("items").GetArrayLength());
        using var http = new HttpClient { BaseAddress = System.Api.Url };
        Assert.Equal("1158201444", await http.GetStringAsync($"/v1/webhooks/whatsapp?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={TalkingGuest.VerifyToken}"));
        Assert.Equal(HttpStatusCode.Forbidden, (await http.GetAsync("/v1/webhooks/whatsapp?hub.mode=subscribe&hub.challenge=1&hub.verify_token=wrong")).StatusCode);
    });

    [ServersFact]
    public Task A_person_takes_over_answers_and_hands_back() => AsTenantAsync(async client =>
    {
        await Cabins.UnitAsync(client);
        var guest = await TalkingGuest.OfAsync(client);
        await guest.WriteAsync("hola");
        await guest.HearsAsync("ayudo");
        var path = $"/v1/conversations/{(await client.GetAsync("/v1/conversations")).GetProperty("items")[0].Text("conversationId")}";
        Assert.True((await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"{path}/takeover", "{}")).GetProperty("withPerson").GetBoolean());
        await guest.WriteAsync("hay disponibilidad?");
        await client.ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, $"{path}/messages", """{"text":"Soy Luis, ya te digo."}""", key: "once");
        await client.ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, $"{path}/messages", """{"text":"Soy Luis, ya te digo."}""", key: "once");
        await guest.HearsAsync("Soy Luis");
        Assert.False((await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"{path}/handback", "{}")).GetProperty("withPerson").GetBoolean());
        await guest.WriteAsync("hay disponibilidad?");
        await guest.HearsAsync("qué fechas");
        var texts = (await guest.MessagesAsync()).Select(m => m.GetProperty("text").GetString()!).ToList();
        Assert.Equal(3, texts.Count);
    });

    [ServersFact]
    public Task A_hold_that_expires_is_told_to_the_guest_and_a_taken_night_comes_with_alternatives() => AsTenantAsync(async client =>
    {
        var unit = await Cabins.UnitAsync(client);
        var guest = await TalkingGuest.OfAsync(client, name: "John");
        var stay = Stay(40);
        await guest.WriteAsync($"I'd like to book from {stay.CheckIn} to {stay.CheckOut} for 2 guests");
        await guest.HearsAsync("is free");
        await Cabins.HoldAsync(client, unit, days: 40, nights: 2);
        await guest.WriteAsync("yes please");
        Assert.Contains(TalkingGuest.ButtonsOf(await guest.HearsAsync("just been taken")), b => b.StartsWith("date_range_", StringComparison.Ordinal));
        var other = Stay(60);
        await guest.WriteAsync($"from {other.CheckIn} to {other.CheckOut}");
        await guest.HearsAsync("is free");
        await guest.WriteAsync("ok");
        await guest.HearsAsync("I am holding");
        var booking = (await client.GetAsync("/v1/bookings?channel=whatsapp")).GetProperty("items")[0];
        await Cabins.LetEndAsync(System, Guid.Parse(booking.Text("bookingId")));
        await client.SendAsync(HttpMethod.Post, $"/v1/bookings/{booking.Text("code")}/confirmation", wait: 30);
        await guest.HearsAsync("is over");
    });

    [ServersFact]
    public Task A_guest_with_two_conversations_is_forgotten_in_both() => AsTenantAsync(async client =>
    {
        await Cabins.UnitAsync(client);
        var guest = await TalkingGuest.OfAsync(client, name: "Zoë Quiet");
        await guest.WriteAsync($"quiero reservar {Stay(25).Said} para 2 personas");
        await guest.HearsAsync("está libre");
        await guest.WriteAsync("sí");
        await guest.HearsAsync("código RES");
        var elsewhere = await guest.ElsewhereAsync(client);
        await elsewhere.WriteAsync("hola");
        await elsewhere.HearsAsync("ayudo");
        var ordered = () => System.RowsAsync("select cause_id from channels.decided where tenant_id = $1 and commands::text like $2", client.TenantId, $"%{guest.Phone}%");
        Assert.Single(await ordered());
        var code = (await client.GetAsync("/v1/bookings?channel=whatsapp")).GetProperty("items")[0].Text("code");
        var guestId = (await client.GetAsync($"/v1/bookings/{code}")).Text("guestId");
        await client.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Delete, $"/v1/guests/{guestId}/personal-data");
        await Eventually.HoldsAsync(async () => (await ConversationsAsync(client)).All(c => c.Text("userId").Length == 0), TimeSpan.FromSeconds(20),
            async () => $"not every conversation has forgotten the guest: {await client.GetAsync("/v1/conversations")}");
        Assert.Equal(2, (await ConversationsAsync(client)).Count);
        Assert.Empty(await ordered());
        Assert.Empty(await System.RowsAsync("select message_id from channels.message where tenant_id = $1 and body is not null", client.TenantId));
        Assert.Empty(await System.RowsAsync("select conversation_id from channels.conversation where tenant_id = $1 and (name is not null or state::text like '%Quiet%')", client.TenantId));
        // Written again, it is heard by the same conversation.
        await elsewhere.WriteAsync("hola");
        await elsewhere.HearsAsync("ayudo");
        Assert.Equal(2, (await ConversationsAsync(client)).Count);
    });

    static async Task<List<JsonElement>> ConversationsAsync(ApiClient client) => [.. (await client.GetAsync("/v1/conversations")).GetProperty("items").EnumerateArray()];

    async Task<(HttpStatusCode Status, string Body)> PostAsync(string body, string? signature)
    {
        using var http = new HttpClient { BaseAddress = System.Api.Url };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/webhooks/whatsapp") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (signature is not null)
            request.Headers.TryAddWithoutValidation("X-Hub-Signature-256", signature);
        using var answer = await http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    static string Sign(string body, string secret) =>
        "sha256=" + Convert.ToHexStringLower(global::System.Security.Cryptography.HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(body)));

    [ServersFact]
    public Task A_status_with_nothing_but_the_channels_id_reaches_its_message_and_one_that_comes_too_early_is_kept() => AsTenantAsync(async client =>
    {
        var guest = await TalkingGuest.OfAsync(client);
        await guest.WriteAsync("hola");
        var answer = await guest.HearsAsync("ayudo");
        string Status(string id) => $$$"""
            {"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"{{{guest.PhoneNumberId}}}"},
             "statuses":[{"id":"{{{id}}}","status":"read","timestamp":"1767225700","recipient_id":"{{{guest.Phone}}}"}]}}]}]}
            """;
        var (known, unknown) = (Status(answer.Text("id")), Status($"wamid.early.{guest.Phone}"));
        await Eventually.HoldsAsync(
            async () => await PostAsync(known, Sign(known, TalkingGuest.AppSecret)) == (HttpStatusCode.OK, "{\"received\":1}"), TimeSpan.FromSeconds(20), "its id is not known");
        var id = (await client.GetAsync("/v1/conversations")).GetProperty("items")[0].Text("conversationId");
        await Eventually.HoldsAsync(async () => (await client.GetAsync($"/v1/conversations/{id}")).GetProperty("messages").EnumerateArray()
            .Any(m => m.Text("direction") == "out" && m.Text("status") == "read"), TimeSpan.FromSeconds(20), "the status did not arrive");
        Assert.Equal((HttpStatusCode.OK, "{\"received\":0}"), await PostAsync(unknown, Sign(unknown, TalkingGuest.AppSecret)));
        Assert.Equal(1, await System.ReadAsync<long>("select count(*) from channels.early_status where tenant_id = $1", client.TenantId));
    });
}
