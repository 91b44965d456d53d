using System.Security.Cryptography;
using System.Text;
using Dvt.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.Pipeline;

/// <summary>
/// The SQL of <c>pipeline.dead_letter</c>: messages that failed for good, and behind each the later messages of its key,
/// held back in order until it is replayed or discarded.
/// </summary>
sealed class DeadLetters(NpgsqlDataSource postgres)
{
    /// <summary>Type of what is no envelope.</summary>
    const string Undecodable = "undecodable";

    /// <summary>Keys of a queue that wait behind an open dead letter.</summary>
    public async Task<HashSet<(string, Guid, string)>> BlockedAsync(string queue, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            select distinct tenant_id, key
            from pipeline.dead_letter
            where queue = $1
              and status in ('open', 'waiting')
              and key <> ''
            """);
        command.Parameters.Add(new() { Value = queue });
        await using var reader = await command.ExecuteReaderAsync(stop);
        var blocked = new HashSet<(string, Guid, string)>();
        while (await reader.ReadAsync(stop))
            blocked.Add((queue, reader.GetGuid(0), reader.GetString(1)));
        return blocked;
    }

    /// <summary>Writes the dead letter and, for a command, its failure into the log, in one transaction.</summary>
    public async Task BuryAsync(Delivery delivery, int tries, string code, string detail, CancellationToken stop)
    {
        var envelope = delivery.Envelope;
        var id = Guid.CreateVersion7();
        await using var connection = await postgres.OpenConnectionAsync(stop);
        var seq = envelope.Resource is null ? 0 : await NextSeqAsync(connection, envelope, stop);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(Insert(id, delivery.Queue, envelope, "open", tries, code, detail));
        if (envelope.Resource is not null)
            EventLog.AddAppend(batch,
            [
                new NewEvent(delivery.Slot < 0 ? Slot.Of(Domain.Runs, envelope.TenantId, envelope.Key) : delivery.Slot,
                    envelope.TenantId, $"command-{envelope.Id}", seq, nameof(CommandFailed),
                    ContractsJson.Element(new CommandFailed(envelope.Type, code, detail, envelope.Resource, id)).GetRawText(),
                    envelope.Id, envelope.CorrelationId, envelope.Actor, DateTimeOffset.UtcNow),
            ], _ => delivery.Slot < 0 ? EventLog.NoLease : delivery.Epoch);
        await batch.ExecuteNonQueryAsync(stop);
    }

    static async Task<long> NextSeqAsync(NpgsqlConnection connection, Envelope envelope, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            "select coalesce(max(first_seq + count), 1) from log.entry where tenant_id = $1 and stream = $2", connection)
        { Parameters = { new() { Value = envelope.TenantId }, new() { Value = $"command-{envelope.Id}" } } };
        return (long)(await command.ExecuteScalarAsync(stop))!;
    }

    /// <summary>Holds messages back behind the open dead letter of their key.</summary>
    public async Task HoldBackAsync(IEnumerable<Delivery> deliveries, CancellationToken stop)
    {
        await using var connection = await postgres.OpenConnectionAsync(stop);
        await using var batch = new NpgsqlBatch(connection);
        foreach (var delivery in deliveries)
            batch.BatchCommands.Add(Insert(Guid.CreateVersion7(), delivery.Queue, delivery.Envelope, "waiting", 0, null, null));
        if (batch.BatchCommands.Count > 0)
            await batch.ExecuteNonQueryAsync(stop);
    }

    /// <summary>Keeps what is no envelope, for those who run the installation to look at: nobody knows whose it is. It blocks nobody.</summary>
    public async Task KeepUndecodableAsync(string queue, byte[] body, string code, string detail, CancellationToken stop)
    {
        var id = NamedId.Of("undecodable", queue, Convert.ToHexStringLower(SHA256.HashData(body)));
        await using var command = postgres.CreateCommand(
            """
            insert into pipeline.dead_letter (id, tenant_id, queue, key, message_id, type, envelope, status, error_code, error_detail, error_group)
            values ($1, $2, $3, '', $1, $6, $4, 'open', $5, $7, $5)
            on conflict do nothing
            """);
        foreach (var value in new object[] { id, PlatformTenant.Id, queue, body, code, Undecodable, detail })
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(stop);
    }

    /// <summary>
    /// The dead letter and what waits behind it, in order; null when another order closed it. Where an earlier delivery of this
    /// order closed it, what still waits. What is no envelope has none and stands alone.
    /// </summary>
    public async Task<List<(Guid Id, string Queue, Envelope? Envelope)>?> OpenAsync(Guid deadLetterId, Envelope order, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            select w.id, w.envelope, w.type, w.queue
            from pipeline.dead_letter d
            left join pipeline.dead_letter w
              on w.queue = d.queue
             and w.tenant_id = d.tenant_id
             and w.key = d.key
             and w.status in ('open', 'waiting')
             and (w.id = d.id or d.key <> '')
            where d.id = $1
              and d.tenant_id = $2
              and (d.status = 'open' or d.closed_command = $3)
            order by w.status, w.place
            """);
        foreach (var value in new object[] { deadLetterId, order.TenantId, order.Id })
            command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync(stop);
        List<(Guid, string, Envelope?)>? open = null;
        while (await reader.ReadAsync(stop))
        {
            open ??= [];
            if (!reader.IsDBNull(0))
                open.Add((reader.GetGuid(0), reader.GetString(3), reader.GetString(2) == Undecodable ? null : Wire.Decode(reader.GetFieldValue<byte[]>(1))[0]));
        }
        return open;
    }

    public async Task CloseAsync(Guid id, string status, Envelope order, string? reason, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            update pipeline.dead_letter
            set status = $2, closed_by = $3, reason = $4, closed_command = $5, closed_at = clock_timestamp()
            where id = $1
            """);
        foreach (var value in new object[] { id, status, order.Actor, (object?)reason ?? DBNull.Value, order.Id })
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(stop);
    }

    /// <summary>A replay failed: the row becomes the open one of its key, with its new reason.</summary>
    public async Task ReopenAsync(Guid id, string code, string detail, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            with opened as (
              update pipeline.dead_letter
              set status = 'open', behind = null, tries = tries + 1, error_code = $2, error_detail = $3, error_group = $4
              where id = $1
              returning id, tenant_id, queue, key
            )
            update pipeline.dead_letter w
            set behind = o.id
            from opened o
            where w.queue = o.queue
              and w.tenant_id = o.tenant_id
              and w.key = o.key
              and w.status = 'waiting'
              and w.id <> o.id
            """);
        foreach (var value in new object[] { id, code, detail, Group(code, detail) })
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(stop);
    }

    static NpgsqlBatchCommand Insert(Guid id, string queue, Envelope envelope, string status, int tries, string? code, string? detail) => new(
        """
        insert into pipeline.dead_letter (id, tenant_id, queue, key, message_id, type, envelope, status, tries, error_code, error_detail, error_group, behind)
        select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, (
          select min(d.id::text)::uuid
          from pipeline.dead_letter d
          where d.queue = $3
            and d.tenant_id = $2
            and d.key = $4
            and d.status = 'open'
            and $8 = 'waiting'
        )
        on conflict do nothing
        """)
    {
        Parameters =
        {
            new() { Value = id }, new() { Value = envelope.TenantId }, new() { Value = queue }, new() { Value = envelope.Key },
            new() { Value = envelope.Id }, new() { Value = envelope.Type }, new() { Value = Wire.Encode(envelope) },
            new() { Value = status }, new() { Value = tries },
            Sql.Text(code),
            Sql.Text(detail),
            new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text, Value = code is null ? DBNull.Value : Group(code, detail) },
        },
    };

    /// <summary>Errors that differ only in ids and numbers fall into one group.</summary>
    static string Group(string code, string? detail)
    {
        var shape = System.Text.RegularExpressions.Regex.Replace(detail ?? "", "[0-9a-fA-F-]{8,}|[0-9]+", "#");
        return $"{code}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(shape)))[..12]}";
    }
}
