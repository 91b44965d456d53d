using Dvt.Pipeline;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dvt.Workers.Calendars;

/// <summary>Tells how old what calendars say is. Every worker tells it, whichever of them asks: an alarm must not hang on one process.</summary>
sealed class CalendarGauges(NpgsqlDataSource postgres, ILogger<CalendarGauges> log) : BackgroundService
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    readonly HashSet<string> told = [];

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Loop.RunAsync("calendar gauges", log, LookAsync, stoppingToken);

    async Task LookAsync(CancellationToken stop)
    {
        while (true)
        {
            await RecordAsync(stop);
            await Task.Delay(Interval, stop);
        }
    }

    async Task RecordAsync(CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            select f.channel, max(extract(epoch from clock_timestamp() - coalesce(f.success_at, f.created_at)))::float8 / 60
            from calendars.feed f
            join identity.tenant t on t.tenant_id = f.tenant_id
            where f.deleted_at is null
              and not t.suspended
            group by f.channel
            """);
        var ages = new Dictionary<string, double>();
        await using (var row = await command.ExecuteReaderAsync(stop))
            while (await row.ReadAsync(stop))
                ages[row.GetString(0)] = row.GetDouble(1);
        told.UnionWith(ages.Keys);
        // A channel whose last calendar was removed is not old any more.
        foreach (var channel in told)
            CalendarMeters.SyncAge.Record(ages.GetValueOrDefault(channel), new KeyValuePair<string, object?>("channel", channel));
        CalendarMeters.LastSyncAge.Record(ages.Values.DefaultIfEmpty().Max());
    }
}
