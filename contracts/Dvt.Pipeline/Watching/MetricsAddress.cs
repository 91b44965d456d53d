using System.Net;
using Microsoft.AspNetCore.Http;

namespace Dvt.Pipeline.Watching;

/// <summary>Where a process tells its metrics to others on its machine. Nothing but loopback is told or asked.</summary>
public static class MetricsAddress
{
    /// <param name="listening">Addresses as the web server tells them, such as <c>http://[::]:5080</c>.</param>
    /// <returns>Such as <c>http://127.0.0.1:5080</c>; null when it does not listen on loopback, or only over TLS.</returns>
    public static string? Of(IEnumerable<string> listening)
    {
        foreach (var address in listening.Select(BindingAddress.Parse).Where(a => a.Scheme == Uri.UriSchemeHttp && !a.IsUnixPipe && !a.IsNamedPipe))
            if (HostOf(address.Host) is { } host)
                return $"http://{host}:{address.Port}";
        return null;
    }

    public static bool IsAllowed(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttp && uri.PathAndQuery == "/" && uri.UserInfo.Length == 0
            && IPAddress.TryParse(uri.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip);

    static string? HostOf(string bound) =>
        bound is "*" or "+" or "localhost" ? IPAddress.Loopback.ToString()
        : !IPAddress.TryParse(bound.Trim('[', ']'), out var ip) ? null
        : ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any) ? IPAddress.Loopback.ToString()
        : IPAddress.IsLoopback(ip) ? bound : null;
}
