using System.Text.Json;
using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.Workers.Bookings;

/// <summary>What earlier deliveries of a batch's messages have led to, and which idempotency keys were used, so that each command has one result.</summary>
sealed class CommandsBefore(IReadOnlyList<Delivery> batch)
{
    readonly List<Delivery> told = [.. batch.Where(d => d.Envelope.Resource is not null)];
    readonly List<Delivery> keyed = [.. batch.Where(d => d.Envelope.KeyId is not null)];
    readonly Dictionary<Guid, Outcome> finished = [];
    readonly Dictionary<Guid, long> failures = [];
    readonly HashSet<Guid> decided = [];
    readonly Dictionary<(Guid TenantId, Guid KeyId), Guid> keys = [];
    readonly List<(Guid TenantId, Guid KeyId, Guid CommandId)> fresh = [];

    public KeyTally Tally { get; } = new();

    /// <summary>Adds three statements; <see cref="ReadAsync"/> reads their results.</summary>
    public void AddLoad(NpgsqlBatch statement)
    {
        statement.BatchCommands.Add(Told(
            """
            select k.command_id, e.first_seq, e.events
            from unnest($1, $2, $3) as k(tenant_id, stream, command_id)
            join log.entry e using (tenant_id, stream)
            order by e.first_seq
            """, d => $"command-{d.Envelope.Id}"));
        statement.BatchCommands.Add(Told(
            """
            select distinct e.command_id
            from unnest($1, $2, $3) as k(tenant_id, stream, command_id)
            join log.entry e using (tenant_id, stream, command_id)
            """, d => $"{d.Envelope.Resource!.Type}-{d.Envelope.Resource.Id}"));
        statement.BatchCommands.Add(IdempotencyKeys.Used(
            [.. keyed.Select(d => d.Envelope.TenantId)], [.. keyed.Select(d => d.Envelope.KeyId!.Value)]));
    }

    NpgsqlBatchCommand Told(string sql, Func<Delivery, string> stream) => new(sql)
    {
        Parameters =
        {
            EventLog.Array(NpgsqlDbType.Uuid, told.Select(d => d.Envelope.TenantId).ToArray()),
            EventLog.Array(NpgsqlDbType.Text, told.Select(stream).ToArray()),
            EventLog.Array(NpgsqlDbType.Uuid, told.Select(d => d.Envelope.Id).ToArray()),
        },
    };

    public async Task ReadAsync(NpgsqlDataReader reader, CancellationToken stop)
    {
        while (await reader.ReadAsync(stop))
            Remember(reader.GetGuid(0), reader.GetInt64(1), reader.GetFieldValue<byte[]>(2));
        await reader.NextResultAsync(stop);
        while (await reader.ReadAsync(stop))
            decided.Add(reader.GetGuid(0));
        await reader.NextResultAsync(stop);
        while (await reader.ReadAsync(stop))
            keys[(reader.GetGuid(0), reader.GetGuid(1))] = reader.GetGuid(2);
        await reader.NextResultAsync(stop);
    }

    void Remember(Guid commandId, long seq, byte[] events)
    {
        var entry = new LogEntryReader(events);
        for (; entry.Next(); seq++)
            if (entry.Type == nameof(CommandFailed))
                failures[commandId] = seq;
            else
                finished[commandId] = Outcome.Of(commandId, entry.Type, JsonElement.Parse(entry.Data));
    }

    /// <summary>What the command came to, whatever has happened since; null when it has not been decided.</summary>
    public Outcome? Of(Delivery delivery) => finished.GetValueOrDefault(delivery.Envelope.Id)
        ?? (decided.Contains(delivery.Envelope.Id) ? new Outcome(delivery.Envelope.Id, Outcome.Done, Resource: delivery.Envelope.Resource) : null);

    /// <summary>True when another command used the key before; otherwise the key is this command's from now on.</summary>
    public bool IsReused(Delivery delivery)
    {
        if (delivery.Envelope.KeyId is not { } keyId)
            return false;
        var key = (delivery.Envelope.TenantId, keyId);
        if (keys.TryGetValue(key, out var first))
        {
            Tally.Meet(delivery, first == delivery.Envelope.Id ? KeyUse.Repeated : KeyUse.Reused);
            return first != delivery.Envelope.Id;
        }
        Tally.Meet(delivery, KeyUse.First);
        keys[key] = delivery.Envelope.Id;
        fresh.Add((key.TenantId, keyId, delivery.Envelope.Id));
        return false;
    }

    /// <summary>The command's result is in a history now.</summary>
    public void Decided(Guid commandId) => decided.Add(commandId);

    /// <summary>Where in the message's own stream its one result goes, behind the failures before.</summary>
    public long Finish(Delivery delivery, IEvent result)
    {
        finished[delivery.Envelope.Id] = Outcome.Of(delivery.Envelope.Id, result.GetType().Name, ContractsJson.Element<object>(result));
        return failures.GetValueOrDefault(delivery.Envelope.Id) + 1;
    }

    public void AddTo(NpgsqlBatch statement)
    {
        if (fresh.Count == 0)
            return;
        statement.BatchCommands.Add(IdempotencyKeys.Use(fresh));
        Tally.Record(fresh.Count);
    }
}
