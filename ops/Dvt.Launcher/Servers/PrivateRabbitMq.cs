using System.Net;
using System.Net.Sockets;

namespace Dvt.Launcher;

/// <summary>
/// A RabbitMQ node of our own: node, distribution and name server (epmd) on loopback ports, its own cookie, user and password.
/// Everything it is called by stays the same over restarts.
/// </summary>
public sealed class PrivateRabbitMq : IAsyncDisposable
{
    static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(90);
    static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(20);

    readonly RabbitMqNode node;
    Child epmd;
    Child server;

    PrivateRabbitMq(RabbitMqNode node, Child epmd, Child server)
    {
        this.node = node;
        this.epmd = epmd;
        this.server = server;
    }

    /// <summary>AMQP, with user and password, virtual host <c>/</c>.</summary>
    public string Uri => node.Uri;

    /// <summary>The <c>beam.smp</c>.</summary>
    public int Pid => server.Pid;

    /// <summary>Where the data lies; not the directory asked for when the server's user cannot enter that.</summary>
    public string Directory => node.Directory;

    /// <summary>Completes when the <c>beam.smp</c> that runs now is gone.</summary>
    public Task Exited => server.Exited;

    /// <summary>Starts the node in the directory. Ready when this returns.</summary>
    /// <param name="directory">Created when missing; a node left running in it is ended first.</param>
    /// <param name="logFile">Where the node's log goes; in the directory unless named.</param>
    public static async Task<PrivateRabbitMq> StartAsync(
        string directory, string? logFile = null, CancellationToken cancellation = default)
    {
        var node = await RabbitMqNode.OpenAsync(directory, logFile);
        await node.ConfigureAsync();
        var rabbit = new PrivateRabbitMq(node, node.LaunchEpmd(), node.Launch());
        await rabbit.ReadyAsync(cancellation);
        return rabbit;
    }

    /// <summary>Starts it again under the same name and port, after it died or to end the one that runs.</summary>
    public async Task RestartAsync(CancellationToken cancellation = default)
    {
        await server.StopAsync(Signal.Terminate, StopPatience);
        if (!epmd.IsAlive)
        {
            epmd = node.LaunchEpmd();
        }

        server = node.Launch();
        await ReadyAsync(cancellation);
    }

    /// <summary>Ends the node without warning, as a power cut would.</summary>
    public void Kill() => server.Signal(Signal.Kill);

    /// <summary>Sends the signal to the node: freezing is <c>Stop</c>, letting go <c>Continue</c>.</summary>
    public void SignalAll(Signal signal) => server.Signal(signal);

    /// <summary>Runs <c>rabbitmqctl</c> against the node, for example <c>purge_queue</c> or <c>set_vm_memory_high_watermark</c>; throws when it fails.</summary>
    public async Task<string> CtlAsync(params string[] arguments)
    {
        var answer = await node.CtlAsync(arguments);
        return answer.ExitCode == 0
            ? answer.Output
            : throw new InvalidOperationException($"rabbitmqctl {string.Join(' ', arguments)} failed: {answer.Error}{answer.Output}");
    }

    /// <summary>Ends node and name server and waits until they are gone; kills what takes longer than 20 s.</summary>
    public async Task StopAsync()
    {
        await server.StopAsync(Signal.Terminate, StopPatience);
        await epmd.StopAsync(Signal.Terminate, TimeSpan.FromSeconds(2));
        node.Forget();
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    async Task ReadyAsync(CancellationToken cancellation)
    {
        try
        {
            for (var deadline = DateTime.UtcNow + StartPatience; !await AnswersAsync(cancellation); await Task.Delay(50, cancellation))
            {
                if (server.Exited.IsCompleted || DateTime.UtcNow > deadline)
                {
                    throw new InvalidOperationException($"RabbitMQ did not start\n{LogTail.Of(node.LogFile)}");
                }
            }
        }
        catch
        {
            await StopAsync();
            throw;
        }
    }

    // The node opens its listener last, so a peer that answers the protocol header is ready.
    async Task<bool> AnswersAsync(CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(2));
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, node.Port, patience.Token);
            var stream = client.GetStream();
            await stream.WriteAsync("AMQP\0\0\u0009\u0001"u8.ToArray(), patience.Token);
            var frame = new byte[1];
            const byte MethodFrame = 1;
            return await stream.ReadAsync(frame, patience.Token) == 1 && frame[0] == MethodFrame;
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }
}
