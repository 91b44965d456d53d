using System.Net.Sockets;

namespace Dvt.Cli;

/// <summary>What the commands see of the process around them.</summary>
/// <param name="Variable">A variable of the environment; null when it is not set.</param>
/// <param name="Installation">What <c>.dvt/env</c> says of the installation that runs here; empty when none does.</param>
/// <param name="Neighbours">Names of the other commands of <c>./dvt</c>, for completion.</param>
/// <param name="Input">What <c>-</c> reads; opened only then.</param>
/// <param name="Output">Answers, and nothing else.</param>
/// <param name="Error">Problems and remarks.</param>
/// <param name="Handler">Carries the calls; made for a command that makes some.</param>
public sealed record Surroundings(
    Func<string, string?> Variable,
    IReadOnlyDictionary<string, string> Installation,
    IReadOnlyList<string> Neighbours,
    Func<Stream> Input,
    TextWriter Output,
    TextWriter Error,
    Func<HttpMessageHandler> Handler)
{
    /// <summary>Seconds of silence after which a connection is asked whether it is still there, and between the asking.</summary>
    const int KeepAlive = 20;

    /// <summary>Of this process.</summary>
    public static Surroundings Real(IReadOnlyDictionary<string, string> installation, IReadOnlyList<string> neighbours) => new(
        Environment.GetEnvironmentVariable, installation, neighbours, Console.OpenStandardInput, Console.Out, Console.Error, Network);

    static SocketsHttpHandler Network() => new()
    {
        // A redirection would carry the API key to wherever it points.
        AllowAutoRedirect = false,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        ConnectCallback = ConnectAsync,
    };

    /// <summary>A watched run may be silent for days; a peer that is gone must be noticed all the same.</summary>
    static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken stop)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, optionValue: true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAlive);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAlive);
            await socket.ConnectAsync(context.DnsEndPoint, stop);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
