using System.Runtime.InteropServices;
using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.ReadModels;

/// <summary>From the log to the audit: whatever the log tells of a command or of the API must be in the views, unless something weightier is.</summary>
/// <param name="position">How far the views have come.</param>
sealed class AuditPresence(NpgsqlConnection connection, Guid tenantId, LogPosition position)
{
    readonly Dictionary<Guid, (int Weight, int Slot, long Offset)> commands = [];
    readonly Dictionary<Guid, (int Slot, long Offset)> told = [];

    /// <summary>Takes note of an entry.</summary>
    public void Add(SealableEntry entry)
    {
        var (offset, seq) = (entry.Offset - entry.Count, entry.FirstSeq - 1);
        foreach (var type in SealChain.TypesOf(entry.Events.Span))
        {
            (offset, seq) = (offset + 1, seq + 1);
            if (offset > position[entry.Slot])
                return;
            if (entry.CommandId is { } commandId)
                Weigh(commandId, (CommandView.Weight(type), entry.Slot, offset));
            if (AuditView.Takes(entry.Slot, entry.Stream, type))
                told[NamedId.OfEvent(entry.StreamId, seq)] = (entry.Slot, offset);
        }
    }

    void Weigh(Guid commandId, (int Weight, int Slot, long Offset) e)
    {
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(commands, commandId, out var exists);
        if (!exists || Outweighs(e, known))
            known = e;
    }

    static bool Outweighs((int Weight, int Slot, long Offset) one, (int Weight, int Slot, long Offset) other) =>
        (-one.Weight, one.Slot, one.Offset).CompareTo((-other.Weight, other.Slot, other.Offset)) < 0;

    /// <summary>Looks up what was noted, and forgets it.</summary>
    public async Task<AuditFault?> FirstFaultAsync(CancellationToken stop)
    {
        var fault = await CommandFaultAsync(stop) ?? await ToldFaultAsync(stop);
        commands.Clear();
        told.Clear();
        return fault;
    }

    async Task<AuditFault?> CommandFaultAsync(CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            """
            select w.command_id, c.weight, c.slot, c."offset"
            from unnest($2) as w(command_id)
            left join read.command c on c.tenant_id = $1
              and c.command_id = w.command_id
            """, connection)
        {
            Parameters = { new() { Value = tenantId }, EventLog.Array(NpgsqlDbType.Uuid, commands.Keys.ToArray()) },
        };
        await using var rows = await command.ExecuteReaderAsync(stop);
        while (await rows.ReadAsync(stop))
        {
            var id = rows.GetGuid(0);
            var logged = commands[id];
            if (rows.IsDBNull(1))
                return new("view", "removed", "the log tells of a command that the audit does not have", logged.Slot, logged.Offset, Id: id);
            if (Outweighs(logged, (rows.GetInt32(1), rows.GetInt32(2), rows.GetInt64(3))))
                return new("view", "changed", "the audit tells another end of the command than the log", logged.Slot, logged.Offset, Id: id);
        }
        return null;
    }

    async Task<AuditFault?> ToldFaultAsync(CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            """
            select w.event_id
            from unnest($2) as w(event_id)
            where not exists (select from read.audit a where a.tenant_id = $1 and a.event_id = w.event_id)
            limit 1
            """, connection)
        {
            Parameters = { new() { Value = tenantId }, EventLog.Array(NpgsqlDbType.Uuid, told.Keys.ToArray()) },
        };
        return await command.ExecuteScalarAsync(stop) is Guid id
            ? new("view", "removed", "the log tells of something that the audit does not have", told[id].Slot, told[id].Offset, Id: id)
            : null;
    }
}
