using Dvt.Contracts;
using Npgsql;

namespace Dvt.Pipeline;

/// <summary>The SQL of what orders to the pipeline come to: one result each, in the order's own stream.</summary>
sealed class OrderResults(NpgsqlDataSource postgres)
{
    /// <summary>What an earlier delivery of the order came to; null when it is still to be obeyed.</summary>
    public async Task<Outcome?> EarlierAsync(Envelope order, CancellationToken stop)
    {
        await using var connection = await postgres.OpenConnectionAsync(stop);
        return await ResultsAsync(connection, order, stop) is [.., var last] && last.Type != nameof(CommandFailed)
            ? Outcome.Of(order.Id, last.Type, last.Json) with { Resource = order.Resource }
            : null;
    }

    static Task<List<LoggedEvent>> ResultsAsync(NpgsqlConnection connection, Envelope order, CancellationToken stop) =>
        EventLog.ReadStreamAsync(connection, order.TenantId, StreamOf(order), afterSeq: 0, limit: int.MaxValue, stop);

    static string StreamOf(Envelope order) => $"command-{order.Id}";

    /// <summary>True when another order used the key before.</summary>
    public async Task<bool> IsKeyUsedAsync(Envelope order, CancellationToken stop) => order.KeyId is { } key && await OwnerAsync(order, key, stop) is { } owner && owner != order.Id;

    async Task<Guid?> OwnerAsync(Envelope order, Guid key, CancellationToken stop)
    {
        await using var batch = postgres.CreateBatch();
        batch.BatchCommands.Add(IdempotencyKeys.Used([order.TenantId], [key]));
        await using var reader = await batch.ExecuteReaderAsync(stop);
        return await reader.ReadAsync(stop) ? reader.GetGuid(2) : null;
    }

    /// <summary>Writes the result, and whose the key is from now on, in one transaction. Returns where it is visible.</summary>
    public async Task<LogPosition> RecordAsync(Delivery by, Outcome outcome, CancellationToken stop)
    {
        var order = by.Envelope;
        var result = outcome.ResultOf(order);
        var isFirst = order.KeyId is { } key && await OwnerAsync(order, key, stop) is null;
        await using var connection = await postgres.OpenConnectionAsync(stop);
        var seq = (await ResultsAsync(connection, order, stop)).Count + 1;
        await using var batch = new NpgsqlBatch(connection);
        if (isFirst)
            batch.BatchCommands.Add(IdempotencyKeys.Use([(order.TenantId, order.KeyId!.Value, order.Id)]));
        EventLog.AddAppend(batch,
        [
            new NewEvent(by.Slot, order.TenantId, StreamOf(order), seq, result.GetType().Name, ContractsJson.Element<object>(result).GetRawText(),
                order.Id, order.CorrelationId, order.Actor, order.AcceptedAt),
        ], _ => by.Epoch);
        await using var reader = await batch.ExecuteReaderAsync(stop);
        return await EventLog.ReadCommitAsync(reader, stop);
    }
}
