using System.Net;
using System.Net.Sockets;

namespace Dvt.Pipeline;

/// <summary>Which addresses of the Internet we may call for a tenant: those that are global and nobody's inside. RFC 6890 and IANA's registries.</summary>
public static class OutsideAddresses
{
    static readonly IPNetwork[] Refused4 =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
            "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
            "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        }.Select(n => IPNetwork.Parse(n)),
    ];

    static readonly IPNetwork Global6 = IPNetwork.Parse("2000::/3");
    static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");
    static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");

    /// <summary>Inside 2000::/3 but not for everyone: Teredo, ORCHID, benchmarks, documentation, SRv6.</summary>
    static readonly IPNetwork[] Refused6 =
    [
        .. new[] { "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16" }.Select(n => IPNetwork.Parse(n)),
    ];

    /// <summary>Forms that carry an IPv4 address are refused as a whole: what they reach depends on a gateway we do not know.</summary>
    public static bool IsPublic(IPAddress address) => address.AddressFamily switch
    {
        AddressFamily.InterNetwork => !Array.Exists(Refused4, n => n.Contains(address)),
        AddressFamily.InterNetworkV6 => address.ScopeId == 0 && !address.IsIPv4MappedToIPv6
            && Global6.Contains(address) && !Nat64.Contains(address) && !SixToFour.Contains(address)
            && !Array.Exists(Refused6, n => n.Contains(address)),
        _ => false,
    };
}

/// <summary>The name leads to an address that may not be called for a tenant.</summary>
public sealed class AddressRefusedException() : Exception("the address is private, reserved or our own");
