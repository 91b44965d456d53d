using System.Net;
using Dvt.Pipeline;

namespace Dvt.Api;

/// <summary>
/// What an address must be before anything is sent there. What its name leads to is judged again at every attempt, where the
/// connection is made.
/// </summary>
static class WebhookUrl
{
    public const int MaxLength = 2_048;

    /// <param name="httpAllow">Hosts inside, each <c>host</c> or <c>host:port</c>, that the tenant may reach.</param>
    public static Fault? FaultOf(string text, IReadOnlyCollection<string> httpAllow)
    {
        if (text.Length > MaxLength || !Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http"))
            return Fault("invalid_url", "is no https URL");
        if (url.UserInfo.Length > 0 || url.Fragment.Length > 0)
            return Fault("invalid_url", "must have neither user nor fragment");
        if (httpAllow.Any(h => Names(h, url)))
            return null;
        if (IPAddress.TryParse(url.IdnHost.Trim('[', ']'), out var address) ? !OutsideAddresses.IsPublic(address) : IsInside(url.IdnHost))
            return Fault("address_refused", "leads to an address inside");
        return url.Scheme == "http" ? Fault("https_required", "must be https") : null;
    }

    static bool Names(string allowed, Uri url) =>
        allowed.Equals(url.IdnHost, StringComparison.OrdinalIgnoreCase) || allowed.Equals($"{url.IdnHost}:{url.Port}", StringComparison.OrdinalIgnoreCase)
        || allowed.Equals(url.Host, StringComparison.OrdinalIgnoreCase) || allowed.Equals($"{url.Host}:{url.Port}", StringComparison.OrdinalIgnoreCase);

    static readonly string[] InsideNames = [".localhost", ".local", ".internal", ".lan", ".home.arpa"];

    /// <summary>Names that nobody outside has.</summary>
    static bool IsInside(string host)
    {
        var name = host.TrimEnd('.');
        return !name.Contains('.', StringComparison.Ordinal)
            || Array.Exists(InsideNames, inside => name.EndsWith(inside, StringComparison.OrdinalIgnoreCase));
    }

    static Fault Fault(string code, string message) => new("/url", code, message);

    public static string OriginOf(string url) => new Uri(url).GetLeftPart(UriPartial.Authority);
}
