using Dvt.Pipeline;

namespace Dvt.Bench;

static class Runs3
{
    /// <summary>Publishes ready-made bodies in order with so many unconfirmed at a time.</summary>
    public static async Task PublishAsync(
        Publisher publisher, IReadOnlyList<(string Queue, byte[] Body)> messages, int inFlight, CancellationToken stop)
    {
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(_ => Task.Run(async () =>
        {
            for (var place = Interlocked.Increment(ref next); place < messages.Count; place = Interlocked.Increment(ref next))
                await publisher.PublishAsync(messages[place].Queue, messages[place].Body, stop);
        }, stop)));
    }
}
