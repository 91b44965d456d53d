using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dvt.Contracts;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

/// <summary>What WhatsApp tells: verified over its bytes, made into commands, answered at once. protocols.md §4.1.</summary>
static class WhatsAppWebhooks
{
    const string Path = "/v1/webhooks/whatsapp";
    const string Signature = "X-Hub-Signature-256";
    const string Scheme = "sha256=";

    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Get(Path, Permission.Open, Verify, "Answer the challenge of Meta's verification") with
        {
            Produces = "text/plain", Problems = [Problems.InvalidSignature],
            Parameters =
            [
                new("hub.mode", "`subscribe`."), new("hub.verify_token", "As configured."), new("hub.challenge", "Is answered as it came."),
            ],
        },
        Post(Path, Permission.Open, Receive, "Take messages and statuses of WhatsApp") with
        {
            Body = "WhatsAppNotification", Answer = "Received", Problems = [Problems.InvalidSignature],
            Parameters = [new(Signature, "`sha256=` and the hex HMAC-SHA256 of the body's bytes with the app secret.", In: "header", Required: true)],
            Description = "Signed instead of authenticated. Messages of numbers that no tenant has registered are answered with 200, counted and dropped. A message that comes again is the same message.",
            Example = """{"object":"whatsapp_business_account","entry":[]}""", AnswerExample = """{"received":0}""",
        },
    ];

    static async Task Verify(Call call)
    {
        if (call.Query("hub.mode") != "subscribe" || !AreEqual(call.Query("hub.verify_token") ?? "", call.Backend.Secrets.WhatsAppVerifyToken))
            throw new ProblemException(Problems.InvalidSignature, "Invalid verify token");
        call.Http.Response.ContentType = "text/plain; charset=utf-8";
        await call.Http.Response.WriteAsync(call.Query("hub.challenge") ?? "", call.Stop);
    }

    static async Task Receive(Call call)
    {
        var bytes = await BytesAsync(call);
        Check(call.Http.Request.Headers[Signature].ToString(), bytes, call.Backend.Secrets.WhatsAppAppSecret);
        WhatsAppNotification told;
        try
        {
            told = WhatsAppNotification.Read(JsonElement.Parse(bytes));
        }
        catch (JsonException fault)
        {
            throw new ProblemException(Problems.MalformedJson, fault.Message);
        }
        await call.JsonAsync(new { received = await PassOnAsync(call, told) });
    }

    static async Task<byte[]> BytesAsync(Call call)
    {
        var reader = call.Http.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(call.Stop);
            var isWhole = read.IsCompleted || read.Buffer.Length > call.Endpoint.BodyLimit;
            try
            {
                if (isWhole)
                    return read.Buffer.Length > call.Endpoint.BodyLimit ? throw new ProblemException(Problems.TooLarge) : read.Buffer.ToArray();
            }
            finally
            {
                // Also after a refusal: the server drains what is left and must find the reader at rest.
                reader.AdvanceTo(isWhole ? read.Buffer.End : read.Buffer.Start, read.Buffer.End);
            }
        }
    }

    public static void Check(string header, byte[] body, string? secret)
    {
        var hex = header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..] : "";
        if (hex.Length != 64 || !hex.All(char.IsAsciiHexDigit))
            throw new ProblemException(Problems.InvalidSignature, "Invalid signature format");
        if (secret is not { Length: > 0 } || !CryptographicOperations.FixedTimeEquals(Convert.FromHexString(hex), HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body)))
            throw new ProblemException(Problems.InvalidSignature, "Invalid signature");
    }

    static bool AreEqual(string given, string? wanted) =>
        wanted is { Length: > 0 } && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(wanted)));

    /// <returns>How many messages and statuses went on.</returns>
    static async Task<int> PassOnAsync(Call call, WhatsAppNotification told)
    {
        var passed = 0;
        var now = call.Backend.Clock.GetUtcNow();
        foreach (var ofPhone in told.Messages.GroupBy(m => m.PhoneNumberId))
            if (await call.Backend.Channels.OfExternalAsync(ChannelKinds.WhatsApp, ofPhone.Key, call.Stop) is { } owner)
                foreach (var (_, message) in ofPhone)
                {
                    var to = new ConversationRef(owner.ChannelId, message.UserId);
                    var id = NamedId.Of(ChannelKinds.WhatsApp, owner.ChannelId.ToString(), message.UserId, message.MessageId);
                    await SendAsync(call, id, owner.TenantId, to.IdIn(owner.TenantId), new HearMessage(to, message), now);
                    passed++;
                }
            else
                ApiMeters.UnknownChannel.Add(ofPhone.Count());
        foreach (var status in told.Statuses)
            if (await call.Backend.Channels.OfExternalAsync(ChannelKinds.WhatsApp, status.PhoneNumberId, call.Stop) is { } owner
                && (status.Message ?? await SentAsync(call, owner.TenantId, status)) is { } sent)
            {
                var record = new RecordSending(sent.ConversationId, sent.MessageId, status.Status, status.ProviderId, status.Code);
                await SendAsync(call, NamedId.Of("status", sent.MessageId.ToString(), status.Status), owner.TenantId, sent.ConversationId, record, now);
                passed++;
            }
        return passed;
    }

    /// <summary>
    /// The message by the channel's id of it. Null for one that is not known, or not yet: then the status is kept for whoever stores the id,
    /// and looked up once more, since that may have happened in between.
    /// </summary>
    static async Task<SentMessage?> SentAsync(Call call, Guid tenantId, WhatsAppNotification.StatusTold status)
    {
        var (channels, id) = (call.Backend.Channels, status.ProviderId!);
        var sent = await channels.SentAsync(tenantId, id, call.Stop);
        if (sent is null)
        {
            await channels.KeepStatusAsync(tenantId, id, status.Status, status.Code, call.Stop);
            sent = await channels.SentAsync(tenantId, id, call.Stop);
        }
        return sent is { } message ? new(message.ConversationId, message.MessageId) : null;
    }

    static Task SendAsync<TCommand>(Call call, Guid id, Guid tenantId, Guid conversationId, TCommand command, DateTimeOffset now) where TCommand : ICommand =>
        call.Backend.Sender.SendAsync(TCommand.Domain, new Envelope(
            id, typeof(TCommand).Name, tenantId, conversationId.ToString(), "whatsapp", now, ContractsJson.Element(command), TraceParent: System.Diagnostics.Activity.Current?.Id), call.Stop);
}
