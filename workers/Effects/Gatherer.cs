using System.Threading.Channels;

namespace Dvt.Workers.Effects;

/// <summary>
/// Does bookkeeping off the critical path: while one group is handled the next gathers. An item that comes alone is handled
/// at once; one that comes hard on the heels of a group waits a moment for others, since each group costs a commit.
/// </summary>
sealed class Gatherer<T>(int most, Func<List<T>, Task> handle)
{
    static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(4);

    readonly Channel<T> gathered = Channel.CreateUnbounded<T>();

    public void Add(T item) => gathered.Writer.TryWrite(item);

    /// <summary>What is added afterwards is dropped.</summary>
    public void Complete() => gathered.Writer.TryComplete();

    /// <summary>Handles groups, one after another, until completed and empty.</summary>
    public async void Start()
    {
        try
        {
            await RunAsync();
        }
        catch (Exception fault)
        {
            // Handlers wait out what may be away. Without this one nothing moves any more: better a new process.
            Environment.FailFast("the bookkeeping of effects has a fault", fault);
        }
    }

    async Task RunAsync()
    {
        var handled = 0L;
        while (await gathered.Reader.WaitToReadAsync())
        {
            if (handled > 0 && gathered.Reader.Count < most / 8 && TimeProvider.System.GetElapsedTime(handled) < Moment)
                await Task.Delay(Moment);
            var group = new List<T>();
            while (group.Count < most && gathered.Reader.TryRead(out var item))
                group.Add(item);
            await handle(group);
            handled = TimeProvider.System.GetTimestamp();
        }
    }
}
