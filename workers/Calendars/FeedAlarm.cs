using Dvt.Contracts;
using Dvt.Pipeline;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dvt.Workers.Calendars;

/// <summary>Says once that a calendar has become stale, and once that it is well again: its row and its event are one transaction.</summary>
sealed class FeedAlarm(NpgsqlDataSource postgres, ILogger<FeedAlarm> log)
{
    public async Task BeginAsync(DueFeed feed, string error, CancellationToken stop)
    {
        if (await WriteAsync(feed, isStale: true, new CalendarStale(feed.FeedId, feed.UnitId, feed.Channel, error, feed.SuccessAt is { } at ? new(at) : null), stop))
            CalendarsLog.Stale(log, feed.FeedId, feed.TenantId, error);
    }

    public async Task EndAsync(DueFeed feed, CancellationToken stop)
    {
        if (await WriteAsync(feed, isStale: false, new CalendarRecovered(feed.FeedId, feed.UnitId), stop))
            CalendarsLog.Recovered(log, feed.FeedId, feed.TenantId);
    }

    async Task<bool> WriteAsync(DueFeed feed, bool isStale, IEvent e, CancellationToken stop)
    {
        var stream = $"calendar-{feed.FeedId}";
        await using var batch = postgres.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            """
            with changed as (
              update calendars.feed
              set stale = $3, revision = revision + 1
              where tenant_id = $1
                and feed_id = $2
                and revision = $4
                and deleted_at is null
              returning 1
            )
            select log.expect((select count(*) from changed), 1, 'calendar')
            """)
        {
            Parameters = { new() { Value = feed.TenantId }, new() { Value = feed.FeedId }, new() { Value = isStale }, new() { Value = feed.Revision } },
        });
        EventLog.AddAppend(batch,
            [
                new(Slot.Of(Domain.Identity, feed.TenantId, stream), feed.TenantId, stream, feed.Revision + 1, e.GetType().Name,
                    ContractsJson.Element<object>(e).GetRawText(), CommandId: null, CorrelationId: null, "system", new DateTimeOffset(feed.Now)),
            ], _ => EventLog.NoLease);
        try
        {
            await batch.ExecuteNonQueryAsync(stop);
            return true;
        }
        catch (PostgresException race) when (LostRaceException.TryFrom(race, out _))
        {
            // It was removed in this moment, or somebody else has said so.
            return false;
        }
    }
}
