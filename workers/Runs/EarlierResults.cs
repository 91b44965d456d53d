using System.Text.Json;
using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.Workers.Runs;

/// <summary>What earlier deliveries of a batch's messages have led to, so that each command has one result.</summary>
sealed class EarlierResults
{
    readonly Dictionary<string, Outcome> finished = [];
    readonly Dictionary<string, long> failures = [];
    readonly HashSet<Guid> decided = [];
    readonly List<Delivery> firsts = [];

    /// <param name="unsure">Messages may have been in work before. If not, only those are asked for that a repetition would change.</param>
    /// <returns>False when nothing had to be asked.</returns>
    public async Task<bool> LoadAsync(NpgsqlDataSource postgres, IReadOnlyList<Delivery> batch, bool unsure, CancellationToken stop)
    {
        var asked = batch.Where(d => unsure || IsTold(d)).ToList();
        if (asked.Count == 0)
            return false;
        await using var command = postgres.CreateBatch();
        command.BatchCommands.Add(Streams(
            """
            select e.stream, e.first_seq, e.events, e.command_id
            from unnest($1, $2) as k(tenant_id, stream)
            join log.entry e using (tenant_id, stream)
            order by e.stream, e.first_seq
            """, asked, SideStream));
        var told = asked.Where(IsTold).ToList();
        command.BatchCommands.Add(Streams(
            """
            select distinct e.command_id
            from unnest($1, $2, $3) as k(tenant_id, stream, command_id)
            join log.entry e using (tenant_id, stream, command_id)
            """, told, MainStream));
        command.BatchCommands[1].Parameters.Add(EventLog.Array(NpgsqlDbType.Uuid, told.Select(d => d.Envelope.Id).ToArray()));
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
            Remember(reader.GetString(0), reader.GetInt64(1), reader.GetFieldValue<byte[]>(2), reader.IsDBNull(3) ? Guid.Empty : reader.GetGuid(3));
        await reader.NextResultAsync(stop);
        while (await reader.ReadAsync(stop))
            decided.Add(reader.GetGuid(0));
        return true;
    }

    void Remember(string stream, long seq, byte[] events, Guid commandId)
    {
        var entry = new LogEntryReader(events);
        for (; entry.Next(); seq++)
            if (entry.Type == nameof(CommandFailed))
                failures[stream] = seq;
            else
                finished[stream] = Outcome.Of(commandId, entry.Type, JsonElement.Parse(entry.Data));
    }

    static NpgsqlBatchCommand Streams(string sql, List<Delivery> of, Func<Delivery, string> stream) => new(sql)
    {
        Parameters =
        {
            EventLog.Array(NpgsqlDbType.Uuid, of.Select(d => d.Envelope.TenantId).ToArray()),
            EventLog.Array(NpgsqlDbType.Text, of.Select(stream).ToArray()),
        },
    };

    /// <summary>Commands about something that other commands change too; a run tells by itself which command made it.</summary>
    static bool IsTold(Delivery delivery) => delivery.Envelope is
    {
        Resource: not null, Type: nameof(SelectRuns) or nameof(StartBulkJob) or nameof(RecordBulkStart) or nameof(CancelBulkJob) or nameof(SignalRun) or nameof(ReviewSignal) or nameof(SendExternalSignal) or nameof(DecideApproval) or nameof(SavePlan) or nameof(PublishPlan) or nameof(ArchivePlan)
            or nameof(CreateSchedule) or nameof(ChangeSchedule) or nameof(DeleteSchedule) or nameof(BackfillSchedule)
    };

    static string MainStream(Delivery delivery) =>
        delivery.Envelope.Resource is { Type: "plan" or "schedule" or "bulk-job" } other ? $"{other.Type}-{other.Id}" : $"run-{delivery.Envelope.Key}";

    /// <summary>The message's own stream, for what belongs into no other history.</summary>
    public static string SideStream(Delivery delivery) =>
        delivery.Envelope.Type == nameof(CloseStep) ? $"orphan-{delivery.Envelope.Id}" : $"command-{delivery.Envelope.Id}";

    /// <summary>What the command came to when it was refused before, or done without a trace in any other history.</summary>
    public Outcome? Finished(Delivery delivery) => finished.GetValueOrDefault(SideStream(delivery));

    /// <summary>What the command came to, whatever has happened since; null when it has not been decided.</summary>
    public Outcome? Of(Delivery delivery) => Finished(delivery)
        ?? (decided.Contains(delivery.Envelope.Id) ? new Outcome(delivery.Envelope.Id, Outcome.Done, Resource: delivery.Envelope.Resource) : null);

    /// <summary>A run begins for a command that may have been told before, by its key or by its schedule; the commit checks that it was not refused then.</summary>
    public void First(Delivery delivery)
    {
        if (delivery.Envelope.KeyId is not null || delivery.Envelope.Actor.StartsWith("schedule:", StringComparison.Ordinal))
            firsts.Add(delivery);
    }

    /// <summary>Costs no round trip where commands are new, which nearly all are; a lost race asks before deciding again.</summary>
    public void AddTo(NpgsqlBatch statement)
    {
        if (firsts.Count == 0)
            return;
        statement.BatchCommands.Add(Streams(
            """
            select log.expect(count(*), 0, 'commands decided before')
            from unnest($1, $2) as k(tenant_id, stream)
            join log.events e using (tenant_id, stream)
            where e.type <> 'CommandFailed'
            """, firsts, SideStream));
        firsts.Clear();
    }

    /// <summary>The command's result is in a history now.</summary>
    public void Decided(Guid commandId) => decided.Add(commandId);

    /// <summary>Where in the message's own stream its one result goes, behind the failures before; null when it has one.</summary>
    public long? Finish(Delivery delivery, IEvent result)
    {
        if (Of(delivery) is not null)
            return null;
        finished[SideStream(delivery)] = Outcome.Of(delivery.Envelope.Id, result.GetType().Name, ContractsJson.Element<object>(result));
        return failures.GetValueOrDefault(SideStream(delivery)) + 1;
    }
}
