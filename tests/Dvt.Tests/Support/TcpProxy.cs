using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Dvt.Tests.Support;

/// <summary>A wire between a process and a server that can be cut, slowed down, torn in the middle of a frame, or left hanging with nothing at its other end.</summary>
sealed class TcpProxy : IAsyncDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource stop = new();
    readonly ConcurrentDictionary<Socket, byte> sockets = new();
    readonly int target;
    readonly Task accepting;
    volatile bool hangs;
    long delayTicks;
    long untilTorn = long.MaxValue;

    /// <param name="target">Loopback port of the server.</param>
    public TcpProxy(int target)
    {
        this.target = target;
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>Resets every connection; new ones are let through.</summary>
    public void Cut()
    {
        foreach (var socket in sockets.Keys)
            Reset(socket);
    }

    /// <summary>From now on whatever is sent arrives so much later.</summary>
    public void Delay(TimeSpan by) => Interlocked.Exchange(ref delayTicks, by.Ticks);

    /// <summary>Lets so many bytes more through, of all connections and both directions together, and then resets all, wherever that is in a frame.</summary>
    public void TearAfter(int bytes) => Interlocked.Exchange(ref untilTorn, bytes);

    /// <summary>Half-open: what is sent is taken and gone, no connection ends, new ones get no answer.</summary>
    public void Hang() => hangs = true;

    /// <summary>The wire is whole again; connections that lost something are reset.</summary>
    public void Mend()
    {
        Delay(TimeSpan.Zero);
        if (!hangs)
            return;
        hangs = false;
        Cut();
    }

    async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = CarryAsync(await listener.AcceptSocketAsync(stop.Token));
        }
        catch (Exception over) when (over is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    async Task CarryAsync(Socket client)
    {
        var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        sockets[client] = sockets[server] = 0;
        try
        {
            client.NoDelay = server.NoDelay = true;
            await server.ConnectAsync(IPAddress.Loopback, target, stop.Token);
            await Task.WhenAll(PumpAsync(client, server), PumpAsync(server, client));
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The server is away, or one side was reset: so is the other.
        }
        foreach (var socket in (Socket[])[client, server])
        {
            sockets.TryRemove(socket, out _);
            Reset(socket);
        }
    }

    async Task PumpAsync(Socket from, Socket to)
    {
        var onTheWay = Channel.CreateUnbounded<(byte[] Bytes, long DueAt)>();
        var arriving = ArriveAsync(onTheWay.Reader, to);
        try
        {
            var buffer = new byte[16 * 1024];
            while (await from.ReceiveAsync(buffer, stop.Token) is > 0 and var read)
                if (!hangs)
                    onTheWay.Writer.TryWrite((buffer[..read], Environment.TickCount64 + Interlocked.Read(ref delayTicks) / TimeSpan.TicksPerMillisecond));
            while (hangs)
                await Task.Delay(50, stop.Token);
        }
        finally
        {
            onTheWay.Writer.TryComplete();
        }
        await arriving;
        to.Shutdown(SocketShutdown.Send);
    }

    async Task ArriveAsync(ChannelReader<(byte[] Bytes, long DueAt)> onTheWay, Socket to)
    {
        await foreach (var (bytes, dueAt) in onTheWay.ReadAllAsync(stop.Token))
        {
            if (dueAt - Environment.TickCount64 is > 0 and var early)
                await Task.Delay(TimeSpan.FromMilliseconds(early), stop.Token);
            if (hangs)
                continue;
            var left = Interlocked.Add(ref untilTorn, -bytes.Length);
            if (left >= 0)
            {
                await to.SendAsync(bytes, stop.Token);
                continue;
            }
            await to.SendAsync(bytes.AsMemory(0, Math.Max(0, bytes.Length + (int)left)), stop.Token);
            Interlocked.Exchange(ref untilTorn, long.MaxValue);
            Cut();
        }
    }

    static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
            socket.Close();
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // It is closed already.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        Cut();
        await accepting;
        stop.Dispose();
    }
}
