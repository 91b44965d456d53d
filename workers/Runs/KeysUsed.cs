using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;

namespace Dvt.Workers.Runs;

/// <summary>
/// Idempotency keys of commands whose resource has an id of its own: only a row tells that the key was used before.
/// Where the resource bears the key's id, the resource itself tells.
/// </summary>
sealed class KeysUsed
{
    readonly Dictionary<(Guid TenantId, Guid KeyId), Guid> commands = [];
    readonly List<(Guid TenantId, Guid KeyId, Guid CommandId)> fresh = [];

    public KeyTally Tally { get; } = new();

    public async Task LoadAsync(NpgsqlDataSource postgres, IEnumerable<Delivery> batch, CancellationToken stop)
    {
        var wanted = batch.Where(IsNeeded).Select(d => d.Envelope).ToList();
        if (wanted.Count == 0)
            return;
        await using var statement = postgres.CreateBatch();
        statement.BatchCommands.Add(IdempotencyKeys.Used([.. wanted.Select(e => e.TenantId)], [.. wanted.Select(e => e.KeyId!.Value)]));
        await using var reader = await statement.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
            commands[(reader.GetGuid(0), reader.GetGuid(1))] = reader.GetGuid(2);
    }

    static bool IsNeeded(Delivery delivery) => delivery.Envelope.KeyId is { } key
        && delivery.Envelope.Type is nameof(StartRun) or nameof(SignalRun) or nameof(ReviewSignal) or nameof(SendExternalSignal) or nameof(DecideApproval) or nameof(ChangeSchedule) or nameof(BackfillSchedule) or nameof(CancelBulkJob)
            or nameof(SavePlan) or nameof(PublishPlan) or nameof(ArchivePlan)
        && delivery.Envelope.Key != key.ToString()
        && !(delivery.Envelope.Body.TryGetProperty("signalId", out var signal) && signal.ValueEquals(key.ToString()));

    /// <summary>True when another command used the key before; otherwise the key is this command's from now on.</summary>
    public bool IsReused(Delivery delivery)
    {
        if (!IsNeeded(delivery))
            return false;
        var envelope = delivery.Envelope;
        if (commands.TryGetValue((envelope.TenantId, envelope.KeyId!.Value), out var first))
        {
            if (first != envelope.Id)
                return true;
            Tally.Correct(delivery, KeyUse.Repeated);
            return false;
        }
        commands[(envelope.TenantId, envelope.KeyId.Value)] = envelope.Id;
        fresh.Add((envelope.TenantId, envelope.KeyId.Value, envelope.Id));
        return false;
    }

    public void AddTo(NpgsqlBatch statement)
    {
        if (fresh.Count == 0)
            return;
        statement.BatchCommands.Add(IdempotencyKeys.Use(fresh));
        Tally.Record(fresh.Count);
        fresh.Clear();
    }
}
