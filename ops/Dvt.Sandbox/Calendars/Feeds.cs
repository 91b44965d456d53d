using System.Collections.Concurrent;

namespace Dvt.Sandbox;

/// <summary>
/// iCal feeds as channels serve them, each under an id: <c>GET /calendars/{feed}.ics</c>. What is in it and how it is served is set by
/// <c>PUT /calendars/{feed}</c> (events), <c>/content</c> (bytes) and <c>/behaviour</c>. protocols.md §8.1.
/// </summary>
static class Feeds
{
    public static void MapFeeds(this WebApplication app)
    {
        var feeds = new ConcurrentDictionary<string, Feed>();
        Feed Of(string feed) => feeds.GetOrAdd(feed, id => new Feed(id));
        app.MapMethods("/calendars/{feed}.ics", ["GET", "HEAD"], (string feed, HttpContext context) => Of(feed).ServeAsync(context))
            .OfProvider("calendars", status => ("text/html", $"<html><body><h1>{status}</h1></body></html>"));
        app.MapGet("/calendars", () => Results.Json(new { feeds = feeds.Keys.Order(StringComparer.Ordinal) }));
        app.MapGet("/calendars/{feed}", (string feed) => Of(feed).Show());
        app.MapPut("/calendars/{feed}", (string feed, FeedEvents events) => Of(feed).Hold(events));
        app.MapPut("/calendars/{feed}/content", async (string feed, HttpContext context) => Of(feed).Hold(await Http.ReadAsync(context)));
        app.MapPut("/calendars/{feed}/behaviour", (string feed, FeedBehaviour behaviour) => Of(feed).Behave(behaviour));
    }
}

/// <param name="From">First night.</param>
/// <param name="To">Day of departure.</param>
/// <param name="Lines">Further lines of the event, as they are.</param>
sealed record FeedEvent(string Uid, DateOnly From, DateOnly To, string? Summary = null, string? Description = null, string[]? Lines = null);

/// <param name="Style"><c>airbnb</c>, <c>booking</c>, <c>vrbo</c>.</param>
sealed record FeedEvents(FeedEvent[] Events, string Style = "airbnb");

/// <param name="Status">200, or what it answers instead.</param>
/// <param name="Times">So many answers like this, then friendly again; for ever without it.</param>
/// <param name="Location">Redirects there, with 302 unless the status is another 3xx.</param>
/// <param name="DelayMs">Before the first byte.</param>
/// <param name="DribbleMs">Between ten pieces of the body.</param>
/// <param name="PadBytes">So much more, as a comment of the calendar: 10 MB and above.</param>
/// <param name="Truncate">Share of the body that comes, the end of the connection looking regular.</param>
/// <param name="Validators"><c>ETag</c> and <c>Last-Modified</c>; Airbnb has none.</param>
sealed record FeedBehaviour(
    int Status = 200, int? Times = null, string? Location = null, int DelayMs = 0, int DribbleMs = 0, int PadBytes = 0, double Truncate = 1,
    bool Validators = true, string ContentType = "text/calendar; charset=utf-8", string? RetryAfter = null);
