using System.Reflection;
using Dvt.Pipeline;
using RabbitMQ.Client;
using Xunit;

namespace Dvt.Tests.Rules.Pipeline;

public sealed class ConsumerChannelTests
{
    [Fact]
    public async Task What_is_done_at_the_same_time_is_acked_one_after_the_other()
    {
        // An ack of several messages covers an earlier one that is under way; the broker closes a channel that acks twice.
        var broker = Broker.Make();
        var channel = new ConsumerChannel((IChannel)(object)broker);
        foreach (var tag in Enumerable.Range(1, 4))
            channel.Received((ulong)tag, envelopes: 1);
        var first = channel.DoneAsync([1, 2]);
        var second = channel.DoneAsync([3, 4]);
        Assert.Equal([(2UL, true)], broker.Acks);
        broker.Held.SetResult();
        await first;
        await second;
        Assert.Equal([(2UL, true), (4UL, true)], broker.Acks);
    }

    [Fact]
    public async Task A_message_of_several_envelopes_is_acked_when_the_last_of_them_is_done()
    {
        var broker = Broker.Make();
        broker.Held.SetResult();
        var channel = new ConsumerChannel((IChannel)(object)broker);
        channel.Received(1, envelopes: 2);
        channel.Received(2, envelopes: 1);
        await channel.DoneAsync([1, 2]);
        Assert.Equal([(2UL, false)], broker.Acks);
        await channel.DoneAsync([1]);
        Assert.Equal([(2UL, false), (1UL, true)], broker.Acks);
    }

    /// <summary>A channel that takes acks, the first of them when it is let go. Open, since proxies derive from it.</summary>
    public class Broker : DispatchProxy
    {
        public List<(ulong UpTo, bool Multiple)> Acks { get; } = [];

        public TaskCompletionSource Held { get; } = new();

        public static Broker Make() => (Broker)(object)Create<IChannel, Broker>();

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            switch (targetMethod!.Name)
            {
                case "get_IsOpen":
                    return true;
                case nameof(IChannel.BasicAckAsync):
                    Acks.Add(((ulong)args![0]!, (bool)args[1]!));
                    return new ValueTask(Acks.Count == 1 ? Held.Task : Task.CompletedTask);
                default:
                    throw new NotSupportedException(targetMethod.Name);
            }
        }
    }
}
