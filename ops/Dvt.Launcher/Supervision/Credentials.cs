using System.Text.Json;

namespace Dvt.Launcher;

/// <summary>Made once per installation: who may sign in, and what the sandbox's providers share with us.</summary>
sealed record Credentials(
    string ApiKey,
    string PlatformKey,
    string KeyEncryptionKey,
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
            KeyEncryptionKey: Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32)),
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

    /// <summary>As the configuration of the workers, besides that of every role.</summary>
    public IReadOnlyDictionary<string, string> ForWorkers() => new Dictionary<string, string> { ["Workers__KeyEncryptionKey"] = KeyEncryptionKey };

    /// <summary>As the configuration of the API, besides that of every role.</summary>
    /// <param name="sandbox">The demo tenant's steps may call it although it listens on loopback.</param>
    public IReadOnlyDictionary<string, string> ForApi(string sandbox) => new Dictionary<string, string>
    {
        ["Api__KeyEncryptionKey"] = KeyEncryptionKey,
        ["Api__Bootstrap__TenantSlug"] = Tenant,
        ["Api__Bootstrap__Email"] = Email,
        ["Api__Bootstrap__ApiKey"] = ApiKey,
        ["Api__Bootstrap__PlatformEmail"] = PlatformEmail,
        ["Api__Bootstrap__PlatformKey"] = PlatformKey,
        ["Api__Bootstrap__HttpAllow__0"] = new Uri(sandbox).Authority,
    };
}
