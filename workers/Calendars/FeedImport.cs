using System.Text;
using Dvt.Contracts;
using Dvt.Lodging.Calendars;
using Dvt.Pipeline;
using Microsoft.Extensions.Logging;

namespace Dvt.Workers.Calendars;

/// <summary>
/// One calendar, asked once: fetched, read, compared with the blocks it made before, and what differs sent to the unit's slot
/// as one command. The command is confirmed before the outcome is written, so a crash in between sends it twice.
/// </summary>
sealed class FeedImport(FeedTable table, FeedFetch fetch, FeedAlarm alarm, Publisher publisher, KeyWrap? wrap, TimeSpan interval, ILogger<FeedImport> log)
{
    /// <summary>More than any platform tells of one unit; all of them go into one command.</summary>
    static readonly CalendarLimits Limits = new() { Bytes = FeedFetch.MaxBytes, Events = 2_000, Occurrences = 2_000 };

    static readonly TimeSpan LookForLeftovers = TimeSpan.FromSeconds(15);

    /// <summary>Commands that were under way when it was deleted have arrived by then.</summary>
    static readonly TimeSpan LeftoversFor = TimeSpan.FromMinutes(10);

    public async Task RunAsync(DueFeed feed, CancellationToken stop)
    {
        var known = await table.BlocksAsync(feed, stop);
        if (feed.DeletedAt is { } deletedAt)
        {
            if (known.Count > 0)
                await SendAsync(feed, [], [.. known.Select(b => b.Uid)], stop);
            await table.AgainAsync(feed, known.Count == 0 && feed.Now - deletedAt > LeftoversFor ? null : LookForLeftovers, stop);
            return;
        }
        var zone = TimeZoneInfo.FindSystemTimeZoneById(feed.TimeZone ?? "UTC");
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTimeFromUtc(feed.Now.ToUniversalTime(), zone));
        var isValid = feed.Blocks == FeedDiff.StateOf(known, today);
        var answer = await fetch.GetAsync(feed.TenantId, UrlOf(feed), isValid ? feed.ETag : null, isValid ? feed.LastModified : null, stop);
        if (answer.Error is { } error)
            await FailAsync(feed, error, answer.Status, read: null, stop);
        else if (answer.Body is null && !isValid)
            await FailAsync(feed, CalendarErrors.Status, answer.Status, read: null, stop);
        else if (answer.Body is null)
            await SucceedAsync(feed, new(304, feed.ETag, feed.LastModified, feed.Blocks!, HasChanges: false, Read: null), stop);
        else
            await TakeAsync(feed, answer, known, zone, today, stop);
    }

    async Task TakeAsync(DueFeed feed, FeedAnswer answer, List<KnownBlock> known, TimeZoneInfo zone, DateOnly today, CancellationToken stop)
    {
        var read = CalendarReader.Read(answer.Body, zone, today, Limits);
        if (!read.IsWhole)
        {
            await FailAsync(feed, read.IsCalendar ? CalendarErrors.NotWhole : CalendarErrors.NotACalendar, answer.Status, read, stop);
            return;
        }
        var diff = FeedDiff.Of(known, read, feed.UnitId, today, feed.Emptied);
        if (diff.IsHeldBack)
        {
            await FailAsync(feed, CalendarErrors.Emptied, answer.Status, read, stop);
            return;
        }
        if (diff.HasChanges)
        {
            await SendAsync(feed, diff.Put, diff.Gone, stop);
            CalendarMeters.Imported.Add(diff.Put.Count, new KeyValuePair<string, object?>("channel", feed.Channel));
            CalendarsLog.Changed(log, feed.FeedId, diff.Put.Count, diff.Gone.Count);
        }
        await SucceedAsync(feed, new(
            answer.Status!.Value, answer.ETag, answer.LastModified, FeedDiff.StateOf(diff.AppliedTo(known), today), diff.HasChanges, read), stop);
    }

    Task SendAsync(DueFeed feed, IReadOnlyList<FeedBlock> put, IReadOnlyList<string> gone, CancellationToken stop)
    {
        var order = new Envelope(
            Guid.CreateVersion7(), nameof(ImportBlocks), feed.TenantId, feed.UnitId.ToString(), $"calendar:{feed.FeedId}", new DateTimeOffset(feed.Now),
            ContractsJson.Element(new ImportBlocks(feed.UnitId, feed.FeedId, feed.Channel, put, gone)));
        return publisher.PublishAsync([(Slot.Queue(Slot.Of(Domain.Bookings, feed.TenantId, order.Key)), order)], stop);
    }

    async Task SucceedAsync(DueFeed feed, GoodAnswer answer, CancellationToken stop)
    {
        await table.SucceedAsync(feed, answer, interval, stop);
        if (feed.Stale)
            await alarm.EndAsync(feed, stop);
    }

    async Task FailAsync(DueFeed feed, string error, int? status, CalendarFeed? read, CancellationToken stop)
    {
        await table.FailAsync(feed, error, status, read, interval, stop);
        CalendarMeters.Errors.Add(1, new("channel", feed.Channel), new("error", error));
        CalendarsLog.NotTaken(log, feed.FeedId, feed.TenantId, error, status);
        if (!feed.Stale && feed.Now - (feed.SuccessAt ?? feed.CreatedAt) >= CalendarAges.Stale)
            await alarm.BeginAsync(feed, error, stop);
    }

    Uri UrlOf(DueFeed feed) => new(Encoding.UTF8.GetString((wrap
        ?? throw new InvalidOperationException("Workers:KeyEncryptionKey must be base64 of 32 bytes, the same as Api:KeyEncryptionKey: see ops/configuration.md"))
        .Unwrap(CalendarUrls.WrapName(feed.FeedId), feed.Url)));
}
