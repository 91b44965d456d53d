using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Dvt.Launcher;

/// <summary>TCP ports on loopback.</summary>
public static class FreePort
{
    // Below the range from which the kernel serves outgoing connections, so a server finds its port free again after a restart.
    const int Lowest = 20_000;
    const int Highest = 32_000;

    static readonly HashSet<int> Given = [];

    /// <summary>A port nobody listens on, picked at random; no other call in this process gets the same, since it is listened on only later.</summary>
    public static int Any()
    {
        lock (Given)
        {
            while (true)
            {
                var port = RandomNumberGenerator.GetInt32(Lowest, Highest);
                if (IsFree(port) && Given.Add(port))
                {
                    return port;
                }
            }
        }
    }

    /// <summary>The wanted port, or the next one above it that is free.</summary>
    public static int From(int wanted) => Enumerable.Range(wanted, 65_536 - wanted).First(IsFree);

    /// <summary>The wanted port if it is free, otherwise any.</summary>
    public static int Prefer(int? wanted) => wanted is { } port && IsFree(port) ? port : Any();

    public static bool IsFree(int port)
    {
        using var any = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // .NET sets SO_REUSEADDR on bind, so a connection of the last server lingering in TIME_WAIT is no obstacle.
            any.Bind(new IPEndPoint(IPAddress.Loopback, port));
            any.Listen(1);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
