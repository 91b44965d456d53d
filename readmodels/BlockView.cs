using System.Text.Json;
using Dvt.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.ReadModels;

/// <summary><c>read.block</c>: blocked nights; one that was removed is gone. A block that claims nothing clashes with a booking.</summary>
sealed class BlockView : IView
{
    public string Name => "block";

    public int Version => 1;

    public IReadOnlyCollection<string> DataOf { get; } = [nameof(BlockCreated), nameof(BlockMoved), nameof(BlockClaimed), nameof(BlockRemoved)];

    /// <summary>One statement per event and kind, in order: blocks change rarely.</summary>
    public void Project(IReadOnlyList<TailEvent> events, NpgsqlBatch writes, string table)
    {
        foreach (var run in Runs(events.Where(e => DataOf.Contains(e.Type))))
            writes.BatchCommands.Add(run[0].Type switch
            {
                nameof(BlockCreated) => Insert(run, table),
                nameof(BlockMoved) => Move(run, table),
                nameof(BlockClaimed) => Claim(run, table),
                _ => Remove(run, table),
            });
    }

    /// <summary>Neighbours of one type that are about different blocks.</summary>
    static IEnumerable<List<TailEvent>> Runs(IEnumerable<TailEvent> events)
    {
        List<TailEvent> run = [];
        var streams = new HashSet<(Guid, string)>();
        foreach (var e in events)
        {
            if (run.Count > 0 && (run[0].Type != e.Type || streams.Contains((e.TenantId, e.Stream))))
            {
                yield return run;
                run = [];
                streams.Clear();
            }
            run.Add(e);
            streams.Add((e.TenantId, e.Stream));
        }
        if (run.Count > 0)
            yield return run;
    }

    static Guid IdOf(TailEvent e) => Guid.Parse(e.Stream["block-".Length..]);

    static T Read<T>(TailEvent e) => JsonSerializer.Deserialize<T>(e.Data, ContractsJson.Options)!;

    static NpgsqlBatchCommand Insert(List<TailEvent> events, string table)
    {
        var rows = events.ConvertAll(e => (e.TenantId, Block: Read<BlockCreated>(e), e.OccurredAt));
        return new NpgsqlBatchCommand(
            $"""
            insert into {table} (tenant_id, block_id, unit_id, source, feed_id, uid, channel, first, until, text, claims, created_at, changed_at)
            select tenant_id, block_id, unit_id, source, feed_id, uid, channel, first, until, text, claims, created_at, created_at
            from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
              as n(tenant_id, block_id, unit_id, source, feed_id, uid, channel, first, until, text, claims, created_at)
            on conflict (tenant_id, block_id) do update
            set first = excluded.first, until = excluded.until, text = excluded.text, claims = excluded.claims, changed_at = excluded.changed_at
            """)
            .Uuid(rows, r => r.TenantId).Uuid(rows, r => r.Block.BlockId).Uuid(rows, r => r.Block.UnitId).Text(rows, r => r.Block.Source)
            .Column(NpgsqlDbType.Uuid, rows, r => r.Block.FeedId).Text(rows, r => r.Block.Uid).Text(rows, r => r.Block.Channel)
            .Column(NpgsqlDbType.Date, rows, r => r.Block.From).Column(NpgsqlDbType.Date, rows, r => r.Block.To).Text(rows, r => r.Block.Text)
            .Bool(rows, r => r.Block.Claims).Time(rows, r => r.OccurredAt);
    }

    static NpgsqlBatchCommand Move(List<TailEvent> events, string table)
    {
        var rows = events.ConvertAll(e => (e.TenantId, BlockId: IdOf(e), Block: Read<BlockMoved>(e), e.OccurredAt));
        return new NpgsqlBatchCommand(
            $"""
            update {table} b
            set first = n.first, until = n.until, text = n.text, claims = n.claims, changed_at = n.changed_at
            from unnest($1, $2, $3, $4, $5, $6, $7) as n(tenant_id, block_id, first, until, text, claims, changed_at)
            where b.tenant_id = n.tenant_id
              and b.block_id = n.block_id
            """)
            .Uuid(rows, r => r.TenantId).Uuid(rows, r => r.BlockId).Column(NpgsqlDbType.Date, rows, r => r.Block.From)
            .Column(NpgsqlDbType.Date, rows, r => r.Block.To).Text(rows, r => r.Block.Text).Bool(rows, r => r.Block.Claims).Time(rows, r => r.OccurredAt);
    }

    static NpgsqlBatchCommand Claim(List<TailEvent> events, string table) => new NpgsqlBatchCommand(
        $"""
        update {table} b
        set claims = true, changed_at = n.changed_at
        from unnest($1, $2, $3) as n(tenant_id, block_id, changed_at)
        where b.tenant_id = n.tenant_id
          and b.block_id = n.block_id
        """)
        .Uuid(events, e => e.TenantId).Uuid(events, IdOf).Time(events, e => e.OccurredAt);

    static NpgsqlBatchCommand Remove(List<TailEvent> events, string table) => new NpgsqlBatchCommand(
        $"""
        delete from {table} b
        using unnest($1, $2) as n(tenant_id, block_id)
        where b.tenant_id = n.tenant_id
          and b.block_id = n.block_id
        """)
        .Uuid(events, e => e.TenantId).Uuid(events, IdOf);
}
