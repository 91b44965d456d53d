using System.Net;
using System.Text.Json;
using Dvt.Lodging.Calendars;
using Dvt.Tests.Support;
using Xunit.Abstractions;
using static System.Net.Http.HttpMethod;
using Assert = Xunit.Assert;

namespace Dvt.Tests.Journeys;

public sealed class CalendarExportJourneys(JourneySystem journeys, ITestOutputHelper output) : JourneyTest(journeys, output)
{
    [ServersFact]
    public Task No_channel_is_told_back_what_its_calendar_blocks_but_every_booking() => AsTenantAsync(async client =>
    {
        await using var server = await FeedServer.StartAsync(client);
        server.Events.Add(("airbnb's", 20, 23));
        var airbnb = await Followed.MakeAsync(client, server);
        await airbnb.RefreshAsync();
        await HoldAsync(client, airbnb.UnitId, 10, 12, "direct");
        await HoldAsync(client, airbnb.UnitId, 30, 32, "booking");
        // By hand: it is in no feed of the channel.
        await HoldAsync(client, airbnb.UnitId, 40, 42, "airbnb");
        var booking = await ExportAsync(client, airbnb.UnitId, "booking");
        Assert.Equal(["10 12", "30 32", "40 42"], await NightsAsync(airbnb.Export));
        Assert.Equal(["10 12", "20 23", "30 32", "40 42"], await NightsAsync(booking));
        Assert.Equal(["10 12", "20 23", "30 32", "40 42"], await NightsAsync(await ExportAsync(client, airbnb.UnitId, "direct")));
        Assert.DoesNotContain("Mora", await TextAsync(booking), StringComparison.Ordinal);

        // What a platform tells back is ours by its UID, and no block.
        server.Behaviour = async http => await http.Response.Body.WriteAsync(await BytesAsync(airbnb.Export));
        await airbnb.RefreshAsync();
        Assert.Empty(await airbnb.BlocksAsync());
        Assert.Empty((await client.GetAsync("/v1/calendar-conflicts")).GetProperty("items").EnumerateArray());
    });

    [ServersFact]
    public Task A_calendar_is_the_same_until_something_changes() => AsTenantAsync(async client =>
    {
        var unit = await Followed.UnitAsync(client);
        var path = await ExportAsync(client, unit, "airbnb");
        var held = await HoldAsync(client, unit, 10, 12, "direct");
        using var first = await GetAsync(path);
        Assert.Equal(("text/calendar", true), (first.Content.Headers.ContentType!.MediaType, first.Headers.CacheControl!.Private));
        var tag = first.Headers.ETag!;
        Assert.False(tag.IsWeak);
        Assert.Equal(await first.Content.ReadAsByteArrayAsync(), await BytesAsync(path));
        using var same = await GetAsync(path, tag.Tag);
        Assert.Equal((HttpStatusCode.NotModified, ""), (same.StatusCode, await same.Content.ReadAsStringAsync()));
        // The booking has changed, its nights have not.
        await Cabins.DoAsync(client, held.Text("code"), "extension");
        using var extended = await GetAsync(path, tag.Tag);
        Assert.Equal(HttpStatusCode.NotModified, extended.StatusCode);
        await HoldAsync(client, unit, 20, 22, "direct");
        using var changed = await GetAsync(path, tag.Tag);
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.Equal(["10 12", "20 22"], await NightsAsync(path));
    });

    [ServersFact]
    public Task Only_the_token_opens_a_calendar_and_a_new_one_closes_it_at_once() => AsTenantAsync(async client =>
    {
        var unit = await Followed.UnitAsync(client);
        var path = await ExportAsync(client, unit, "airbnb");
        Assert.Equal(path, await ExportAsync(client, unit, "airbnb"));
        Assert.NotEqual(path, await ExportAsync(client, unit, "booking"));
        foreach (var wrong in (string[])[$"/v1/ical/{unit}/x.ics", path.Replace(unit.ToString(), Guid.NewGuid().ToString(), StringComparison.Ordinal), path[..^5] + "A.ics", "/v1/ical/x/y.ics"])
        {
            using var answer = await GetAsync(wrong == path ? path[..^5] + "B.ics" : wrong);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
        var rotated = PathOf(await client.ExpectAsync(HttpStatusCode.OK, Post, $"/v1/units/{unit}/calendar-exports/airbnb/rotate-token"));
        using var old = await GetAsync(path);
        using var now = await GetAsync(rotated);
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.OK), (old.StatusCode, now.StatusCode));
        var listed = (await client.GetAsync($"/v1/units/{unit}/calendar-exports")).GetProperty("items").EnumerateArray().Select(PathOf);
        Assert.Contains(rotated, listed);
        using var viewer = await client.WithRoleAsync("viewer");
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.SendAsync(Get, $"/v1/units/{unit}/calendar-exports")).Status);
        using var stranger = await ApiClient.TenantAsync(System);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.SendAsync(Post, $"/v1/units/{unit}/calendar-exports", """{"channel":"airbnb"}""")).Status);
    });

    static string PathOf(JsonElement export) => new Uri(export.GetProperty("url").GetString()!).AbsolutePath;

    static async Task<string> ExportAsync(ApiClient client, Guid unit, string channel) =>
        PathOf(await client.ExpectAsync(HttpStatusCode.Created, Post, $"/v1/units/{unit}/calendar-exports", JsonSerializer.Serialize(new { channel })));

    static Task<JsonElement> HoldAsync(ApiClient client, Guid unitId, int from, int to, string channel) => client.ExpectAsync(HttpStatusCode.Created, Post, "/v1/bookings",
        $$"""
        {"unitId":"{{unitId}}","checkIn":"{{FeedServer.Day(from):yyyy-MM-dd}}","checkOut":"{{FeedServer.Day(to):yyyy-MM-dd}}","guests":2,
         "guest":{"name":"Luis Mora"},"channel":"{{channel}}"}
        """, wait: 30);

    /// <summary>Without any credential.</summary>
    async Task<HttpResponseMessage> GetAsync(string path, string? tag = null)
    {
        using var http = new HttpClient { BaseAddress = System.Api.Url };
        using var request = new HttpRequestMessage(Get, path);
        if (tag is not null)
            request.Headers.TryAddWithoutValidation("If-None-Match", tag);
        return await http.SendAsync(request);
    }

    async Task<byte[]> BytesAsync(string path)
    {
        using var answer = await GetAsync(path);
        return await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync();
    }

    async Task<string> TextAsync(string path) => global::System.Text.Encoding.UTF8.GetString(await BytesAsync(path));

    /// <summary>As our own codec reads it, days counted from today.</summary>
    async Task<string[]> NightsAsync(string path)
    {
        var today = FeedServer.Day(0);
        var feed = CalendarReader.Read(await BytesAsync(path), TimeZoneInfo.Utc, today);
        Assert.True(feed is { IsWhole: true, RemarkCount: 0 });
        return [.. feed.Events.Select(e => $"{e.CheckIn.DayNumber - today.DayNumber} {e.CheckOut.DayNumber - today.DayNumber}")];
    }
}
