using Dvt.Pipeline;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dvt.Workers.Channels;

/// <summary>Looks every few seconds at what waits too long.</summary>
sealed class NoticeGauges(NpgsqlDataSource postgres, NoticeChannels channels, ILogger<NoticeGauges> log) : BackgroundService
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Loop.RunAsync("notice gauges", log, LookAsync, stoppingToken);

    async Task LookAsync(CancellationToken stop)
    {
        while (true)
        {
            await using (var command = postgres.CreateCommand(
                """
                select
                  (select coalesce(extract(epoch from clock_timestamp() - min(due_at)), 0)::float8
                   from messages.notice
                   where status = 'owed' and due_at < clock_timestamp() and channel = any ($1) and template is not null),
                  (select sum(s.head - c."offset")::bigint
                   from messages.checkpoint c
                   join log.slot s on s.slot = c.slot
                   where s.domain = 'bookings')
                """))
            {
                command.Parameters.Add(EventLog.Array(NpgsqlTypes.NpgsqlDbType.Text, channels.Names.ToArray()));
                await using var row = await command.ExecuteReaderAsync(stop);
                await row.ReadAsync(stop);
                NoticeMeters.Overdue.Record(row.GetDouble(0));
                NoticeMeters.Behind.Record(row.GetInt64(1));
            }
            await Task.Delay(Interval, stop);
        }
    }
}
