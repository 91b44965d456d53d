using System.Security.Cryptography;
using Dvt.Lodging.Calendars;
using Dvt.ReadModels;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

/// <summary>Calendars of ours that other platforms read. Each channel has an address of its own, and is not told back what its own calendar blocks.</summary>
static class CalendarExports
{
    const string Path = "/v1/units/{unitId}/calendar-exports";

    /// <summary>Neutral: a calendar goes to whoever has its address.</summary>
    const string Summary = "Not available";

    const string Example =
        """
        {"channel":"airbnb","url":"https://dvt.example/v1/ical/0197a3c4-0000-7000-8000-000000000002/K3kq….ics","revision":1,"createdAt":"2026-11-26T10:00:00Z"}
        """;

    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Get(Path, Permission.ManageCalendars, List, "The addresses under which platforms read a unit's calendar") with
        {
            Answer = "CalendarExportList", Problems = [Problems.UnitNotFound],
        },
        Post(Path, Permission.ManageCalendars, Make, "Make the address for a channel; the one there is when there is one") with
        {
            Body = "NewCalendarExport", Answer = "CalendarExport", Status = 201, Problems = [Problems.UnitNotFound],
            Example = """{"channel":"airbnb"}""", AnswerExample = Example,
        },
        Post($"{Path}/{{channel}}/rotate-token", Permission.ManageCalendars, Rotate, "Make a new address for a channel; the one before is nobody's at once") with
        {
            Body = "Nothing", BodyOptional = true, Answer = "CalendarExport", Problems = [Problems.UnitNotFound, Problems.NotFound, Problems.PreconditionFailed],
            AnswerExample = Example,
        },
        Get("/v1/ical/{unitId}/{token}.ics", Permission.Open, Read, "A unit's calendar as RFC 5545, for whoever has the address") with
        {
            Produces = "text/calendar", Problems = [Problems.NotFound],
            Parameters = [new("If-None-Match", "The ETag of before: 304 when nothing has changed.", In: "header")],
            Description = "Bookings and blocks from today on, without the blocks that the calendar of the channel that the token is for tells itself.",
        },
    ];

    static async Task List(Call call)
    {
        call.CheckQueryNames();
        var unit = await call.UnitAsync(call.RouteId("unitId"));
        var rows = await call.Backend.FollowedCalendars.ExportsAsync(call.Caller.TenantId, unit.UnitId, call.Stop);
        await call.JsonAsync(new { items = rows.Select(e => Json(call, unit.UnitId, e)) });
    }

    static async Task Make(Call call)
    {
        var body = await call.BodyAsync();
        var unit = await call.UnitAsync(call.RouteId("unitId"));
        await TellAsync(call, unit.UnitId, new MakeCalendarExport(call.Caller, unit.UnitId, body.Text("channel")!, Rotate: false, body.Ids), status: 201);
    }

    static async Task Rotate(Call call)
    {
        var body = await call.BodyAsync();
        var unit = await call.UnitAsync(call.RouteId("unitId"));
        await TellAsync(call, unit.UnitId, new MakeCalendarExport(call.Caller, unit.UnitId, call.Route("channel"), Rotate: true, body.Ids), status: 200);
    }

    static async Task TellAsync(Call call, Guid unitId, MakeCalendarExport order, int status)
    {
        var export = await call.Backend.Mediator.Send(order, call.Stop);
        call.Tag(export.Revision);
        await call.JsonAsync(Json(call, unitId, export), status);
    }

    static object Json(Call call, Guid unitId, CalendarExportRow e) => new { e.Channel, url = UrlOf(call, unitId, e), e.Revision, e.CreatedAt, e.RotatedAt };

    static string UrlOf(Call call, Guid unitId, CalendarExportRow e) =>
        $"{call.Backend.Options.Url.TrimEnd('/')}/v1/ical/{unitId}/{call.Backend.CalendarSecrets.ReadToken(unitId, e.Channel, e.Token)}.ics";

    /// <summary>By channel, for those who may see them: whoever has one can read it.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> UrlsAsync(Call call, Guid unitId) => call.Caller.May(Permission.ManageCalendars)
        ? (await call.Backend.FollowedCalendars.ExportsAsync(call.Caller.TenantId, unitId, call.Stop)).ToDictionary(e => e.Channel, e => UrlOf(call, unitId, e))
        : new Dictionary<string, string>();

    static async Task Read(Call call)
    {
        var unitId = call.RouteId("unitId");
        var key = Matching(await call.Backend.Taken.KeysAsync(unitId, call.Stop), call.Route("token")) ?? throw new ProblemException(Problems.NotFound);
        var calendar = await call.Backend.Taken.OfAsync(key.TenantId, unitId, key.Channel, call.Backend.Clock.GetUtcNow(), call.Stop)
            ?? throw new ProblemException(Problems.NotFound);
        var nights = calendar.Stays.Select(s => new CalendarNights(ExportUids.Of(s.Id, unitId), s.CheckIn, s.CheckOut, Summary, s.ChangedAt)).ToList();
        await AnswerAsync(call, CalendarWriter.Write(calendar.UnitName, nights), $"\"{CalendarWriter.TagOf(calendar.UnitName, nights)}\"");
    }

    /// <summary>Every one is compared, each in the same time whatever it holds.</summary>
    static ExportKey? Matching(IReadOnlyList<ExportKey> keys, string token)
    {
        var hash = CalendarSecrets.Hash(token);
        ExportKey? found = null;
        foreach (var key in keys)
            if (CryptographicOperations.FixedTimeEquals(key.TokenHash, hash))
                found = key;
        return found;
    }

    static async Task AnswerAsync(Call call, byte[] bytes, string tag)
    {
        var response = call.Http.Response;
        response.Headers.ETag = tag;
        response.Headers.CacheControl = "private, max-age=300";
        if (call.Http.Request.Headers.IfNoneMatch.SelectMany(h => (h ?? "").Split(',')).Any(t => t.Trim() is var given && (given == "*" || given == tag || given == $"W/{tag}")))
        {
            response.StatusCode = 304;
            return;
        }
        response.ContentType = "text/calendar; charset=utf-8";
        response.ContentLength = bytes.Length;
        await response.Body.WriteAsync(bytes, call.Stop);
    }
}
