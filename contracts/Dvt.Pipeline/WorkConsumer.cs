using System.Text.Json;
using System.Threading.Channels;
using Dvt.Contracts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Dvt.Pipeline;

/// <summary>Carries out messages of a work queue, in any order and side by side.</summary>
public interface IWorkHandler
{
    /// <summary>The queue, such as <c>dvt.steps.http</c>.</summary>
    string Queue { get; }

    /// <summary>Envelopes in work at the same time in this process.</summary>
    int Concurrency { get; }

    /// <summary>
    /// Takes envelopes until the reader ends or <paramref name="stop"/> is cancelled, and calls <paramref name="done"/> for
    /// those whose result is durable and published; only then are they acked.
    /// </summary>
    Task RunAsync(ChannelReader<Delivery> work, Func<IReadOnlyCollection<Delivery>, Task> done, CancellationToken stop);
}

/// <summary>Consumes a work queue with as many messages at hand as its handler can have in work, and comes back after every loss.</summary>
public sealed class WorkConsumer(
    IWorkHandler handler, NpgsqlDataSource postgres, RabbitMq broker, Publisher publisher, ILogger<WorkConsumer> log) : BackgroundService
{
    readonly DeadLetters deadLetters = new(postgres);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Loop.RunAsync(handler.Queue, log, ConsumeAsync, stoppingToken);

    async Task ConsumeAsync(CancellationToken stop)
    {
        var source = new ConsumerChannel(await broker.OpenChannelAsync(channel: null, stop));
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            await source.Channel.BasicQosAsync(prefetchSize: 0, prefetchCount: (ushort)Math.Min(handler.Concurrency, 4096), global: false, stop);
            await Topology.DeclareDeadAsync(source.Channel, Domain.Runs, stop);
            await Topology.DeclareWorkAsync(source.Channel, handler.Queue, Domain.Runs, stop);
            var work = new FairQueue();
            source.Channel.ChannelShutdownAsync += (_, _) => ended.CancelAsync();
            var consumer = new AsyncEventingBasicConsumer(source.Channel);
            consumer.UnregisteredAsync += (_, _) => ended.CancelAsync();
            consumer.ReceivedAsync += (_, message) => ReceiveAsync(source, work, message);
            await source.Channel.BasicConsumeAsync(handler.Queue, autoAck: false, consumer, stop);
            PipelineLog.Consuming(log, handler.Queue);
            var overflow = new WorkOverflow(work, handler.Queue, handler.Concurrency, source, postgres, publisher, log);
            var balancing = overflow.RunAsync(done => SettleAsync(source, done), ended.Token);
            try
            {
                await handler.RunAsync(work, done => SettleAsync(source, done), ended.Token);
            }
            finally
            {
                await ended.CancelAsync();
                await balancing;
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            PipelineLog.Paused(log, handler.Queue, "the consumer ended");
        }
        finally
        {
            await source.CloseAsync();
        }
    }

    async Task ReceiveAsync(ConsumerChannel source, FairQueue work, BasicDeliverEventArgs message)
    {
        Envelope[] envelopes;
        try
        {
            envelopes = Wire.Decode(message.Body.Span);
        }
        catch (JsonException fault)
        {
            PipelineLog.Undecodable(log, handler.Queue);
            await deadLetters.KeepUndecodableAsync(handler.Queue, message.Body.ToArray(), "UNDECODABLE", fault.Message, CancellationToken.None);
            source.Received(message.DeliveryTag, envelopes: 1);
            await source.DoneAsync([message.DeliveryTag]);
            return;
        }
        source.Received(message.DeliveryTag, envelopes.Length);
        foreach (var envelope in envelopes)
            work.Add(new Delivery(envelope, handler.Queue, Slot: -1, Epoch: 0, message.Redelivered, source, message.DeliveryTag));
    }

    static Task SettleAsync(ConsumerChannel source, IReadOnlyCollection<Delivery> done)
    {
        PipelineMeters.Consumed.Add(done.Count);
        return source.DoneAsync(done.Select(d => d.Tag));
    }
}
