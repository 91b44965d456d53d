using System.Threading.Channels;

namespace Dvt.Workers.Effects;

/// <summary>
/// Does bookkeeping off the critical path: while one group is handled the next gathers. Nothing waits for a group to fill.
/// </summary>
sealed class Gatherer<T>(int most, Func<List<T>, Task> handle)
{
    readonly Channel<T> gathered = Channel.CreateUnbounded<T>(new UnboundedChannelOptions { SingleReader = true });

    public void Add(T item) => gathered.Writer.TryWrite(item);

    /// <summary>What is added afterwards is dropped.</summary>
    public void Complete() => gathered.Writer.TryComplete();

    /// <summary>Handles groups, one after another, until completed and empty.</summary>
    public async Task RunAsync()
    {
        while (await gathered.Reader.WaitToReadAsync())
        {
            var group = new List<T>();
            while (group.Count < most && gathered.Reader.TryRead(out var item))
                group.Add(item);
            await handle(group);
        }
    }
}
