using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dvt.Api;
using Dvt.Contracts;
using Dvt.Workers.Channels;
using Xunit;

namespace Dvt.Tests.Rules.Conversations;

public sealed class WhatsAppTests
{
    static string Notification(string value) => $$"""{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{{value}}}]}]}""";

    static string Message(string content) => Notification(
        $$"""{"metadata":{"phone_number_id":"1065"},"contacts":[{"profile":{"name":"Ana"},"wa_id":"18095550199"}],"messages":[{"from":"18095550199","id":"wamid.A","timestamp":"1767225600",{{content}}}]}""");

    [Theory]
    [InlineData("""  "type":"text","text":{"body":"ma\u00f1ana"} """, MessageKinds.Text, "mañana", null)]
    [InlineData("""  "type":"audio","audio":{"id":"77","mime_type":"audio/ogg"} """, MessageKinds.Audio, null, "77")]
    [InlineData("""  "type":"image","image":{"id":"78","caption":"mira"} """, MessageKinds.Image, "mira", "78")]
    [InlineData("""  "type":"interactive","interactive":{"type":"button_reply","button_reply":{"id":"guests_2","title":"2"}} """, MessageKinds.Button, "guests_2", null)]
    [InlineData("""  "type":"interactive","interactive":{"type":"list_reply","list_reply":{"id":"acc_1","title":"x"}} """, MessageKinds.Button, "acc_1", null)]
    [InlineData("""  "type":"button","button":{"payload":"pay_now_x","text":"Pagar"} """, MessageKinds.Button, "pay_now_x", null)]
    [InlineData("""  "type":"location","location":{"latitude":1} """, MessageKinds.Other, null, null)]
    public void Messages_of_all_kinds_are_one_form(string content, string kind, string? text, string? media)
    {
        var (phone, message) = Assert.Single(WhatsAppNotification.Read(JsonElement.Parse(Message(content))).Messages);
        Assert.Equal(("1065", new InboundMessage("wamid.A", "whatsapp", "18095550199", DateTimeOffset.FromUnixTimeSeconds(1767225600), kind, text, media, "Ana")), (phone, message));
    }

    [Fact]
    public void A_status_leads_back_to_the_message_by_what_was_sent_along_or_by_its_id()
    {
        Guid conversation = Guid.NewGuid(), message = Guid.NewGuid();
        var told = WhatsAppNotification.Read(JsonElement.Parse(Notification(
            $$"""{"metadata":{"phone_number_id":"1065"},"statuses":[{"id":"wamid.O","status":"failed","recipient_id":"1","biz_opaque_callback_data":"{{conversation}}/{{message}}","errors":[{"code":131047}]},{"id":"wamid.P","status":"played","recipient_id":"1"},{"status":"sent"},{"id":"wamid.Q","status":"deleted"}]}""")));
        Assert.Equal(
        [
            new WhatsAppNotification.StatusTold("1065", new(conversation, message), SendingStatus.Failed, "wamid.O", 131047),
            new WhatsAppNotification.StatusTold("1065", Message: null, SendingStatus.Read, "wamid.P", Code: null),
        ], told.Statuses);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"entry":{}}""")]
    [InlineData("""{"entry":[1,{"changes":[{"value":{"metadata":{"phone_number_id":"1"},"messages":[{},{"id":1},{"id":"a","from":"b","type":"text"}]}}]}]}""")]
    public void Odd_notifications_are_passed_over(string body) => Assert.True(WhatsAppNotification.Read(JsonElement.Parse(body)).Messages.Count <= 1);

    [Theory]
    [InlineData(200, """{"messages":[{"id":"wamid.X"}]}""", SendingStatus.Sent, null)]
    [InlineData(200, "{}", SendingStatus.Unknown, null)]
    [InlineData(200, "<html>", SendingStatus.Unknown, null)]
    [InlineData(400, """{"error":{"code":131047}}""", SendingStatus.Failed, 131047)]
    [InlineData(401, """{"error":{"code":190}}""", SendingStatus.Failed, 190)]
    [InlineData(429, """{"error":{"code":130429}}""", SendingStatus.Owed, 130429)]
    [InlineData(500, """{"error":{"code":131000}}""", SendingStatus.Owed, 131000)]
    [InlineData(503, "", SendingStatus.Owed, null)]
    [InlineData(502, "<html>", SendingStatus.Unknown, null)]
    [InlineData(404, "", SendingStatus.Failed, null)]
    public void An_answer_is_sent_refused_or_unknown(int status, string body, string expected, int? code)
    {
        var outcome = WhatsAppClient.Read(status, body);
        Assert.Equal((expected, code), (outcome.Status, outcome.Code));
    }

    [Theory]
    [InlineData(130429, ErrorClass.Retry)]
    [InlineData(131056, ErrorClass.Retry)]
    [InlineData(190, ErrorClass.Configuration)]
    [InlineData(215, ErrorClass.Configuration)]
    [InlineData(131026, ErrorClass.Permanent)]
    [InlineData(132001, ErrorClass.Permanent)]
    internal void Errors_are_what_the_protocol_says(int code, ErrorClass expected) => Assert.Equal(expected, WhatsAppErrors.Of(code));

    [Fact]
    public void Outside_the_window_there_is_a_template_or_nothing()
    {
        var plain = new OutboundMessage("hola");
        var template = plain with { Template = new MessageTemplate("reminder", "es", ["Ana", "12:30"]) };
        Assert.Equal("text", (string?)WhatsAppMessage.Of("1", template, isOpen: true, "x")!["type"]);
        Assert.Null(WhatsAppMessage.Of("1", plain, isOpen: false, "x"));
        var sent = WhatsAppMessage.Of("1", template, isOpen: false, "x")!;
        Assert.Equal(("template", "reminder", 2), ((string?)sent["type"], (string?)sent["template"]!["name"], sent["template"]!["components"]![0]!["parameters"]!.AsArray().Count));
    }

    [Theory]
    [InlineData(3, "button")]
    [InlineData(4, "list")]
    [InlineData(12, "list")]
    public void More_than_three_buttons_are_a_list(int buttons, string type)
    {
        var message = new OutboundMessage(new string('x', 2000), [.. Enumerable.Range(0, buttons).Select(n => new Button($"b{n}", new string('y', 40)))]);
        var sent = WhatsAppMessage.Of("1", message, isOpen: true, "x")!["interactive"]!;
        Assert.Equal((type, 1024), ((string?)sent["type"], ((string?)sent["body"]!["text"])!.Length));
        if (type == "list")
            Assert.InRange(sent["action"]!["sections"]![0]!["rows"]!.AsArray().Count, 4, 10);
    }

    [Theory]
    [InlineData("""{"text":"hola","segments":[{"start":0,"end":2,"avg_logprob":-0.1,"no_speech_prob":0}]}""", "hola", 0.905)]
    [InlineData("""{"text":"hola","segments":[{"start":0,"end":1,"avg_logprob":0,"no_speech_prob":0},{"start":1,"end":4,"avg_logprob":0,"no_speech_prob":0.8}]}""", "hola", 0.4)]
    [InlineData("""{"text":" hola "}""", "hola", null)]
    public void Confidence_is_the_mean_probability_by_length(string answer, string text, double? confidence)
    {
        var heard = TranscriptionClient.Read(JsonElement.Parse(answer));
        Assert.Equal(text, heard.Text);
        Assert.Equal(confidence ?? -1, heard.Confidence ?? -1, tolerance: 0.001);
    }

    /// <summary>The vector of protocols.md §4.1: bytes as Meta escapes them.</summary>
    [Fact]
    public void The_signature_is_over_the_bytes_as_they_came()
    {
        const string body = """{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"text":"ma\u00f1ana \/ hola"}}]}]}""";
        Assert.Equal("eb1e7ed97f9c912f7078adf72c985b90964e25a3eca24cbb07ac0148d5bf0db0", Convert.ToHexStringLower(HMACSHA256.HashData("test_app_secret"u8, Encoding.UTF8.GetBytes(body))));
        WhatsAppWebhooks.Check("SHA256=EB1E7ED97F9C912F7078ADF72C985B90964E25A3ECA24CBB07AC0148D5BF0DB0", Encoding.UTF8.GetBytes(body), "test_app_secret");
        Assert.Equal("Invalid signature", Assert.Throws<ProblemException>(() => WhatsAppWebhooks.Check("sha256=" + new string('0', 64), Encoding.UTF8.GetBytes(body), "test_app_secret")).Message);
        Assert.Throws<ProblemException>(() => WhatsAppWebhooks.Check("sha256=eb1e7ed97f9c912f7078adf72c985b90964e25a3eca24cbb07ac0148d5bf0db0", Encoding.UTF8.GetBytes(body), secret: null));
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"url":7}""")]
    [InlineData("""{"url":"not an address"}""")]
    public void A_description_of_media_without_an_address_is_a_fault_that_is_tried_again(string description) =>
        Assert.Throws<HttpRequestException>(() => WhatsAppClient.AddressOf(description));

    [Fact]
    public void A_description_of_media_names_its_address() =>
        Assert.Equal(new Uri("https://lookaside.fbsbx.com/x?mid=1"), WhatsAppClient.AddressOf("""{"url":"https://lookaside.fbsbx.com/x?mid=1","mime_type":"audio/ogg"}"""));
}
