using System.Text;
using System.Text.Json;
using Dvt.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Dvt.Tests.Journeys;

/// <summary>A platform with one calendar, which behaves as the test wants. It stamps events anew each time, as Airbnb does.</summary>
sealed class FeedServer : IAsyncDisposable
{
    readonly WebApplication app;
    int stamp;

    FeedServer(WebApplication app) => this.app = app;

    public Uri Url => new(app.Urls.First());

    /// <summary>Events as <c>uid, days until check-in, days until check-out</c>.</summary>
    public List<(string Uid, int From, int To)> Events { get; } = [];

    /// <summary>Instead of the calendar; null for the calendar.</summary>
    public Func<HttpContext, Task>? Behaviour { get; set; }

    public string? ETag { get; set; }

    public int Asked { get; private set; }

    public int NotModified { get; private set; }

    /// <summary>One that the tenant's calendars may lead to.</summary>
    public static async Task<FeedServer> StartAsync(ApiClient client)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new FeedServer(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        await client.System.ExecuteAsync("update identity.tenant set settings = jsonb_set(settings, '{httpAllow}', coalesce(settings -> 'httpAllow', '[]') || to_jsonb($2::text[])) where tenant_id = $1",
            client.TenantId, new[] { server.Url.Authority });
        return server;
    }

    async Task AnswerAsync(HttpContext http)
    {
        Asked++;
        if (Behaviour is { } behaviour)
        {
            await behaviour(http);
            return;
        }
        if (ETag is not null)
            http.Response.Headers.ETag = ETag;
        if (ETag is not null && http.Request.Headers.IfNoneMatch == ETag)
        {
            NotModified++;
            http.Response.StatusCode = 304;
            return;
        }
        http.Response.ContentType = "text/calendar; charset=utf-8";
        await http.Response.WriteAsync(Text());
    }

    public static DateOnly Day(int days) => DateOnly.FromDateTime(DateTime.UtcNow).AddDays(days);

    public string Text()
    {
        var text = new StringBuilder("BEGIN:VCALENDAR\r\nPRODID:-//Airbnb Inc//Hosting Calendar 1.0//EN\r\nCALSCALE:GREGORIAN\r\nVERSION:2.0\r\n");
        foreach (var (uid, from, to) in Events)
            text.Append($"BEGIN:VEVENT\r\nDTSTAMP:20260102T03{stamp++ % 60:00}05Z\r\nDTSTART;VALUE=DATE:{Day(from):yyyyMMdd}\r\nDTEND;VALUE=DATE:{Day(to):yyyyMMdd}\r\n")
                .Append($"SUMMARY:Reserved - Zoe Quispe\r\nUID:{uid}\r\nEND:VEVENT\r\n");
        return text.Append("END:VCALENDAR\r\n").ToString();
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();
}

/// <summary>A unit of a tenant that follows the calendar of a platform.</summary>
sealed class Followed(ApiClient client, Guid unitId, JsonElement made)
{
    public Guid UnitId => unitId;

    public Guid CalendarId => made.GetProperty("calendarId").GetGuid();

    public string Path => $"/v1/units/{unitId}/calendars/{CalendarId}";

    /// <summary>Path of the export for the same channel.</summary>
    public string Export => new Uri(made.GetProperty("exportUrl").GetString()!).AbsolutePath;

    public static async Task<Guid> UnitAsync(ApiClient client) => (await client.ExpectAsync(System.Net.HttpStatusCode.Created, HttpMethod.Post, "/v1/units",
        """{"name":"Cabaña","type":"cabin","capacity":4,"basePrice":{"amount":"100.00","currency":"DOP"},"timeZone":"UTC"}""", wait: 30)).GetProperty("unitId").GetGuid();

    public static async Task<Followed> MakeAsync(ApiClient client, FeedServer server, string channel = "airbnb", Guid? unit = null)
    {
        var unitId = unit ?? await UnitAsync(client);
        var made = await client.ExpectAsync(System.Net.HttpStatusCode.Created, HttpMethod.Post, $"/v1/units/{unitId}/calendars",
            JsonSerializer.Serialize(new { url = $"{server.Url}calendar/ical/1.ics?s=hushhush", channel }));
        return new(client, unitId, made);
    }

    /// <summary>Asks the calendar now and waits until what it says is carried out.</summary>
    public Task<JsonElement> RefreshAsync() => client.ExpectAsync(System.Net.HttpStatusCode.OK, HttpMethod.Post, $"{Path}/refresh", wait: 30);

    /// <summary>Blocks of the calendar as <c>uid from until claims</c>, days counted from today.</summary>
    public async Task<string[]> BlocksAsync() => [.. await client.System.RowsAsync(
        """
        select uid || ' ' || (first - (clock_timestamp() at time zone 'UTC')::date) || ' ' || (until - (clock_timestamp() at time zone 'UTC')::date)
          || case when claims then '' else ' clashes' end
        from read.block
        where tenant_id = $1
          and feed_id = $2
        order by first, uid
        """, client.TenantId, CalendarId)];

    /// <summary>How many events of blocks the unit has.</summary>
    public async Task<long> EventsAsync() => await client.System.ReadAsync<long>(
        "select count(*) from log.events where tenant_id = $1 and stream like 'block-%'", client.TenantId);
}
