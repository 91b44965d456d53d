using System.Collections.Concurrent;
using Dvt.Contracts;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using static Dvt.Pipeline.Sql;

namespace Dvt.Pipeline;

/// <summary>
/// Who owns which slot of a domain: leases with an epoch in Postgres. Every member takes its share of the slots, gives
/// back what is more than its share, and takes over what lapsed. An old epoch cannot append.
/// </summary>
sealed class SlotLeases(NpgsqlDataSource postgres, Domain domain, string member, ILogger log)
{
    /// <summary>A member that is silent this long has left.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(3);

    public static readonly TimeSpan Renewal = TimeSpan.FromMilliseconds(700);

    /// <summary>Unheard by the database for so long, what was ours is someone else's, who waits for us to stop consuming it. Short outages move nothing.</summary>
    static readonly TimeSpan Unheard = 2 * Lease;

    readonly ConcurrentDictionary<int, long> owned = new();
    readonly ConcurrentDictionary<int, bool> leaving = new();
    long heardAt = TimeProvider.System.GetTimestamp();

    /// <summary>The slots that are ours now, with their epochs: none once the database has not heard of us for too long, by our own clock.</summary>
    public Dictionary<int, long> Owned => TimeProvider.System.GetElapsedTime(Volatile.Read(ref heardAt)) < Unheard ? new(owned) : [];

    /// <summary>
    /// One round: announce, renew, take. A lease of ours that lapsed while nobody took it is simply renewed: its epoch
    /// is still the highest.
    /// </summary>
    /// <param name="announce">False while there is no broker: what is ours is kept, and no share of the slots is asked for.</param>
    public async Task RenewAsync(bool announce, CancellationToken stop)
    {
        var began = TimeProvider.System.GetTimestamp();
        await using var connection = await postgres.OpenConnectionAsync(stop);
        // A connection that has gone silent must not keep us from trying another.
        await using var batch = new NpgsqlBatch(connection) { Timeout = (int)Lease.TotalSeconds };
        batch.BatchCommands.Add(Command(
            """
            insert into pipeline.member (domain, member, seen_at)
            select $1, $2, clock_timestamp()
            where $3
            on conflict (domain, member) do update set seen_at = excluded.seen_at
            """, DomainName, member, announce));
        batch.BatchCommands.Add(Command(
            """
            with renewed as (
              update log.lease
              set lease_until = clock_timestamp() + $3
              where domain = $1
                and owner = $2
              returning slot
            )
            select slot, s.epoch
            from renewed
            join log.slot s using (slot)
            """, DomainName, member, Lease));
        batch.BatchCommands.Add(Command(
            """
            select count(*) filter (where seen_at > clock_timestamp() - $2::interval)
            from pipeline.member
            where domain = $1
            """, DomainName, Lease));
        var members = 1L;
        var renewed = new Dictionary<int, long>();
        await using (var reader = await batch.ExecuteReaderAsync(stop))
        {
            while (await reader.ReadAsync(stop))
                renewed[reader.GetInt32(0)] = reader.GetInt64(1);
            await reader.NextResultAsync(stop);
            if (await reader.ReadAsync(stop))
                members = Math.Max(1, reader.GetInt64(0));
        }
        foreach (var (slot, epoch) in owned.Where(o => renewed.GetValueOrDefault(o.Key, -1) != o.Value).ToList())
            Lost(slot, epoch);
        // What was given up by mistake is still ours as long as nobody took it.
        foreach (var (slot, epoch) in renewed.Where(r => !leaving.ContainsKey(r.Key)))
            owned[slot] = epoch;
        Volatile.Write(ref heardAt, began);
        Share = (int)((Slot.PerDomain + members - 1) / members);
        if (announce && owned.Count < Share)
            await TakeAsync(connection, Share - owned.Count, stop);
    }

    /// <summary>True while some other member announces itself.</summary>
    public async Task<bool> IsAnotherHereAsync(CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            select exists (
              select from pipeline.member
              where domain = $1
                and member <> $2
                and seen_at > clock_timestamp() - $3)
            """);
        command.Parameters.Add(new() { Value = DomainName });
        command.Parameters.Add(new() { Value = member });
        command.Parameters.Add(new() { Value = Lease });
        return (bool)(await command.ExecuteScalarAsync(stop))!;
    }

    /// <summary>How many slots are this member's fair share.</summary>
    public int Share { get; private set; } = Slot.PerDomain;

    async Task TakeAsync(NpgsqlConnection connection, int count, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            """
            with free as (
              select l.slot
              from log.lease l
              join log.slot s using (slot)
              where l.domain = $1
                and l.lease_until < clock_timestamp()
              order by l.slot
              limit $4
              for no key update of l, s skip locked -- a slot that is being written to can wait, our renewal cannot
            ), taken as (
              update log.lease l
              set owner = $2, lease_until = clock_timestamp() + $3
              from free
              where l.slot = free.slot
              returning l.slot
            )
            update log.slot s
            set epoch = s.epoch + 1
            from taken
            where s.slot = taken.slot
            returning s.slot, s.epoch
            """, connection)
        { Parameters = { new() { Value = DomainName }, new() { Value = member }, new() { Value = Lease }, new() { Value = count } } };
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            owned[reader.GetInt32(0)] = reader.GetInt64(1);
            PipelineLog.SlotTaken(log, reader.GetInt32(0), reader.GetInt64(1));
        }
    }

    /// <summary>Gives a slot back at once, for someone else to take.</summary>
    public async Task ReleaseAsync(int slot, CancellationToken stop)
    {
        leaving[slot] = true;
        if (!owned.TryRemove(slot, out _))
            return;
        await using var command = postgres.CreateCommand(
            """
            update log.lease
            set lease_until = '-infinity', owner = null
            where slot = $1
              and owner = $2
            """);
        command.Parameters.Add(new() { Value = slot });
        command.Parameters.Add(new() { Value = member });
        await command.ExecuteNonQueryAsync(stop);
        leaving.TryRemove(slot, out _);
        PipelineLog.SlotLeft(log, slot, "given back");
    }

    /// <summary>Leaves the membership, so that others need not wait for the lease to lapse.</summary>
    public async Task LeaveAsync(CancellationToken stop)
    {
        await using var command = postgres.CreateCommand("delete from pipeline.member where domain = $1 and member = $2");
        command.Parameters.Add(new() { Value = DomainName });
        command.Parameters.Add(new() { Value = member });
        await command.ExecuteNonQueryAsync(stop);
    }

    /// <summary>Forgets a slot that someone else has taken since.</summary>
    public void Lost(int slot, long epoch)
    {
        if (owned.TryRemove(new(slot, epoch)))
            PipelineLog.SlotLeft(log, slot, $"epoch {epoch} is over");
    }

    string DomainName => domain.ToString().ToLowerInvariant();
}
