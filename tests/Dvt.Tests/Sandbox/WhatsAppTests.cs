using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dvt.Sandbox;
using Xunit;

namespace Dvt.Tests.Sandbox;

/// <summary>The sandbox's WhatsApp keeps to protocols.md §4.</summary>
public sealed class WhatsAppTests
{
    const string Guest = "18095550199";

    static string Text(string body, string to = Guest) => $$$"""{"messaging_product":"whatsapp","to":"{{{to}}}","type":"text","text":{"body":"{{{body}}}"},"biz_opaque_callback_data":"outbox:42"}""";

    static async Task<Rig> StartAsync(string more = "")
    {
        var rig = await Rig.StartAsync();
        await rig.PutAsync("/whatsapp/settings", $$"""{"webhookUrl":"{{rig.Host.Url}}webhooks/app","appSecret":"test_app_secret"{{more}}}""");
        return rig;
    }

    static async Task<List<JsonElement>> ToldAsync(Rig rig, int count) =>
        (await rig.UntilAsync("/webhooks/app", "received", count)).ConvertAll(r => JsonElement.Parse(r.GetProperty("body").GetString()!)
            .GetProperty("entry")[0].GetProperty("changes")[0].GetProperty("value"));

    [Fact]
    public void The_published_vectors_of_the_signature_hold()
    {
        Assert.Equal("sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
            MetaJson.Sign("It's a Secret to Everybody", "Hello, World!"u8));
        var node = JsonNode.Parse("""{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"text":"mañana / hola"}}]}]}""")!;
        var body = MetaJson.Write(node);
        Assert.Equal(131, body.Length);
        Assert.Equal("sha256=eb1e7ed97f9c912f7078adf72c985b90964e25a3eca24cbb07ac0148d5bf0db0", MetaJson.Sign("test_app_secret", body));
    }

    [Theory]
    [InlineData("quote \" and back\\slash \\u00e9 end\\")]
    [InlineData("line\nand tab\tand \u0001 and 😀 ñ € \u2028")]
    public void What_is_written_as_Meta_writes_reads_back_the_same(string text)
    {
        var body = MetaJson.Write(new JsonObject { ["text"] = text });
        Assert.All(body, octet => Assert.InRange(octet, 0x20, 0x7e));
        Assert.Equal(text, JsonNode.Parse(body)!["text"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_guests_message_comes_signed_over_its_bytes()
    {
        await using var rig = await StartAsync();
        await rig.PostAsync($"/whatsapp/guests/{Guest}/text", """{"text":"¿hay cabaña mañana?"}""");
        var value = Assert.Single(await ToldAsync(rig, 1));
        var message = value.GetProperty("messages")[0];
        Assert.Equal(("¿hay cabaña mañana?", Guest, "1065"), (message.GetProperty("text").GetProperty("body").GetString(),
            message.GetProperty("from").GetString(), value.GetProperty("metadata").GetProperty("phone_number_id").GetString()));
        Assert.Equal(JsonValueKind.String, message.GetProperty("timestamp").ValueKind);
        var delivery = Assert.Single((await rig.GetAsync("/whatsapp/webhook/deliveries")).GetProperty("deliveries").EnumerateArray());
        var expected = "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData("test_app_secret"u8, Encoding.ASCII.GetBytes(delivery.GetProperty("body").GetString()!)));
        Assert.Equal(expected, delivery.GetProperty("signature").GetString());
        Assert.Contains(@"\u00bfhay", delivery.GetProperty("body").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_that_is_sent_is_followed_by_its_statuses()
    {
        await using var rig = await StartAsync();
        await rig.PostAsync($"/whatsapp/guests/{Guest}/text", """{"text":"hola"}""");
        var (status, body) = await rig.PostAsync("/whatsapp/v23.0/1065/messages", Text("Hola Ana"));
        Assert.Equal(200, status);
        var id = body.GetProperty("messages")[0].GetProperty("id").GetString();
        await rig.PostAsync($"/whatsapp/guests/{Guest}/read", "{}");
        var statuses = (await ToldAsync(rig, 4)).Where(v => v.TryGetProperty("statuses", out _)).Select(v => v.GetProperty("statuses")[0]).ToList();
        Assert.Equal(["delivered", "read", "sent"], statuses.Select(s => s.GetProperty("status").GetString()).Order(StringComparer.Ordinal));
        Assert.All(statuses, s => Assert.Equal((id, "outbox:42"), (s.GetProperty("id").GetString(), s.GetProperty("biz_opaque_callback_data").GetString())));
    }

    [Theory]
    [InlineData("""{"messaging_product":"sms","to":"1","text":{"body":"x"}}""", 400, 100)]
    [InlineData("""{"messaging_product":"whatsapp","text":{"body":"x"}}""", 400, 131008)]
    [InlineData("""{"messaging_product":"whatsapp","to":"ana","text":{"body":"x"}}""", 400, 131009)]
    [InlineData("""{"messaging_product":"whatsapp","to":"18095550199","type":"hologram"}""", 400, 131009)]
    [InlineData("""{"messaging_product":"whatsapp","to":"18095550199","type":"audio","audio":{"id":"7"}}""", 400, 131053)]
    [InlineData("""{"messaging_product":"whatsapp","to":"18095550199","type":"interactive","interactive":{"type":"button","body":{"text":"?"},"action":{"buttons":[{"type":"reply","reply":{"id":"a","title":"longer than twenty letters"}}]}}}""", 400, 131009)]
    [InlineData("""{"messaging_product":"whatsapp","to":"18095550199","type":"interactive","interactive":{"type":"list","body":{"text":"?"},"action":{"button":"Ver","sections":[]}}}""", 400, 131009)]
    [InlineData("""{"messaging_product":"whatsapp","to":"18095550199","type":"template","template":{"name":"hello"}}""", 400, 131008)]
    [InlineData("""{"messaging_product":"whatsapp","to":"18095550111","text":{"body":"never wrote"}}""", 400, 131047)]
    [InlineData("no json", 400, 100)]
    public async Task A_message_that_is_wrong_gets_its_code(string message, int status, int code)
    {
        await using var rig = await StartAsync();
        await rig.PostAsync($"/whatsapp/guests/{Guest}/text", """{"text":"hola"}""");
        var (answered, body) = await rig.PostAsync("/whatsapp/v23.0/1065/messages", message);
        Assert.Equal((status, code), (answered, body.GetProperty("error").GetProperty("code").GetInt32()));
    }

    [Fact]
    public async Task Outside_the_window_a_template_still_goes()
    {
        await using var rig = await StartAsync(""","anyTemplate":false""");
        await rig.PostAsync($"/whatsapp/guests/{Guest}/text", """{"text":"hola"}""");
        await rig.PutAsync($"/whatsapp/guests/{Guest}", """{"lastInboundAt":"2020-01-01T00:00:00Z"}""");
        Assert.Equal(131047, (await rig.PostAsync("/whatsapp/v23.0/1065/messages", Text("hola"))).Body.GetProperty("error").GetProperty("code").GetInt32());
        var template = $$$"""{"messaging_product":"whatsapp","to":"{{{Guest}}}","type":"template","template":{"name":"arrival","language":{"code":"es"},"components":[{"type":"body","parameters":[{"type":"text","text":"Ana"}]}]}}""";
        Assert.Equal(404, (await rig.PostAsync("/whatsapp/v23.0/1065/messages", template)).Status);
        await rig.PutAsync("/whatsapp/templates/arrival/es", """{"parameters":2}""");
        Assert.Equal(132000, (await rig.PostAsync("/whatsapp/v23.0/1065/messages", template)).Body.GetProperty("error").GetProperty("code").GetInt32());
        await rig.PutAsync("/whatsapp/templates/arrival/es", """{"parameters":1}""");
        Assert.Equal("accepted", (await rig.PostAsync("/whatsapp/v23.0/1065/messages", template)).Body.GetProperty("messages")[0].GetProperty("message_status").GetString());
    }

    [Fact]
    public async Task Recipients_fail_as_ordered_in_the_answer_or_by_status()
    {
        await using var rig = await StartAsync();
        await rig.PostAsync($"/whatsapp/guests/{Guest}/text", """{"text":"hola"}""");
        await rig.PutAsync($"/whatsapp/faults/{Guest}", """{"code":131056,"times":1}""");
        var (status, body) = await rig.PostAsync("/whatsapp/v23.0/1065/messages", Text("one"));
        Assert.Equal((429, 131056), (status, body.GetProperty("error").GetProperty("code").GetInt32()));
        Assert.Equal(200, (await rig.PostAsync("/whatsapp/v23.0/1065/messages", Text("two"))).Status);
        await rig.PutAsync($"/whatsapp/faults/{Guest}", """{"code":131026,"as":"status"}""");
        Assert.Equal(200, (await rig.PostAsync("/whatsapp/v23.0/1065/messages", Text("three"))).Status);
        var failed = (await ToldAsync(rig, 4)).Select(v => v.TryGetProperty("statuses", out var s) ? s[0] : default)
            .Single(s => s.ValueKind == JsonValueKind.Object && s.GetProperty("status").GetString() == "failed");
        Assert.Equal(131026, failed.GetProperty("errors")[0].GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task A_file_is_uploaded_described_and_fetched_with_an_address_that_dies()
    {
        await using var rig = await StartAsync();
        var bytes = RandomNumberGenerator.GetBytes(5_000);
        using var form = new MultipartFormDataContent
        {
            { new StringContent("whatsapp"), "messaging_product" }, { new StringContent("audio/ogg"), "type" }, { new ByteArrayContent(bytes), "file", "a.ogg" },
        };
        using var uploaded = await rig.Http.PostAsync(new Uri("/whatsapp/v23.0/1065/media", UriKind.Relative), form);
        var id = JsonElement.Parse(await uploaded.Content.ReadAsStringAsync()).GetProperty("id").GetString();
        var described = await rig.GetAsync($"/whatsapp/v23.0/{id}");
        Assert.Equal(("audio/ogg", "5000", Convert.ToHexStringLower(SHA256.HashData(bytes))), (described.GetProperty("mime_type").GetString(),
            described.GetProperty("file_size").GetString(), described.GetProperty("sha256").GetString()));
        var url = new Uri(described.GetProperty("url").GetString()!);
        Assert.Equal(bytes, await rig.Http.GetByteArrayAsync(url));
        using var stranger = new HttpClient();
        Assert.Equal(401, (int)(await stranger.GetAsync(url)).StatusCode);
        await rig.PostAsync("/whatsapp/media/expiry", "{}");
        Assert.Equal(404, (int)(await rig.Http.GetAsync(url)).StatusCode);
        Assert.Equal(bytes, await rig.Http.GetByteArrayAsync(new Uri((await rig.GetAsync($"/whatsapp/v23.0/{id}")).GetProperty("url").GetString()!)));
    }

    [Fact]
    public async Task Notifications_are_doubled_turned_round_and_signed_wrongly_when_told_to()
    {
        await using var rig = await StartAsync(""","duplicates":1,"reorder":2,"badSignatures":1""");
        await rig.PostAsync($"/whatsapp/guests/{Guest}/text?id=wamid.1", """{"text":"one"}""");
        await rig.PostAsync($"/whatsapp/guests/{Guest}/text?id=wamid.2", """{"text":"two"}""");
        Assert.Equal(["wamid.2", "wamid.2", "wamid.1", "wamid.1"], (await ToldAsync(rig, 4)).Select(v => v.GetProperty("messages")[0].GetProperty("id").GetString()));
        var right = (await rig.UntilAsync("/whatsapp/webhook/deliveries", "deliveries", 4))
            .ConvertAll(d => d.GetProperty("signature").GetString() == MetaJson.Sign("test_app_secret", Encoding.ASCII.GetBytes(d.GetProperty("body").GetString()!)));
        Assert.Equal([false, true, true, true], right);
    }

    [Fact]
    public async Task A_notification_that_is_refused_comes_again()
    {
        await using var rig = await StartAsync();
        await rig.PutAsync("/webhooks/app", """{"status":503,"failures":1}""");
        await rig.PostAsync($"/whatsapp/guests/{Guest}/text", """{"text":"hola"}""");
        var deliveries = await rig.UntilAsync("/whatsapp/webhook/deliveries", "deliveries", 2);
        Assert.Equal([503, 204], deliveries.Select(d => d.GetProperty("status").GetInt32()));
        Assert.Single(deliveries.Select(d => d.GetProperty("body").GetString()).Distinct());
    }

    [Fact]
    public async Task A_webhook_that_is_not_on_this_machine_is_refused()
    {
        await using var rig = await StartAsync();
        Assert.Equal(400, (await rig.SendAsync(HttpMethod.Put, "/whatsapp/settings", """{"webhookUrl":"http://example.org/"}""")).Status);
        Assert.Equal(400, (await rig.SendAsync(HttpMethod.Put, "/whatsapp/settings", """{"colour":"green"}""")).Status);
    }
}
