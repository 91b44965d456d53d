using System.Net;
using System.Net.Sockets;
using Dvt.Pipeline;

namespace Dvt.Workers.Effects;

/// <summary>Resolves a name; the system's resolver unless a test says otherwise.</summary>
delegate Task<IPAddress[]> Resolve(string host, CancellationToken stop);

/// <summary>Opens a stream to exactly this address.</summary>
delegate Task<Stream> Connect(IPEndPoint address, CancellationToken stop);

/// <summary>
/// The connections of HTTP steps. A connection is made to the very address that was checked, so a name that changes its
/// mind between check and connect gains nothing. Checked and unchecked connections never share a pool.
/// </summary>
sealed class HttpStepNetwork(Resolve? resolve = null, Connect? connect = null) : IDisposable
{
    static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    readonly Resolve resolve = resolve ?? ((host, stop) => Dns.GetHostAddressesAsync(host, stop));
    readonly Connect connect = connect ?? OpenAsync;
    readonly HttpMessageInvoker?[] pools = new HttpMessageInvoker?[4];
    readonly Lock gate = new();

    /// <param name="isAllowed">The tenant's list names the host, so its address is not checked.</param>
    /// <param name="reuse">False for calls that must not be repeated: a handler repeats on a reused connection that was closed.</param>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, bool isAllowed, bool reuse, CancellationToken stop) =>
        Pool(isAllowed, reuse).SendAsync(request, stop);

    HttpMessageInvoker Pool(bool isAllowed, bool reuse)
    {
        var place = (isAllowed ? 2 : 0) + (reuse ? 1 : 0);
        lock (gate)
            return pools[place] ??= new HttpMessageInvoker(Handler(isAllowed, reuse), disposeHandler: true);
    }

    SocketsHttpHandler Handler(bool isAllowed, bool reuse) => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        Credentials = null,
        ActivityHeadersPropagator = null,
        AutomaticDecompression = DecompressionMethods.All,
        ConnectTimeout = ConnectTimeout,
        MaxResponseHeadersLength = 32,
        MaxResponseDrainSize = 64 * 1024,
        PooledConnectionLifetime = reuse ? TimeSpan.FromMinutes(2) : TimeSpan.Zero,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        ConnectCallback = async (context, stop) => await ConnectAsync(context.DnsEndPoint, isAllowed, stop),
    };

    async Task<Stream> ConnectAsync(DnsEndPoint target, bool isAllowed, CancellationToken stop)
    {
        IPAddress[] addresses = IPAddress.TryParse(target.Host, out var literal) ? [literal] : await resolve(target.Host, stop);
        var open = isAllowed ? addresses : Array.FindAll(addresses, OutsideAddresses.IsPublic);
        if (open.Length == 0)
            throw addresses.Length == 0 ? new SocketException((int)SocketError.HostNotFound) : new AddressRefusedException();
        for (var i = 0; ; i++)
            try
            {
                return await connect(new IPEndPoint(open[i], target.Port), stop);
            }
            catch (SocketException) when (i < open.Length - 1)
            {
                // The next address of the name may answer.
            }
    }

    static async Task<Stream> OpenAsync(IPEndPoint address, CancellationToken stop)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, stop);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var pool in pools)
            pool?.Dispose();
    }
}
