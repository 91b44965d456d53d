namespace Dvt.Sandbox;

/// <summary>
/// WhatsApp Cloud API: what an application calls is under <c>/whatsapp/vNN.0</c>; what a developer or a test does as the guest,
/// or sets, is beside it. protocols.md §4.
/// </summary>
static class WhatsApp
{
    public static void MapWhatsApp(this WebApplication app)
    {
        var settings = new WhatsAppSettings(app.Configuration);
        var webhooks = new WhatsAppWebhooks(settings, app.Lifetime.ApplicationStopping);
        var phones = new WhatsAppPhones();
        var media = new WhatsAppMedia(settings);
        var sending = new WhatsAppSending(settings, phones, media, webhooks);
        var guests = new WhatsAppGuests(settings, phones, media, webhooks);

        var wire = app.MapGroup("/whatsapp").OfProvider("whatsapp", WhatsAppErrors.Of);
        wire.MapPost("/{version}/{phoneNumberId}/messages", (Delegate)sending.SendAsync);
        wire.MapPost("/{version}/{phoneNumberId}/media", (Delegate)media.UploadAsync);
        wire.MapGet("/{version}/{mediaId}", (Delegate)media.Describe);
        wire.MapDelete("/{version}/{mediaId}", (Delegate)media.Delete);
        wire.MapGet("/lookaside/attachments", (Delegate)media.Download);

        var control = app.MapGroup("/whatsapp");
        control.MapGet("", () => Pages.Html("WhatsApp.guest.html"));
        control.MapGet("/settings", () => Results.Json(settings.Current));
        control.MapPut("/settings", (Delegate)settings.SetAsync);
        control.MapGet("/webhook/deliveries", webhooks.Show);
        control.MapPost("/webhook/verification", (Delegate)webhooks.VerifyAsync);
        control.MapPost("/webhook/raw", (Delegate)webhooks.SendRawAsync);
        control.MapPut("/faults/{to}", (Delegate)sending.Fail);
        control.MapPut("/templates/{name}/{language}", (Delegate)sending.Template);
        control.MapPost("/media/expiry", media.Expire);
        control.MapGet("/guests", guests.List);
        control.MapGet("/guests/{phone}", (Delegate)guests.Show);
        control.MapPut("/guests/{phone}", (Delegate)guests.Set);
        control.MapPost("/guests/{phone}/text", (Delegate)guests.SayText);
        control.MapPost("/guests/{phone}/audio", (Delegate)guests.SayAudioAsync);
        control.MapPost("/guests/{phone}/button", (Delegate)guests.Press);
        control.MapPost("/guests/{phone}/message", (Delegate)guests.SayAnythingAsync);
        control.MapPost("/guests/{phone}/read", (Delegate)guests.Read);
    }
}
