using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Dvt.Pipeline;

/// <summary>Section <c>RabbitMq</c> of the configuration.</summary>
public sealed class RabbitMqOptions
{
    /// <summary>AMQP URI with user, password and virtual host.</summary>
    public required string Uri { get; init; }
}

/// <summary>
/// One connection to the broker, opened when needed and again after a loss. Channels belong to whoever
/// asked for them and end with the connection; their owners ask again.
/// </summary>
/// <remarks>The client library's own recovery is off: it would redeliver on channels whose state we have settled.</remarks>
public sealed class RabbitMq(RabbitMqOptions options, string name, ILogger<RabbitMq> log) : IAsyncDisposable
{
    /// <summary>The broker gives a silent peer up after two to three of these; a frozen slot owner must not cost others 5 s.</summary>
    static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(1);

    readonly SemaphoreSlim opening = new(1, 1);
    IConnection? connection;

    /// <summary>True while a connection is open and the broker takes messages.</summary>
    public bool IsUp => connection is { IsOpen: true } && !IsBlocked;

    /// <summary>True while a connection is open, also while the broker takes no messages.</summary>
    public bool IsConnected => connection is { IsOpen: true };

    /// <summary>True while the broker has raised a memory or disk alarm.</summary>
    public bool IsBlocked { get; private set; }

    /// <summary>Raised after each loss of the connection.</summary>
    public event Action? Lost;

    public async Task<IChannel> OpenChannelAsync(CreateChannelOptions? channel, CancellationToken stop)
    {
        var open = await ConnectAsync(stop);
        return await open.CreateChannelAsync(channel, stop);
    }

    async Task<IConnection> ConnectAsync(CancellationToken stop)
    {
        if (connection is { IsOpen: true } ready)
            return ready;
        await opening.WaitAsync(stop);
        try
        {
            if (connection is { IsOpen: true } other)
                return other;
            if (connection is { } lost)
                await DropAsync(lost);
            var factory = new ConnectionFactory
            {
                Uri = new Uri(options.Uri),
                AutomaticRecoveryEnabled = false,
                TopologyRecoveryEnabled = false,
                RequestedHeartbeat = Heartbeat,
                RequestedConnectionTimeout = TimeSpan.FromSeconds(3),
                SocketReadTimeout = TimeSpan.FromSeconds(5),
                SocketWriteTimeout = TimeSpan.FromSeconds(5),
                ContinuationTimeout = TimeSpan.FromSeconds(5),
                ConsumerDispatchConcurrency = 1,
                ClientProvidedName = name,
            };
            var fresh = await factory.CreateConnectionAsync(stop);
            IsBlocked = false;
            fresh.ConnectionShutdownAsync += OnShutdown;
            fresh.ConnectionBlockedAsync += (_, _) => { IsBlocked = true; PipelineLog.BrokerBlocked(log, name); return Task.CompletedTask; };
            fresh.ConnectionUnblockedAsync += (_, _) => { IsBlocked = false; return Task.CompletedTask; };
            connection = fresh;
            PipelineLog.BrokerConnected(log, name);
            return fresh;
        }
        finally
        {
            opening.Release();
        }
    }

    Task OnShutdown(object sender, ShutdownEventArgs reason)
    {
        if (reason.Initiator != ShutdownInitiator.Application)
            PipelineLog.BrokerLost(log, name, reason.ReplyText);
        Lost?.Invoke();
        return Task.CompletedTask;
    }

    static async Task DropAsync(IConnection connection)
    {
        try
        {
            await connection.DisposeAsync();
        }
        catch (Exception fault) when (IsUnavailable(fault))
        {
            // It is gone already, which is what was wanted.
        }
    }

    /// <summary>True for faults of the broker's availability.</summary>
    public static bool IsUnavailable(Exception fault) => fault switch
    {
        RabbitMQ.Client.Exceptions.RabbitMQClientException => true,
        System.IO.IOException or System.Net.Sockets.SocketException or TimeoutException => true,
        // A channel of a connection that was just replaced, or a lock inside it.
        ObjectDisposedException gone => gone.ObjectName.StartsWith("RabbitMQ.", StringComparison.Ordinal)
            || gone.ObjectName.StartsWith("System.Threading.", StringComparison.Ordinal),
        BrokerUnavailableException => true,
        _ => fault.InnerException is { } inner && IsUnavailable(inner),
    };

    public async ValueTask DisposeAsync()
    {
        if (connection is { } open)
            await DropAsync(open);
        opening.Dispose();
    }
}

/// <summary>The broker did not confirm a message in time; it may have arrived nevertheless.</summary>
public sealed class BrokerUnavailableException(string message, Exception? cause = null) : Exception(message, cause);
