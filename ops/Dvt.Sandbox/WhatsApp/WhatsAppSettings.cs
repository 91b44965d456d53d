using System.Text.Json;
using System.Text.Json.Nodes;

namespace Dvt.Sandbox;

/// <summary>What one WhatsApp business account is set to. <c>PUT /whatsapp/settings</c> changes the members it names.</summary>
sealed class WhatsAppSettings(IConfiguration configuration)
{
    /// <param name="WebhookUrl">Where notifications go; loopback only. Without it they are kept for nobody.</param>
    /// <param name="AppSecret">Signs notifications.</param>
    /// <param name="AccessToken">The only bearer token that is taken; any, when null.</param>
    /// <param name="Duplicates">Every notification comes so many times more.</param>
    /// <param name="Reorder">So many notifications are gathered and sent the last first.</param>
    /// <param name="BadSignatures">So many of the next notifications are signed wrongly.</param>
    /// <param name="Statuses">What follows a message that was accepted.</param>
    /// <param name="WindowHours">How long after a guest's message anything but a template may be sent.</param>
    /// <param name="WindowErrors"><c>answer</c>: 131047 is the answer; <c>status</c>: it comes as a failed status.</param>
    /// <param name="AnyTemplate">Templates that nobody has registered are taken too.</param>
    public sealed record Values(
        string? WebhookUrl, string AppSecret, string VerifyToken, string BusinessAccountId, string PhoneNumberId, string DisplayPhoneNumber,
        string? AccessToken, int Duplicates, int Reorder, int BadSignatures, string[] Statuses, int StatusDelayMs, double WindowHours,
        string WindowErrors, bool AnyTemplate);

    readonly Lock gate = new();

    public Values Current { get; private set; } = new(
        configuration["Sandbox:WhatsAppWebhookUrl"], configuration["Secrets:WhatsAppAppSecret"] ?? "test_app_secret",
        configuration["Secrets:WhatsAppVerifyToken"] ?? "test_verify_token", BusinessAccountId: "102290129340398", PhoneNumberId: "1065",
        DisplayPhoneNumber: "18095550100", AccessToken: null, Duplicates: 0, Reorder: 0, BadSignatures: 0, Statuses: ["sent", "delivered"],
        StatusDelayMs: 0, WindowHours: 24, WindowErrors: "answer", AnyTemplate: true);

    public async Task<IResult> SetAsync(HttpContext context)
    {
        var wanted = JsonNode.Parse(await Http.ReadAsync(context))!.AsObject();
        lock (gate)
        {
            var all = JsonSerializer.SerializeToNode(Current, JsonSerializerOptions.Web)!.AsObject();
            foreach (var (name, value) in wanted)
            {
                if (!all.ContainsKey(name))
                    return Results.BadRequest($"no such setting: {name}");
                all[name] = value?.DeepClone();
            }
            var set = all.Deserialize<Values>(JsonSerializerOptions.Web)!;
            if (set.WebhookUrl is not null && !Loopback.Is(set.WebhookUrl))
                return Results.BadRequest("webhookUrl is a loopback address, by number");
            Current = set;
        }
        return Results.Json(Current);
    }

    /// <summary>Takes one of the wrong signatures that were asked for.</summary>
    public bool TakeBadSignature()
    {
        lock (gate)
        {
            if (Current.BadSignatures == 0)
                return false;
            Current = Current with { BadSignatures = Current.BadSignatures - 1 };
            return true;
        }
    }
}
