using Dvt.Contracts;
using Dvt.Engine.Schedules;
using Dvt.Pipeline;
using Dvt.Workers.Runs;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using Quartz;

namespace Dvt.Workers.Schedule;

/// <summary>
/// Starts the runs of due occurrences, many schedules in a transaction. Orders are confirmed before the commit: a crash in
/// between sends them twice, and the run of an occurrence has one id.
/// </summary>
[DisallowConcurrentExecution]
sealed class FireSchedules(NpgsqlDataSource postgres, Publisher publisher, ILogger<FireSchedules> log) : IJob
{
    /// <summary>Transactions of one firing, so that a worker that is to stop need not wait; the next firing goes on.</summary>
    const int Rounds = 50;

    /// <summary>Schedules of one transaction.</summary>
    const int Schedules = 500;

    /// <summary>Occurrences of one schedule in one transaction, so that one that is far behind holds up no other.</summary>
    const int OfEach = 100;

    /// <summary>From so many orders on the transaction ends; what is left is taken by the next one.</summary>
    const int Orders = 2_000;

    static readonly TimeSpan LookAtSuspended = TimeSpan.FromMinutes(1);

    /// <summary>Looked at this often whatever it waits for: what a zone's clocks will do may be decided anew.</summary>
    static readonly TimeSpan LookAgain = TimeSpan.FromHours(1);

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        try
        {
            var more = true;
            for (var round = 0; more && round < Rounds; round++)
                more = await FireAsync(cancellationToken) | await BackfillOccurrences.FireAsync(postgres, publisher, log, cancellationToken);
        }
        catch (Exception fault) when (RabbitMq.IsUnavailable(fault))
        {
            WorkersLog.SchedulesHeldUp(log, fault.Message);
        }
    }

    sealed record Due(Guid TenantId, string ScheduleId, string Definition, DateTimeOffset SettledTo, DateTimeOffset Now, bool Suspended);

    sealed record Settled(Due Of, DateTimeOffset To, DateTimeOffset LookAt);

    /// <returns>True when more is due.</returns>
    internal async Task<bool> FireAsync(CancellationToken stop)
    {
        await using var connection = await postgres.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        var due = await TakeAsync(connection, stop);
        if (due.Count == 0)
            return false;
        var orders = new List<(string, Envelope)>();
        var settled = new List<Settled>();
        foreach (var schedule in due.TakeWhile(_ => orders.Count < Orders))
            settled.Add(Decide(schedule, orders));
        await publisher.PublishAsync(orders, stop);
        await SettleAsync(connection, settled, stop);
        await transaction.CommitAsync(stop);
        return due.Count == Schedules || settled.Count < due.Count || settled.Exists(s => s.LookAt <= s.Of.Now);
    }

    /// <summary>The moment is a subquery, asked once: compared row by row with a volatile function no index would be used.</summary>
    static async Task<List<Due>> TakeAsync(NpgsqlConnection connection, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            """
            select s.tenant_id, s.schedule_id, s.definition::text, s.settled_to, (select clock_timestamp()),
              exists (select from identity.tenant t where t.tenant_id = s.tenant_id and t.suspended)
            from runs.schedule s
            where s.enabled
              and not s.deleted
              and s.look_at <= (select clock_timestamp())
            order by s.look_at
            limit $1
            for update skip locked
            """, connection)
        { Parameters = { new() { Value = Schedules } } };
        await using var reader = await command.ExecuteReaderAsync(stop);
        var due = new List<Due>();
        while (await reader.ReadAsync(stop))
            due.Add(new(reader.GetGuid(0), reader.GetString(1), reader.GetString(2), new(reader.GetDateTime(3)), new(reader.GetDateTime(4)),
                reader.GetBoolean(5)));
        return due;
    }

    Settled Decide(Due due, List<(string, Envelope)> orders)
    {
        // As if it were paused: what falls into a suspension is not made up for.
        if (due.Suspended)
            return new(due, due.Now, due.Now + LookAtSuspended);
        var definition = ScheduleTable.Read(due.Definition);
        try
        {
            var firing = Firing.Of(due.ScheduleId, definition, due.SettledTo, due.Now, OfEach);
            orders.AddRange(firing.Start.Select(o => Routed(OccurrenceRuns.Start(due.TenantId, due.ScheduleId, definition, o, due.Now))));
            var latest = due.Now + LookAgain;
            return new(due, firing.SettledTo, firing.Next is { } next && next < latest ? next : latest);
        }
        catch (FormatException fault)
        {
            // Its zone was known when it was made; the machine's list of zones has changed since.
            WorkersLog.ScheduleNotUnderstood(log, due.ScheduleId, fault.Message);
            return new(due, due.SettledTo, due.Now + LookAgain);
        }
    }

    public static (string Queue, Envelope Order) Routed(Envelope order) =>
        (Slot.Queue(Slot.Of(Domain.Runs, order.TenantId, order.Key)), order);

    static async Task SettleAsync(NpgsqlConnection connection, List<Settled> settled, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            """
            update runs.schedule s
            set settled_to = n.settled_to, look_at = n.look_at
            from unnest($1, $2, $3, $4) as n(tenant_id, schedule_id, settled_to, look_at)
            where s.tenant_id = n.tenant_id
              and s.schedule_id = n.schedule_id
            """, connection)
        {
            Parameters =
            {
                EventLog.Array(NpgsqlDbType.Uuid, settled.Select(s => s.Of.TenantId).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, settled.Select(s => s.Of.ScheduleId).ToArray()),
                EventLog.Array(NpgsqlDbType.TimestampTz, settled.Select(s => s.To.UtcDateTime).ToArray()),
                EventLog.Array(NpgsqlDbType.TimestampTz, settled.Select(s => s.LookAt.UtcDateTime).ToArray()),
            },
        };
        await command.ExecuteNonQueryAsync(stop);
    }
}
