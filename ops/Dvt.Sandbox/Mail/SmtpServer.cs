using System.Net;
using System.Net.Sockets;

namespace Dvt.Sandbox;

/// <summary>Takes connections, each a session of its own.</summary>
sealed class SmtpServer : IDisposable
{
    readonly TcpListener listener;
    readonly CancellationTokenSource stop = new();

    SmtpServer(TcpListener listener) => this.listener = listener;

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <param name="port">0 for any free one.</param>
    public static SmtpServer Start(IPAddress address, int port, Mailbox mailbox)
    {
        var server = new SmtpServer(new TcpListener(address, port));
        server.listener.Start();
        _ = Task.Run(() => server.AcceptAsync(mailbox));
        return server;
    }

    async Task AcceptAsync(Mailbox mailbox)
    {
        var end = stop.Token;
        try
        {
            while (true)
                _ = ServeAsync(await listener.AcceptTcpClientAsync(end), mailbox, end);
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The sandbox ends.
        }
    }

    static async Task ServeAsync(TcpClient client, Mailbox mailbox, CancellationToken end)
    {
        try
        {
            using (client)
                await new SmtpSession(client.GetStream(), mailbox).RunAsync(end);
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
        {
            // The client went away, spoke no TLS after all, or the sandbox ends.
        }
    }

    public void Dispose()
    {
        stop.Cancel();
        listener.Stop();
        stop.Dispose();
    }
}
