using Dvt.Pipeline;
using Dvt.Workers.Calendars;
using Microsoft.Extensions.Logging;
using Quartz;

namespace Dvt.Workers.Schedule;

/// <summary>
/// Asks the calendars that are due, each every five minutes. It fires much more often than that, so that one that somebody
/// wants at once, or that a dying worker left, does not wait for the others.
/// </summary>
[DisallowConcurrentExecution]
sealed class FetchCalendars(FeedTable table, FeedImport import, ILogger<FetchCalendars> log) : IJob
{
    /// <summary>Calendars asked at the same time.</summary>
    const int AtOnce = 16;

    /// <summary>Rounds of one firing, so that a worker that is to stop need not wait; the next firing goes on.</summary>
    const int Rounds = 20;

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        try
        {
            var began = TimeProvider.System.GetTimestamp();
            var total = 0;
            for (var round = 0; round < Rounds && await RoundAsync(cancellationToken) is > 0 and var count; round++)
                total += count;
            if (total > 0)
                CalendarMeters.JobTook.Record(TimeProvider.System.GetElapsedTime(began).TotalSeconds);
        }
        catch (Exception fault) when (Postgres.IsUnavailable(fault))
        {
            CalendarsLog.HeldUp(log, fault.Message);
        }
    }

    internal async Task<int> RoundAsync(CancellationToken stop)
    {
        var due = await table.TakeAsync(AtOnce, stop);
        await Task.WhenAll(due.Select(f => AskAsync(f, stop)));
        return due.Count;
    }

    /// <summary>What fails here concerns one calendar; it is due again when its lease ends.</summary>
    async Task AskAsync(DueFeed feed, CancellationToken stop)
    {
        try
        {
            await import.RunAsync(feed, stop);
        }
        catch (Exception fault) when (Postgres.IsUnavailable(fault) || RabbitMq.IsUnavailable(fault))
        {
            CalendarsLog.HeldUp(log, fault.Message);
        }
        catch (Exception fault) when (!stop.IsCancellationRequested)
        {
            CalendarsLog.Failed(log, fault, feed.FeedId);
        }
    }
}
