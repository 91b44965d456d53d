using System.Text.Json;
using Dvt.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.Pipeline;

/// <summary>A message of the backlog.</summary>
/// <param name="Envelope">Null when nobody understands what lies there.</param>
sealed record Shelved(long Place, long Rank, Envelope? Envelope, byte[] Body);

/// <summary>The SQL of <c>pipeline.backlog</c>.</summary>
sealed class Backlog(NpgsqlDataSource postgres)
{
    /// <summary>How much each tenant has there, and the last place.</summary>
    public async Task<(Dictionary<Guid, long> Counts, long Last)> CountAsync(string queue, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            select tenant_id, count(*), max(place)
            from pipeline.backlog
            where queue = $1
            group by tenant_id
            """);
        command.Parameters.Add(new() { Value = queue });
        await using var reader = await command.ExecuteReaderAsync(stop);
        var (counts, last) = (new Dictionary<Guid, long>(), 0L);
        while (await reader.ReadAsync(stop))
        {
            counts[reader.GetGuid(0)] = reader.GetInt64(1);
            last = Math.Max(last, reader.GetInt64(2));
        }
        return (counts, last);
    }

    /// <summary>
    /// Puts messages of one queue there, those marked as follower only when their key is there already. Only for the slot's
    /// owner: the row of the slot, locked against its next owner, tells. The sum keeps a plan made while the table was empty
    /// from reading all of a tenant's rows backwards for each key.
    /// </summary>
    /// <returns>Which were put there.</returns>
    /// <exception cref="LostRaceException">The slot has another owner.</exception>
    public async Task<HashSet<Guid>> PutAsync(
        int slot, long epoch, IReadOnlyList<(Delivery Delivery, long Rank, bool IsFollower)> messages, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            with mine as materialized (
              select slot
              from log.slot
              where slot = $1
                and epoch = $2
              for share
            ), asked as (
              select m.*, (
                select max(b.rank + 0)
                from pipeline.backlog b
                where b.queue = $3
                  and b.tenant_id = m.tenant_id
                  and b.key = m.key
              ) as key_rank
              from unnest($4, $5, $6, $7, $8, $9) with ordinality as m(tenant_id, key, rank, is_follower, message_id, envelope, n)
            ), put as (
              insert into pipeline.backlog (queue, tenant_id, key, rank, message_id, envelope)
              select $3, a.tenant_id, a.key, greatest(a.rank, a.key_rank), a.message_id, a.envelope
              from asked a
              cross join mine
              where not a.is_follower
                 or a.key_rank is not null
              order by a.n
              returning message_id
            )
            select null::uuid
            from mine
            union all
            select message_id
            from put
            """);
        command.Parameters.Add(new() { Value = slot });
        command.Parameters.Add(new() { Value = epoch });
        command.Parameters.Add(new() { Value = messages[0].Delivery.Queue });
        command.Parameters.Add(EventLog.Array(NpgsqlDbType.Uuid, messages.Select(m => m.Delivery.Envelope.TenantId).ToArray()));
        command.Parameters.Add(EventLog.Array(NpgsqlDbType.Text, messages.Select(m => m.Delivery.Envelope.Key).ToArray()));
        command.Parameters.Add(EventLog.Array(NpgsqlDbType.Bigint, messages.Select(m => m.Rank).ToArray()));
        command.Parameters.Add(EventLog.Array(NpgsqlDbType.Boolean, messages.Select(m => m.IsFollower).ToArray()));
        command.Parameters.Add(EventLog.Array(NpgsqlDbType.Uuid, messages.Select(m => m.Delivery.Envelope.Id).ToArray()));
        command.Parameters.Add(EventLog.Array(NpgsqlDbType.Bytea, messages.Select(m => Wire.Encode(m.Delivery.Envelope)).ToArray()));
        await using var reader = await command.ExecuteReaderAsync(stop);
        if (!await reader.ReadAsync(stop))
            throw new LostRaceException($"slot {slot} has another owner", slotLost: true);
        var put = new HashSet<Guid>();
        while (await reader.ReadAsync(stop))
            put.Add(reader.GetGuid(0));
        return put;
    }

    /// <summary>Puts messages of a work queue there, which many consume.</summary>
    public async Task PutAsync(string queue, IReadOnlyList<(Envelope Envelope, long Rank)> messages, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            insert into pipeline.backlog (queue, tenant_id, key, rank, message_id, envelope)
            select $1, m.tenant_id, m.key, m.rank, m.message_id, m.envelope
            from unnest($2, $3, $4, $5, $6) as m(tenant_id, key, rank, message_id, envelope)
            """);
        command.Parameters.Add(new() { Value = queue });
        command.Parameters.Add(EventLog.Array(NpgsqlDbType.Uuid, messages.Select(m => m.Envelope.TenantId).ToArray()));
        command.Parameters.Add(EventLog.Array(NpgsqlDbType.Text, messages.Select(m => m.Envelope.Key).ToArray()));
        command.Parameters.Add(EventLog.Array(NpgsqlDbType.Bigint, messages.Select(m => m.Rank).ToArray()));
        command.Parameters.Add(EventLog.Array(NpgsqlDbType.Uuid, messages.Select(m => m.Envelope.Id).ToArray()));
        command.Parameters.Add(EventLog.Array(NpgsqlDbType.Bytea, messages.Select(m => Wire.Encode(m.Envelope)).ToArray()));
        await command.ExecuteNonQueryAsync(stop);
    }

    /// <summary>
    /// Gives the next of a tenant to <paramref name="publish"/> and forgets it once that has returned, in one transaction:
    /// should it fail, or the process die, they are still there. Another process gets others at the same time.
    /// </summary>
    /// <returns>How many.</returns>
    public async Task<int> ReturnAsync(string queue, Guid tenantId, int most, Func<List<Shelved>, Task> publish, CancellationToken stop)
    {
        await using var connection = await postgres.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        await using var command = new NpgsqlCommand(
            """
            with next as (
              select place
              from pipeline.backlog
              where queue = $1
                and tenant_id = $2
              order by rank, place
              limit $3
              for update skip locked
            )
            delete from pipeline.backlog b
            using next
            where b.place = next.place
            returning b.place, b.rank, b.envelope
            """, connection, transaction);
        command.Parameters.Add(new() { Value = queue });
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = most });
        var next = await ReadAsync(command, stop);
        if (next.Count == 0)
            return 0;
        next.Sort((a, b) => (a.Rank, a.Place).CompareTo((b.Rank, b.Place)));
        await publish(next);
        await transaction.CommitAsync(stop);
        return next.Count;
    }

    /// <summary>The next of a tenant, those at hand already left out.</summary>
    public async Task<List<Shelved>> NextAsync(string queue, Guid tenantId, long[] atHand, int most, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            select place, rank, envelope
            from pipeline.backlog
            where queue = $1
              and tenant_id = $2
              and place <> all ($3)
            order by rank, place
            limit $4
            """);
        command.Parameters.Add(new() { Value = queue });
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(EventLog.Array(NpgsqlDbType.Bigint, atHand));
        command.Parameters.Add(new() { Value = most });
        return await ReadAsync(command, stop);
    }

    static async Task<List<Shelved>> ReadAsync(NpgsqlCommand command, CancellationToken stop)
    {
        await using var reader = await command.ExecuteReaderAsync(stop);
        var read = new List<Shelved>();
        while (await reader.ReadAsync(stop))
        {
            var body = reader.GetFieldValue<byte[]>(2);
            read.Add(new Shelved(reader.GetInt64(0), reader.GetInt64(1), Decode(body), body));
        }
        return read;
    }

    static Envelope? Decode(byte[] body)
    {
        try
        {
            return Wire.Decode(body)[0];
        }
        catch (JsonException)
        {
            return null; // Kept as a dead letter by whoever reads it, so that it stands in nobody's way.
        }
    }

    /// <summary>Forgets what is done.</summary>
    public async Task DoneAsync(IReadOnlyCollection<long> places, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand("delete from pipeline.backlog where place = any ($1)");
        command.Parameters.Add(EventLog.Array(NpgsqlDbType.Bigint, places.ToArray()));
        await command.ExecuteNonQueryAsync(stop);
    }
}
