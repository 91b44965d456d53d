using System.Net;
using System.Text;
using Xunit;

namespace Dvt.Tests.Sandbox;

/// <summary>The sandbox's calendars are served as those of the channels.</summary>
public sealed class FeedTests
{
    const string Two = """
        {"style":"STYLE","events":[
          {"uid":"1418fb94e984-00@airbnb.com","from":"2027-01-10","to":"2027-01-13","description":"Reservation URL: https://www.airbnb.com/hosting/reservations/details/HMTESTCODE\nPhone Number (Last 4 Digits): 0000"},
          {"uid":"b@airbnb.com","from":"2027-02-01","to":"2027-02-02","summary":"Año, nuevo; ñandú"}]}
        """;

    static async Task<(Rig Rig, Func<string?, Task<HttpResponseMessage>> Fetch)> StartAsync(string style = "airbnb")
    {
        var rig = await Rig.StartAsync();
        await rig.PutAsync("/calendars/cabin", Two.Replace("STYLE", style, StringComparison.Ordinal));
        return (rig, async tag =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/calendars/cabin.ics");
            if (tag is not null)
                request.Headers.TryAddWithoutValidation("If-None-Match", tag);
            return await rig.Http.SendAsync(request);
        }
        );
    }

    [Theory]
    [InlineData("airbnb", "PRODID:-//Airbnb Inc//Hosting Calendar 1.0//EN", "\r\n")]
    [InlineData("booking", @"PRODID:-//admin.booking.com\\\, b.v.//NONSGML v1.0//EN", "\r\n")]
    [InlineData("vrbo", "PRODID:-//HomeAway.com, Inc.//EN", "\n")]
    public async Task Each_channel_writes_its_own_way(string style, string product, string end)
    {
        var (rig, fetch) = await StartAsync(style);
        await using var ending = rig;
        using var response = await fetch(null);
        var body = await response.Content.ReadAsStringAsync();
        Assert.Equal("text/calendar; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        var lines = body.Split(end);
        Assert.Contains(product, lines);
        Assert.Contains("DTSTART;VALUE=DATE:20270110", lines);
        Assert.Contains(@"SUMMARY:Año\, nuevo\; ñandú", lines);
        Assert.All(lines, line => Assert.InRange(Encoding.UTF8.GetByteCount(line), 0, 75));
        Assert.Equal(end == "\r\n", body.Contains('\r', StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_feed_that_has_not_changed_is_304_although_its_stamps_have()
    {
        var (rig, fetch) = await StartAsync();
        await using var ending = rig;
        using var first = await fetch(null);
        var tag = first.Headers.ETag!.ToString();
        using var second = await fetch(tag);
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        await rig.PutAsync("/calendars/cabin", """{"events":[]}""");
        using var third = await fetch(tag);
        Assert.Equal(HttpStatusCode.OK, third.StatusCode);
        Assert.NotEqual(tag, third.Headers.ETag!.ToString());
        Assert.Equal(1, (await rig.GetAsync("/calendars/cabin")).GetProperty("notModified").GetInt32());
    }

    [Fact]
    public async Task It_misbehaves_so_often_as_told()
    {
        var (rig, fetch) = await StartAsync();
        await using var ending = rig;
        await rig.PutAsync("/calendars/cabin/behaviour", """{"location":"http://10.0.0.1/x.ics","times":1}""");
        using (var redirect = await fetch(null))
            Assert.Equal((302, "http://10.0.0.1/x.ics"), ((int)redirect.StatusCode, redirect.Headers.Location!.ToString()));
        await rig.PutAsync("/calendars/cabin/behaviour", """{"padBytes":10485760,"times":1}""");
        using (var big = await fetch(null))
            Assert.InRange((await big.Content.ReadAsByteArrayAsync()).Length, 10_485_760, 10_600_000);
        await rig.PutAsync("/calendars/cabin/behaviour", """{"truncate":0.5,"validators":false,"times":1}""");
        using (var cut = await fetch(null))
        {
            Assert.DoesNotContain("END:VCALENDAR", await cut.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.Null(cut.Headers.ETag);
        }
        await rig.PutAsync("/calendars/cabin/content", "<html>not a calendar</html>");
        using var garbage = await fetch(null);
        Assert.Equal("<html>not a calendar</html>", await garbage.Content.ReadAsStringAsync());
    }
}
