using Dvt.Contracts;
using Dvt.Pipeline;
using Dvt.Workers.Bookings;
using Npgsql;
using Quartz;

namespace Dvt.Workers.Schedule;

/// <summary>The safety net under the timers of holds: wakes units whose holds are over and still keep their nights.</summary>
[DisallowConcurrentExecution]
sealed class EndOverdueHolds(NpgsqlDataSource postgres, Publisher publisher) : IJob
{
    const int AtOnce = 5_000;

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        await using var command = postgres.CreateCommand(
            """
            select distinct tenant_id, unit_id
            from (
              select tenant_id, unit_id
              from bookings.booking
              where status = 'held'
                and expires_at < (select clock_timestamp()) - interval '5 seconds'
              order by expires_at
              limit $1
            ) overdue
            """);
        command.Parameters.Add(new() { Value = AtOnce });
        var wakes = new List<(string, Envelope)>();
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
            while (await reader.ReadAsync(cancellationToken))
                wakes.Add(HoldTimers.Wake(reader.GetGuid(0), reader.GetGuid(1)));
        if (wakes.Count > 0)
            await publisher.PublishAsync(wakes, cancellationToken);
        BookingMeters.ExpiryJobTook.Record(TimeProvider.System.GetElapsedTime(began).TotalSeconds);
    }
}
