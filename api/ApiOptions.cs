using System.ComponentModel.DataAnnotations;
using Dvt.Pipeline;

namespace Dvt.Api;

/// <summary>Section <c>Api</c> of the configuration.</summary>
sealed class ApiOptions
{
    /// <summary>Public base address, the issuer of our tokens; <c>http://127.0.0.1:5080</c> unless told.</summary>
    public string Url { get; init; } = "http://127.0.0.1:5080";

    /// <summary>Base64 of 32 bytes; wraps signing keys and the pepper at rest.</summary>
    [Required]
    public string KeyEncryptionKey { get; init; } = "";

    /// <summary>Base64 of at least 16 bytes, mixed into stored API keys; without it one is made and kept wrapped in the database.</summary>
    public string? KeyPepper { get; init; }

    /// <summary>Audience of our tokens.</summary>
    public string Audience { get; init; } = "dvt";

    /// <summary>Lifetime of a token in minutes.</summary>
    [Range(1, 24 * 60)]
    public int TokenMinutes { get; init; } = 60;

    /// <summary>Requests per second of a tenant and of a key without a quota of its own.</summary>
    [Range(1, 1_000_000)]
    public int RequestsPerSecond { get; init; } = 5_000;

    /// <summary>Requests at once of a tenant and of a key without a quota of its own.</summary>
    [Range(1, 10_000_000)]
    public int Burst { get; init; } = 10_000;

    /// <summary>Refused logins a minute, per address and email.</summary>
    [Range(1, 10_000)]
    public int LoginFailuresPerMinute { get; init; } = 20;

    /// <summary>
    /// Refused logins and credentials a minute, per address, whatever they name; 0 for any number. Without it 60, and any number from
    /// this machine, where a proxy may stand before everybody.
    /// </summary>
    [Range(0, 1_000_000)]
    public int? FailuresPerMinutePerAddress { get; init; }

    /// <summary>Origins that browsers may call from, such as <c>https://app.example</c>.</summary>
    public List<string> CorsOrigins { get; init; } = [];

    /// <summary>Issuers besides ourselves whose tokens are accepted.</summary>
    public List<OidcIssuer> OidcIssuers { get; init; } = [];

    /// <summary>The browser that prints reports as PDF; without the file there is no PDF.</summary>
    public string ChromiumPath { get; init; } = "/usr/bin/chromium";

    /// <summary>Folder of the built dashboard, seen from the program; without it there is none.</summary>
    public string DashboardPath { get; init; } = "dashboard";

    /// <summary>Accounts made at start-up when they are missing.</summary>
    public BootstrapOptions? Bootstrap { get; init; }
}

/// <summary>An external OpenID Connect issuer.</summary>
sealed class OidcIssuer
{
    [Required]
    public string Issuer { get; init; } = "";

    [Required]
    public string Audience { get; init; } = "";

    [Required]
    public string JwksUrl { get; init; } = "";

    /// <summary>Claim that holds the tenant's slug or id.</summary>
    public string TenantClaim { get; init; } = "tenant";

    /// <summary>Claim that holds the groups, as a text or a list of texts.</summary>
    public string RolesClaim { get; init; } = "roles";

    /// <summary>Group of the issuer → role of ours; groups that are not named give nothing.</summary>
    public Dictionary<string, string> Roles { get; init; } = [];
}

/// <summary>The first platform-admin, and a first tenant with its tenant-admin.</summary>
sealed class BootstrapOptions
{
    public string? PlatformEmail { get; init; }

    public string? PlatformKey { get; init; }

    public string? TenantSlug { get; init; }

    public string? Email { get; init; }

    public string? ApiKey { get; init; }

    /// <summary>Hosts on the inside, as <c>host:port</c>, that the tenant's http steps may call.</summary>
    public List<string> HttpAllow { get; init; } = [];
}

/// <summary>Reads our sections strictly: a key that is unknown, missing or out of range ends start-up with its name.</summary>
static class Settings
{
    public static T Read<T>(IConfiguration configuration, string section) where T : class
    {
        T? read;
        try
        {
            read = configuration.GetSection(section).Get<T>(binder => binder.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException unknown)
        {
            throw new SettingsException($"{section}: {unknown.Message}");
        }
        if (read is null)
            throw new SettingsException($"{section}: the section is missing");
        Check(read, section);
        return read;
    }

    static void Check(object value, string path)
    {
        var faults = new List<ValidationResult>();
        Validator.TryValidateObject(value, new ValidationContext(value), faults, validateAllProperties: true);
        if (faults.Count > 0)
            throw new SettingsException(string.Join("; ", faults.Select(f => $"{path}:{string.Join(',', f.MemberNames)}: {f.ErrorMessage}")));
        if (value is PostgresOptions { ConnectionString: null or "" })
            throw new SettingsException($"{path}:ConnectionString is missing");
        if (value is RabbitMqOptions { Uri: null or "" })
            throw new SettingsException($"{path}:Uri is missing");
        if (value is not ApiOptions options)
            return;
        if (!IsBase64(options.KeyEncryptionKey, bytes => bytes == 32))
            throw new SettingsException($"{path}:KeyEncryptionKey must be base64 of 32 bytes");
        if (options.KeyPepper is { } pepper && !IsBase64(pepper, bytes => bytes >= 16))
            throw new SettingsException($"{path}:KeyPepper must be base64 of at least 16 bytes");
        for (var i = 0; i < options.OidcIssuers.Count; i++)
            Check(options.OidcIssuers[i], $"{path}:OidcIssuers:{i}");
    }

    static bool IsBase64(string text, Func<int, bool> length)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var written) && length(written);
    }
}

/// <summary>The configuration cannot be used; the message names the key.</summary>
sealed class SettingsException(string message) : Exception(message);
