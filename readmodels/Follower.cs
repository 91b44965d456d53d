using Dvt.Pipeline;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.ReadModels;

/// <summary>
/// Follows the log from a checkpoint and keeps tables up to it: a batch's rows and the checkpoint are one transaction
/// in one round trip. While behind, the next batch is read as this one is written.
/// </summary>
/// <param name="tail">Name of its checkpoints.</param>
/// <param name="reader">Reads the log.</param>
/// <param name="writer">Writes, and asks the log about streams.</param>
sealed class Follower(string tail, IReadOnlyList<(IView View, string Table)> targets, NpgsqlConnection reader, NpgsqlConnection writer)
    : IAsyncDisposable
{
    public const string Live = "live";
    public const string Next = "next";
    public const string Outdated = "outdated";

    /// <summary>Events of one slot in one transaction; 16 busy slots make 20,000.</summary>
    const int PerSlot = 1_250;

    /// <summary>From here on a batch counts as being behind.</summary>
    const int ManyEvents = 2_000;

    readonly Streams streams = new();
    Task<List<TailEvent>>? ahead;

    public Offsets Offsets { get; private set; } = Offsets.Zero;

    /// <summary>How old the oldest event of the last step was when it had been written, by this machine's clock; a hint.</summary>
    public TimeSpan Behind { get; private set; }

    /// <summary>Reader and writer are one connection: nothing is read ahead.</summary>
    public bool SharesConnection { get; init; }

    public async Task LoadAsync(CancellationToken stop)
    {
        // What is lost in a crash of the database is lost together with its checkpoint, and read again.
        await ViewTables.ExecuteAsync(writer, "set synchronous_commit = off", stop);
        await streams.LoadAsync(writer, stop);
        await AddCheckpointsAsync(writer, tail, stop);
        Offsets = await ReadOffsetsAsync(stop);
    }

    public static async Task AddCheckpointsAsync(NpgsqlConnection connection, string tail, CancellationToken stop)
    {
        await using var create = new NpgsqlCommand(
            """
            insert into read.checkpoint (tail, slot)
            select $1, slot
            from unnest($2) as slot
            on conflict (tail, slot) do nothing
            """, connection)
        {
            Parameters = { new() { Value = tail }, EventLog.Array(NpgsqlDbType.Integer, Tail.Slots) },
        };
        await create.ExecuteNonQueryAsync(stop);
    }

    public async Task<Offsets> ReadOffsetsAsync(CancellationToken stop)
    {
        await using var command = new NpgsqlCommand("""select slot, "offset" from read.checkpoint where tail = $1""", writer)
        {
            Parameters = { new() { Value = tail } },
        };
        await using var rows = await command.ExecuteReaderAsync(stop);
        var offsets = new List<KeyValuePair<int, long>>();
        while (await rows.ReadAsync(stop))
            offsets.Add(new(rows.GetInt32(0), rows.GetInt64(1)));
        return new Offsets(offsets);
    }

    /// <summary>Takes what is there, up to a batch. Returns how many events that were.</summary>
    /// <param name="upTo">Offsets not to go beyond.</param>
    /// <exception cref="Npgsql.PostgresException">DV004: another projector is writing.</exception>
    public async Task<int> StepAsync(Offsets? upTo, CancellationToken stop)
    {
        var events = await (ahead ?? Tail.ReadAsync(reader, Offsets, upTo, PerSlot, Views.DataOf, stop));
        ahead = null;
        if (events.Count == 0)
            return 0;
        var moved = Offsets.After(events);
        if (events.Count >= ManyEvents && !SharesConnection)
            ahead = Tail.ReadAsync(reader, moved, upTo, PerSlot, Views.DataOf, stop);
        await WriteAsync(events, moved, stop);
        Offsets = moved;
        Behind = DateTime.UtcNow - events.Min(e => e.RecordedAt);
        return events.Count;
    }

    async Task WriteAsync(List<TailEvent> events, Offsets moved, CancellationToken stop)
    {
        var (sound, stopping) = await streams.CheckAsync(writer, events, stop);
        await using var batch = new NpgsqlBatch(writer);
        // First, so that of two writers one waits here and then fails before it has changed anything.
        batch.BatchCommands.Add(Advance(tail, Offsets, moved));
        foreach (var (view, table) in targets)
            view.Project(sound, batch, table);
        if (stopping.Count > 0)
            batch.BatchCommands.Add(Stop(stopping));
        await batch.ExecuteNonQueryAsync(stop);
        ReadModelsMeters.Projected.Add(events.Count);
        ReadModelsMeters.Gaps.Add(stopping.Count);
    }

    /// <summary>Moves the checkpoint, or with equal offsets only makes sure of it until the commit.</summary>
    public static NpgsqlBatchCommand Advance(string tail, Offsets from, Offsets to)
    {
        int[] slots = [.. to.All.Where(o => o.Value != from[o.Key] || ReferenceEquals(from, to)).Select(o => o.Key).Order()];
        return new NpgsqlBatchCommand("select read.advance($1, $2, $3, $4)")
        {
            Parameters =
            {
                new() { Value = tail },
                EventLog.Array(NpgsqlDbType.Integer, slots),
                EventLog.Array(NpgsqlDbType.Bigint, slots.Select(s => from[s]).ToArray()),
                EventLog.Array(NpgsqlDbType.Bigint, slots.Select(s => to[s]).ToArray()),
            },
        };
    }

    static NpgsqlBatchCommand Stop(List<StoppedStream> streams) => new NpgsqlBatchCommand(
        """
        insert into read.stopped_stream (tenant_id, stream, slot, "offset", expected_seq, found_seq)
        select * from unnest($1, $2, $3, $4, $5, $6)
        on conflict (tenant_id, stream) do nothing
        """)
        .Uuid(streams, s => s.TenantId).Text(streams, s => s.Stream).Int(streams, s => s.Slot).Long(streams, s => s.Offset)
        .Long(streams, s => s.ExpectedSeq).Long(streams, s => s.FoundSeq);

    /// <summary>Waits for a read under way, so that its connection can be used for something else.</summary>
    public async ValueTask DisposeAsync()
    {
        if (ahead is not null)
            await ahead.ContinueWith(static _ => { }, TaskScheduler.Default);
    }
}
