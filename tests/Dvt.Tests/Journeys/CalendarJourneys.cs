using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using Dvt.Tests.Support;
using Microsoft.AspNetCore.Http;
using Xunit.Abstractions;
using static System.Net.Http.HttpMethod;
using Assert = Xunit.Assert;

namespace Dvt.Tests.Journeys;

public sealed class CalendarJourneys(JourneySystem journeys, ITestOutputHelper output) : JourneyTest(journeys, output)
{
    [ServersFact]
    public Task Blocks_follow_the_events_of_a_calendar() => AsTenantAsync(async client =>
    {
        await using var server = await FeedServer.StartAsync(client);
        server.Events.AddRange([("a", 10, 12), ("b", 20, 23), ("c", 22, 25)]);
        var calendar = await Followed.MakeAsync(client, server);
        var healthy = await calendar.RefreshAsync();
        Assert.Equal(("healthy", 3), (healthy.GetProperty("state").GetString(), healthy.GetProperty("events").GetInt32()));
        Assert.Equal(["a 10 12", "b 20 23", "c 22 25"], await calendar.BlocksAsync());

        // Stamps change with every fetch; nothing is written.
        var (events, asked) = (await calendar.EventsAsync(), server.Asked);
        await calendar.RefreshAsync();
        await calendar.RefreshAsync();
        Assert.Equal((events, asked + 2), (await calendar.EventsAsync(), server.Asked));

        server.Events.Clear();
        server.Events.AddRange([("a", 10, 14), ("c", 30, 31), ("d", 40, 41)]);
        await calendar.RefreshAsync();
        Assert.Equal(["a 10 14", "c 30 31", "d 40 41"], await calendar.BlocksAsync());
        Assert.DoesNotContain("Quispe", string.Join('\n', await System.RowsAsync("select data::text from log.events where tenant_id = $1", client.TenantId)),
            StringComparison.Ordinal);

        await client.ExpectAsync(HttpStatusCode.NoContent, Delete, calendar.Path);
        Assert.Equal(HttpStatusCode.NotFound, (await client.SendAsync(Get, calendar.Path)).Status);
        await Eventually.HoldsAsync(async () => (await calendar.BlocksAsync()).Length == 0, TimeSpan.FromSeconds(30), "blocks of a removed calendar stay");
    });

    [ServersFact]
    public Task Validators_are_sent_back_only_while_the_blocks_are_there() => AsTenantAsync(async client =>
    {
        await using var server = await FeedServer.StartAsync(client);
        server.Events.Add(("a", 10, 12));
        server.ETag = "\"one\"";
        var calendar = await Followed.MakeAsync(client, server);
        await calendar.RefreshAsync();
        await calendar.RefreshAsync();
        Assert.Equal(1, server.NotModified);
        Assert.Equal("healthy", (await client.GetAsync(calendar.Path)).GetProperty("state").GetString());
        // As if the command had been lost on its way.
        await System.ExecuteAsync("update bookings.block set removed = true where tenant_id = $1", client.TenantId);
        await calendar.RefreshAsync();
        Assert.Equal(1, server.NotModified);
    });

    [ServersFact]
    public Task What_is_sold_twice_is_a_conflict_until_one_gives_way() => AsTenantAsync(async client =>
    {
        await using var server = await FeedServer.StartAsync(client);
        var calendar = await Followed.MakeAsync(client, server);
        var booking = await HoldAsync(client, calendar.UnitId, 10, 12);
        server.Events.AddRange([("clash", 11, 13), ("free", 20, 21)]);
        await calendar.RefreshAsync();
        Assert.Equal(["clash 11 13 clashes", "free 20 21"], await calendar.BlocksAsync());
        var conflict = Assert.Single((await client.GetAsync($"/v1/calendar-conflicts?unitId={calendar.UnitId}")).GetProperty("items").EnumerateArray());
        Assert.Equal(calendar.CalendarId, conflict.GetProperty("calendarId").GetGuid());
        Assert.Equal(booking, Assert.Single(conflict.GetProperty("bookings").EnumerateArray()).GetProperty("code").GetString());

        await client.ExpectAsync(HttpStatusCode.OK, Post, $"/v1/bookings/{booking}/cancellation", """{"reason":"sold elsewhere"}""", wait: 30);
        Assert.Equal(["clash 11 13", "free 20 21"], await calendar.BlocksAsync());
        Assert.Empty((await client.GetAsync("/v1/calendar-conflicts")).GetProperty("items").EnumerateArray());
        var refused = await client.SendAsync(Post, "/v1/bookings", Hold(calendar.UnitId, 12, 14), wait: 30);
        Assert.Equal((HttpStatusCode.Conflict, "date_overlap"), (refused.Status, refused.Json.GetProperty("code").GetString()));
    });

    static string Hold(Guid unitId, int from, int to) =>
        JsonSerializer.Serialize(new { unitId, checkIn = FeedServer.Day(from), checkOut = FeedServer.Day(to), guests = 2, guest = new { name = "Luis Mora" } });

    static async Task<string> HoldAsync(ApiClient client, Guid unitId, int from, int to) =>
        (await client.ExpectAsync(HttpStatusCode.Created, Post, "/v1/bookings", Hold(unitId, from, to), wait: 30)).GetProperty("code").GetString()!;

    [ServersFact]
    public Task What_cannot_be_taken_changes_nothing_and_is_told() => AsTenantAsync(async client =>
    {
        await using var server = await FeedServer.StartAsync(client);
        server.Events.AddRange([("a", 10, 12), ("b", 20, 23), ("c", 30, 31)]);
        var calendar = await Followed.MakeAsync(client, server);
        await calendar.RefreshAsync();
        var (blocks, events) = (await calendar.BlocksAsync(), await calendar.EventsAsync());
        foreach (var (error, behaviour) in Faults(server))
        {
            server.Behaviour = behaviour;
            var told = await calendar.RefreshAsync();
            Assert.Equal(("failing", error), (told.GetProperty("state").GetString(), told.GetProperty("error").GetString()));
            Assert.Equal(blocks, await calendar.BlocksAsync());
        }
        Assert.Equal(events, await calendar.EventsAsync());
        server.Behaviour = null;
        var well = await calendar.RefreshAsync();
        Assert.Equal(("healthy", 0), (well.GetProperty("state").GetString(), well.GetProperty("failures").GetInt32()));
        foreach (var url in (string[])["http://10.0.0.1/x.ics", "https://localhost/x.ics", "http://example.org/x.ics", "file:///etc/passwd", "https://[::1]/x"])
            await client.ExpectAsync((HttpStatusCode)422, Post, $"/v1/units/{calendar.UnitId}/calendars", $$"""{"url":"{{url}}","channel":"airbnb"}""");
        Assert.DoesNotContain("hushhush", $"{well}{string.Join('\n', await System.RowsAsync("select data::text from log.events where tenant_id = $1", client.TenantId))}",
            StringComparison.Ordinal);
    });

    static IEnumerable<(string Error, Func<HttpContext, Task> Behaviour)> Faults(FeedServer server)
    {
        yield return ("not_a_calendar", http => http.Response.WriteAsync("<html>Sign in</html>"));
        yield return ("not_a_calendar", http => http.Response.Body.WriteAsync(new byte[] { 0, 159, 146, 150, 255, 254, 10, 13, 0 }).AsTask());
        yield return ("not_whole", http => http.Response.WriteAsync(server.Text()[..^20]));
        yield return ("too_large", http => WriteAsync(http.Response.Body, 10));
        yield return ("too_large", async http =>
        {
            http.Response.Headers.ContentEncoding = "gzip";
            await using var packed = new GZipStream(http.Response.Body, CompressionLevel.Fastest);
            await WriteAsync(packed, 10);
        }
        );
        yield return ("redirect_refused", http => Redirect(http, "http://10.0.0.1/calendar.ics"));
        yield return ("address_refused", http => Redirect(http, "https://169.254.169.254/latest/meta-data"));
        yield return ("address_refused", http => Redirect(http, "https://localhost/calendar.ics"));
        yield return ("redirect_refused", http => Redirect(http, "/again"));
        yield return ("redirect_refused", http => Redirect(http, "file:///etc/passwd"));
        yield return ("timeout", http => Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default));
        yield return ("status", http => Task.FromResult(http.Response.StatusCode = 503));
        yield return ("broken_off", async http =>
        {
            await http.Response.WriteAsync(server.Text()[..100]);
            await http.Response.Body.FlushAsync();
            http.Abort();
        }
        );
    }

    static Task Redirect(HttpContext http, string to)
    {
        http.Response.Redirect(to);
        return Task.CompletedTask;
    }

    static async Task WriteAsync(Stream body, int megabytes)
    {
        await body.WriteAsync("BEGIN:VCALENDAR\r\n"u8.ToArray());
        var line = Encoding.ASCII.GetBytes("X-FILL:" + new string('x', 1015) + "\r\n");
        try
        {
            for (var kilobyte = 0; kilobyte < megabytes * 1024; kilobyte++)
                await body.WriteAsync(line);
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            // Whoever reads has seen enough and left.
        }
    }

    [ServersFact]
    public Task A_calendar_that_has_nothing_any_more_must_say_so_twice() => AsTenantAsync(async client =>
    {
        await using var server = await FeedServer.StartAsync(client);
        server.Events.AddRange([("a", 10, 12), ("b", 20, 23), ("c", 30, 31)]);
        var calendar = await Followed.MakeAsync(client, server);
        await calendar.RefreshAsync();
        server.Events.Clear();
        Assert.Equal("emptied", (await calendar.RefreshAsync()).GetProperty("error").GetString());
        Assert.Equal(3, (await calendar.BlocksAsync()).Length);
        Assert.Equal("healthy", (await calendar.RefreshAsync()).GetProperty("state").GetString());
        Assert.Empty(await calendar.BlocksAsync());
    });

    [ServersFact]
    public Task A_calendar_becomes_stale_once_and_recovers_once() => AsTenantAsync(async client =>
    {
        await using var server = await FeedServer.StartAsync(client);
        var calendar = await Followed.MakeAsync(client, server);
        await calendar.RefreshAsync();
        server.Behaviour = http => Task.FromResult(http.Response.StatusCode = 500);
        await System.ExecuteAsync("update calendars.feed set success_at = success_at - interval '25 minutes' where tenant_id = $1", client.TenantId);
        Assert.Equal("late", (await calendar.RefreshAsync()).GetProperty("state").GetString());
        Assert.Empty(await AlarmsAsync(client, calendar));
        await System.ExecuteAsync("update calendars.feed set success_at = success_at - interval '10 minutes' where tenant_id = $1", client.TenantId);
        await calendar.RefreshAsync();
        Assert.Equal("stale", (await calendar.RefreshAsync()).GetProperty("state").GetString());
        Assert.Equal(["CalendarStale"], await AlarmsAsync(client, calendar));
        Assert.Equal("stale", Assert.Single((await client.GetAsync("/v1/calendars")).GetProperty("items").EnumerateArray()).GetProperty("state").GetString());
        await Eventually.HoldsAsync(async () => await AgeAsync() >= 35, TimeSpan.FromSeconds(30), "no worker tells how old the calendar is");
        server.Behaviour = null;
        Assert.Equal("healthy", (await calendar.RefreshAsync()).GetProperty("state").GetString());
        Assert.Equal(["CalendarStale", "CalendarRecovered"], await AlarmsAsync(client, calendar));
    });

    static Task<List<string>> AlarmsAsync(ApiClient client, Followed calendar) => client.System.RowsAsync(
        "select type from log.events where tenant_id = $1 and stream = $2 and type in ('CalendarStale', 'CalendarRecovered') order by seq",
        client.TenantId, $"calendar-{calendar.CalendarId}");

    async Task<double> AgeAsync()
    {
        using var http = new HttpClient();
        var text = await http.GetStringAsync(new Uri(System.Workers[0].Url!, "metrics"));
        var line = text.Split('\n').FirstOrDefault(l => l.StartsWith("ical_last_sync_age_minutes ", StringComparison.Ordinal));
        return line is null ? 0 : double.Parse(line.Split(' ')[1], global::System.Globalization.CultureInfo.InvariantCulture);
    }
}
