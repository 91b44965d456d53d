using System.Text.Json;

namespace Dvt.Launcher;

/// <summary>Made once per installation: who may sign in, and what the sandbox's providers share with us.</summary>
sealed record Credentials(
    string ApiKey,
    string PlatformKey,
    string StripeWebhook,
    string MercadoPagoWebhook,
    string WhatsAppAppSecret,
    string WhatsAppVerifyToken,
    string AzulAuthKey)
{
    public const string Tenant = "demo";
    public const string Email = "admin@demo.example";
    public const string PlatformEmail = "platform@dvt.example";

    public static Credentials LoadOrCreate(string file)
    {
        if (File.Exists(file))
        {
            return JsonSerializer.Deserialize<Credentials>(File.ReadAllText(file), JsonSerializerOptions.Web)
                ?? throw new LauncherException($"{file} is empty");
        }

        var made = new Credentials(
            ApiKey: "dvt_" + RandomText.UrlSafe(32),
            PlatformKey: "dvt_" + RandomText.UrlSafe(32),
            StripeWebhook: "whsec_" + RandomText.UrlSafe(24),
            MercadoPagoWebhook: RandomText.UrlSafe(24),
            WhatsAppAppSecret: RandomText.UrlSafe(24),
            WhatsAppVerifyToken: RandomText.UrlSafe(24),
            AzulAuthKey: RandomText.UrlSafe(48));
        WholeFile.Write(file, JsonSerializer.Serialize(made, JsonSerializerOptions.Web));
        return made;
    }

    /// <summary>As the roles' configuration.</summary>
    public IReadOnlyDictionary<string, string> ForRoles() => new Dictionary<string, string>
    {
        ["Secrets__StripeWebhook"] = StripeWebhook,
        ["Secrets__MercadoPagoWebhook"] = MercadoPagoWebhook,
        ["Secrets__WhatsAppAppSecret"] = WhatsAppAppSecret,
        ["Secrets__WhatsAppVerifyToken"] = WhatsAppVerifyToken,
        ["Secrets__AzulAuthKey"] = AzulAuthKey,
    };

    /// <summary>As the configuration of <c>seed</c>, besides that of every role.</summary>
    public IReadOnlyDictionary<string, string> ForSeed() => new Dictionary<string, string>
    {
        ["Demo__TenantSlug"] = Tenant,
        ["Demo__Email"] = Email,
        ["Demo__ApiKey"] = ApiKey,
        ["Demo__PlatformEmail"] = PlatformEmail,
        ["Demo__PlatformKey"] = PlatformKey,
    };
}
