using System.Text;

namespace Dvt.Launcher;

/// <summary>Lines of <c>KEY="value"</c> that a shell can source.</summary>
static class EnvFile
{
    /// <summary>Seen by readers as a whole, readable by the owner only.</summary>
    public static void Write(string path, IEnumerable<KeyValuePair<string, string>> entries) =>
        WholeFile.Write(path, string.Concat(entries.Select(entry => $"{entry.Key}=\"{Quote(entry.Value)}\"\n")));

    /// <summary>What <see cref="Write"/> wrote; empty when there is no such file.</summary>
    public static IReadOnlyDictionary<string, string> Read(string path) =>
        File.Exists(path)
            ? File.ReadLines(path)
                .Select(line => line.Split('=', 2))
                .Where(parts => parts is [_, ['"', .., '"']])
                .ToDictionary(parts => parts[0], parts => Unquote(parts[1]), StringComparer.Ordinal)
            : new Dictionary<string, string>();

    /// <summary>The keys that scripts rely on.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Entries(Endpoints endpoints, Credentials credentials, string pids) =>
    [
        new("DVT_URL", endpoints.Api),
        new("DVT_TENANT", Credentials.Tenant),
        new("DVT_EMAIL", Credentials.Email),
        new("DVT_API_KEY", credentials.ApiKey),
        new("DVT_PLATFORM_EMAIL", Credentials.PlatformEmail),
        new("DVT_PLATFORM_KEY", credentials.PlatformKey),
        new("DVT_POSTGRES", endpoints.Postgres),
        new("DVT_RABBITMQ", endpoints.RabbitMq),
        new("DVT_SANDBOX_URL", endpoints.Sandbox),
        new("DVT_STRIPE_WEBHOOK_SECRET", credentials.StripeWebhook),
        new("DVT_MERCADOPAGO_WEBHOOK_SECRET", credentials.MercadoPagoWebhook),
        new("DVT_WHATSAPP_APP_SECRET", credentials.WhatsAppAppSecret),
        new("DVT_WHATSAPP_VERIFY_TOKEN", credentials.WhatsAppVerifyToken),
        new("DVT_AZUL_AUTH_KEY", credentials.AzulAuthKey),
        new("DVT_PIDS", pids),
    ];

    /// <summary>By role, in the order given: <c>api=11 workers=12,13</c>.</summary>
    public static string Pids(IEnumerable<(string Role, int Pid)> processes) =>
        string.Join(' ', processes
            .GroupBy(process => process.Role)
            .Select(role => $"{role.Key}={string.Join(',', role.Select(process => process.Pid))}"));

    // Inside double quotes a shell still reads these four.
    static string Quote(string value) => value
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("$", "\\$", StringComparison.Ordinal)
        .Replace("`", "\\`", StringComparison.Ordinal);

    static string Unquote(string quoted)
    {
        var value = new StringBuilder();
        var inside = quoted.AsSpan(1, quoted.Length - 2);
        for (var i = 0; i < inside.Length; i++)
        {
            value.Append(inside[i] == '\\' && i + 1 < inside.Length ? inside[++i] : inside[i]);
        }

        return value.ToString();
    }
}
