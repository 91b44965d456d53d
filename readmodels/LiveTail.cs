using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Dvt.Contracts;
using Dvt.Pipeline;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dvt.ReadModels;

/// <summary>Something for a reader of the live tail.</summary>
/// <param name="Event">Null for a reset.</param>
/// <param name="Position">Where to go on from, when the reader comes back.</param>
public sealed record LiveItem(LoggedEvent? Event, LogPosition Position)
{
    /// <summary>The position asked for is too old: what was missed has to be read from the views.</summary>
    public bool Reset => Event is null;
}

/// <summary>
/// Events as they come, to any number of readers from one tail of the log per process. Reads the log only while
/// someone listens.
/// </summary>
/// <param name="log">Of a role that sees all tenants' events, such as <c>dvt_projector</c>; readers get their tenant's only.</param>
public sealed class LiveTail(NpgsqlDataSource log, LogGrowth growth, ILogger<LiveTail> logger) : BackgroundService
{
    /// <summary>A reader that is so many events behind is dropped.</summary>
    const int ReaderBuffer = 2_000;

    /// <summary>So many events of the whole log are caught up with from the database.</summary>
    const int CatchUp = 10_000;

    const int PerSlot = 500;

    readonly Lock gate = new();
    readonly Ring ring = new();
    readonly Dictionary<Guid, List<Reader>> readers = [];
    readonly SemaphoreSlim wanted = new(0);
    Dictionary<int, long>? at;
    TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the reader is too slow, or when it stops reading.</summary>
    /// <param name="filter">Applied to events of the tenant.</param>
    /// <param name="from">Where the reader was; null for what comes from now on.</param>
    public async IAsyncEnumerable<LiveItem> Subscribe(
        Guid tenantId, Func<LoggedEvent, bool> filter, LogPosition? from, [EnumeratorCancellation] CancellationToken stop = default)
    {
        var reader = new Reader(tenantId, filter);
        try
        {
            var (start, missed) = await JoinAsync(reader, from, stop);
            var position = new Dictionary<int, long>(start);
            if (from is not null)
            {
                missed ??= await ReadMissedAsync(from, start, stop);
                if (missed is null)
                    yield return new LiveItem(null, new LogPosition(start));
                foreach (var slot in start.Keys)
                    position[slot] = missed is null ? start[slot] : Math.Min(from[slot], start[slot]);
                foreach (var e in missed ?? [])
                {
                    position[e.Slot] = e.Offset;
                    if (e.TenantId == tenantId && filter(e))
                        yield return new LiveItem(e, new LogPosition(position));
                }
            }
            await foreach (var e in reader.Events.Reader.ReadAllAsync(stop))
            {
                position[e.Slot] = e.Offset;
                yield return new LiveItem(e, new LogPosition(position));
            }
        }
        finally
        {
            Leave(reader);
        }
    }

    /// <summary>From the returned offsets on, the reader's buffer gets everything. What the ring has before is handed over.</summary>
    async Task<(Dictionary<int, long> Start, List<LoggedEvent>? Missed)> JoinAsync(Reader reader, LogPosition? from, CancellationToken stop)
    {
        lock (gate)
        {
            if (!readers.TryGetValue(reader.TenantId, out var others))
                readers.Add(reader.TenantId, others = []);
            others.Add(reader);
        }
        wanted.Release();
        while (true)
        {
            Task becoming;
            lock (gate)
            {
                if (at is not null)
                {
                    reader.IsJoined = true;
                    return (new(at), from is null ? null : ring.After(from, at));
                }
                becoming = ready.Task;
            }
            await becoming.WaitAsync(stop);
        }
    }

    void Leave(Reader reader)
    {
        lock (gate)
            if (readers.TryGetValue(reader.TenantId, out var others) && others.Remove(reader) && others.Count == 0)
                readers.Remove(reader.TenantId);
    }

    /// <summary>Null when it is too much.</summary>
    async Task<List<LoggedEvent>?> ReadMissedAsync(LogPosition from, Dictionary<int, long> upTo, CancellationToken stop)
    {
        if (upTo.Sum(o => Math.Max(0, o.Value - from[o.Key])) > CatchUp)
            return null;
        await using var connection = await log.OpenConnectionAsync(stop);
        var after = upTo.Where(o => o.Value > from[o.Key]).ToDictionary(o => o.Key, o => from[o.Key]);
        var events = after.Count == 0 ? [] : await EventLog.ReadAfterAsync(connection, after, CatchUp, stop);
        return [.. events.Where(e => e.Offset <= upTo[e.Slot])];
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Loop.RunAsync("live tail", logger, FollowAsync, stoppingToken);

    async Task FollowAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (!HasReaders)
            {
                Rest();
                await wanted.WaitAsync(stop);
                continue;
            }
            await using var connection = await log.OpenConnectionAsync(stop);
            await BeginAsync(connection, stop);
            while (HasReaders)
            {
                var grown = growth.Next;
                var events = await EventLog.ReadAfterAsync(connection, at!, PerSlot, stop);
                if (events.Count == 0)
                    await LogGrowth.WaitAsync(grown, stop);
                else
                    HandOut(events);
            }
        }
    }

    bool HasReaders
    {
        get
        {
            lock (gate)
                return readers.Count > 0;
        }
    }

    /// <summary>Goes on from where it was, so that after a fault of the database readers miss nothing.</summary>
    async Task BeginAsync(NpgsqlConnection connection, CancellationToken stop)
    {
        if (at is not null)
            return;
        var heads = new Dictionary<int, long>();
        await using (var command = new NpgsqlCommand("select slot, head from log.slot", connection))
        await using (var reader = await command.ExecuteReaderAsync(stop))
            while (await reader.ReadAsync(stop))
                heads[reader.GetInt32(0)] = reader.GetInt64(1);
        lock (gate)
        {
            ring.Begin(heads);
            at = heads;
            ready.TrySetResult();
        }
    }

    void Rest()
    {
        lock (gate)
        {
            if (readers.Count > 0)
                return;
            at = null;
            ring.Begin([]);
            if (ready.Task.IsCompleted)
                ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    void HandOut(List<LoggedEvent> events)
    {
        lock (gate)
            foreach (var e in events)
            {
                at![e.Slot] = e.Offset;
                ring.Add(e);
                if (readers.TryGetValue(e.TenantId, out var interested))
                    foreach (var reader in interested)
                        if (reader.IsJoined && reader.Filter(e) && !reader.Events.Writer.TryWrite(e) && reader.Events.Writer.TryComplete())
                            ReadModelsLog.ReaderDropped(logger);
            }
    }

    sealed class Reader(Guid tenantId, Func<LoggedEvent, bool> filter)
    {
        public Guid TenantId { get; } = tenantId;

        public Func<LoggedEvent, bool> Filter { get; } = filter;

        public bool IsJoined { get; set; }

        public Channel<LoggedEvent> Events { get; } = Channel.CreateBounded<LoggedEvent>(ReaderBuffer);
    }

    /// <summary>The newest events of all tenants.</summary>
    sealed class Ring
    {
        const int MaxEvents = 100_000;
        const long MaxCharacters = 16_000_000;

        readonly Queue<LoggedEvent> events = [];
        readonly Dictionary<int, long> complete = [];
        long characters;

        /// <summary>Empties it: it is complete from these offsets on.</summary>
        public void Begin(Dictionary<int, long> from)
        {
            events.Clear();
            characters = 0;
            complete.Clear();
            foreach (var (slot, offset) in from)
                complete[slot] = offset;
        }

        public void Add(LoggedEvent e)
        {
            events.Enqueue(e);
            characters += e.Data.Length;
            while (events.Count > MaxEvents || characters > MaxCharacters)
            {
                var oldest = events.Dequeue();
                characters -= oldest.Data.Length;
                complete[oldest.Slot] = oldest.Offset;
            }
        }

        /// <summary>What came behind a position; null when it does not go back so far.</summary>
        public List<LoggedEvent>? After(LogPosition from, Dictionary<int, long> upTo) =>
            upTo.Any(o => o.Value > from[o.Key] && from[o.Key] < complete.GetValueOrDefault(o.Key))
                ? null
                : [.. events.Where(e => e.Offset > from[e.Slot])];
    }
}
