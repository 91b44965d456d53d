namespace Dvt.Cli;

/// <summary>Where the API is and who calls. Options come before the environment, the environment before the installation that runs here.</summary>
/// <param name="Url">Ends with a slash, so that paths are taken relative to it.</param>
/// <param name="Token">A bearer token; comes before the key.</param>
sealed record Server(Uri Url, string? Token, string? Key)
{
    /// <exception cref="CommandEndedException">Usage: no address, or something that is none.</exception>
    public static Server Find(Surroundings around, string? url, string? token, string? key)
    {
        var local = around.Installation.GetValueOrDefault("DVT_URL");
        var chosen = Given(url) ?? Given(around.Variable("DVT_URL")) ?? Given(local)
            ?? throw CommandEndedException.Usage("nothing runs here: name the API by --url or DVT_URL, or start one with ./dvt up --detach");
        var address = Address(chosen);
        // The key of the installation here is nobody else's business.
        var localKey = local is not null && IsHttp(local, out var here) && Slashed(here) == address ? around.Installation.GetValueOrDefault("DVT_API_KEY") : null;
        return Given(token) is not null || Given(key) is not null
            ? new(address, Checked("the token", Given(token)), Checked("the API key", Given(key)))
            : Given(around.Variable("DVT_TOKEN")) is { } bearer
                ? new(address, Checked("DVT_TOKEN", bearer), Key: null)
                : new(address, Token: null, Checked("the API key", Given(around.Variable("DVT_API_KEY")) ?? Given(localKey)));
    }

    static string? Given(string? value) => string.IsNullOrWhiteSpace(value) ? null : value.Trim();

    static Uri Address(string url) => IsHttp(url, out var address) && address.Query.Length == 0 && address.Fragment.Length == 0 && address.UserInfo.Length == 0
        ? Slashed(address)
        // Not repeated: an address may hold a password.
        : throw CommandEndedException.Usage("the address of the API is no http or https URL without user, query and fragment");

    static bool IsHttp(string url, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Uri? address) =>
        Uri.TryCreate(url, UriKind.Absolute, out address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps);

    static Uri Slashed(Uri url) => url.AbsoluteUri.EndsWith('/') ? url : new Uri(url.AbsoluteUri + "/");

    static string? Checked(string what, string? secret) => secret is null || !secret.AsSpan().ContainsAnyExceptInRange('!', '~')
        ? secret
        : throw CommandEndedException.Usage($"{what} has characters that none has");
}
