using Dvt.Contracts;
using Dvt.ReadModels;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

/// <summary>Calendars of other platforms: which ones a unit follows, and how they are.</summary>
static class Calendars
{
    const string Path = "/v1/units/{unitId}/calendars";

    static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(200);

    const string Made =
        """
        {"calendarId":"0197a3c4-0000-7000-8000-000000000001","unitId":"0197a3c4-0000-7000-8000-000000000002","channel":"airbnb",
         "url":"https://www.airbnb.com/calendar/ical/123.ics?…","origin":"https://www.airbnb.com","state":"waiting","ageMinutes":0,"failures":0,
         "events":0,"remarkCount":0,"remarks":[],"exportUrl":"https://dvt.example/v1/ical/0197a3c4-0000-7000-8000-000000000002/K3k….ics",
         "revision":1,"createdAt":"2026-11-26T10:00:00Z"}
        """;

    static readonly ProblemKind[] OfOne = [Problems.UnitNotFound, Problems.NotFound];

    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Post(Path, Permission.ManageCalendars, Add, "Follow a calendar of another platform") with
        {
            Body = "NewCalendar", Status = 201, Answer = "Calendar",
            Problems = [Problems.UnitNotFound, Problems.TooManyCalendars, Problems.AlreadyExists, Problems.IdempotencyKeyReused],
            Description = "It is asked within seconds, and every five minutes from then on. `exportUrl` is the address to give to the same platform.",
            Example = """{"url":"https://www.airbnb.com/calendar/ical/123.ics?s=secret","channel":"airbnb"}""", AnswerExample = Made,
        },
        Get(Path, Permission.ReadCalendars, List, "The calendars that a unit follows") with
        {
            Answer = "CalendarList", Lists = true, Problems = [Problems.UnitNotFound],
        },
        Get($"{Path}/{{calendarId}}", Permission.ReadCalendars, Find, "A calendar and how it is") with { Answer = "Calendar", Problems = OfOne },
        Delete($"{Path}/{{calendarId}}", Permission.ManageCalendars, Remove, "Follow a calendar no more; its blocks go") with
        {
            Status = 204, Matches = true, Problems = [.. OfOne, Problems.PreconditionFailed],
        },
        Post($"{Path}/{{calendarId}}/refresh", Permission.ManageCalendars, Refresh, "Ask a calendar now") with
        {
            Body = "Nothing", BodyOptional = true, Status = 202, Answer = "Calendar", Problems = OfOne,
            Parameters = [new("Prefer", "`wait=N` answers 200 once it has been asked and what it said can be read.", In: "header")],
        },
        Get("/v1/calendars", Permission.ReadCalendars, Health, "Every calendar that is followed, and how it is") with
        {
            Answer = "CalendarList", Lists = true, Parameters = [new("unitId", "Of this unit.", """{"type":"string","format":"uuid"}""")],
        },
        Get("/v1/calendar-conflicts", Permission.ReadCalendars, Conflicts, "Nights that a platform has sold and a booking here has too") with
        {
            Answer = "ConflictList", Lists = true, Reads = true, Parameters = [new("unitId", "Of this unit.", """{"type":"string","format":"uuid"}""")],
            Description = "Work for a host: one of the two must give way. When the booking does, the block takes its nights and the conflict is over.",
        },
        .. CalendarExports.Routes,
    ];

    static async Task Add(Call call)
    {
        var body = await call.BodyAsync();
        var unit = await call.UnitAsync(call.RouteId("unitId"));
        var (url, channel) = (body.Text("url")!, body.Text("channel")!);
        var made = await call.Backend.Mediator.Send(new AddCalendar(call.Caller, unit.UnitId, url, channel, body.Ids), call.Stop);
        await call.Backend.Mediator.Send(new MakeCalendarExport(call.Caller, unit.UnitId, channel, Rotate: false, RequestIds.Fresh()), call.Stop);
        call.Http.Response.Headers.Location = $"/v1/units/{unit.UnitId}/calendars/{made.CalendarId}";
        await TellAsync(call, made, status: 201);
    }

    static async Task List(Call call)
    {
        call.CheckQueryNames();
        var unit = await call.UnitAsync(call.RouteId("unitId"));
        await ListAsync(call, unit.UnitId);
    }

    static async Task Health(Call call)
    {
        call.CheckQueryNames();
        await ListAsync(call, call.Query<Guid>("unitId"));
    }

    static async Task ListAsync(Call call, Guid? unitId)
    {
        var page = (await call.Backend.FollowedCalendars.ListAsync(call.Caller.TenantId, unitId, call.Limit(), call.Query("cursor"), call.Stop)).Value;
        var exports = new Dictionary<Guid, IReadOnlyDictionary<string, string>>();
        foreach (var unit in page.Items.Select(c => c.UnitId).Distinct())
            exports[unit] = await CalendarExports.UrlsAsync(call, unit);
        await call.PageAsync(page.Items.Select(c => Json(call, c, exports[c.UnitId])), page.NextCursor);
    }

    static async Task Find(Call call) => await TellAsync(call, await KnownAsync(call));

    static async Task<CalendarRow> KnownAsync(Call call) =>
        await call.Backend.FollowedCalendars.FindAsync(call.Caller.TenantId, call.RouteId("unitId"), call.RouteId("calendarId"), call.Stop)
            ?? throw new ProblemException(Problems.NotFound);

    static async Task Remove(Call call)
    {
        var known = await KnownAsync(call);
        if (call.IfMatch() is { } wanted && wanted != known.Revision)
            throw new ProblemException(Problems.PreconditionFailed, $"The calendar has revision {known.Revision}.");
        await call.Backend.Mediator.Send(new RemoveCalendar(call.Caller, known), call.Stop);
        await call.NoContentAsync();
    }

    static async Task Refresh(Call call)
    {
        await call.BodyAsync();
        var before = await KnownAsync(call);
        await call.Backend.CalendarRows.RefreshAsync(call.Caller.TenantId, before.CalendarId, call.Stop);
        var now = before;
        var until = call.Backend.Clock.GetUtcNow() + (call.Wait() ?? TimeSpan.Zero);
        while ((now.AskedAt is null || now.AskedAt <= before.Now) && call.Backend.Clock.GetUtcNow() < until)
        {
            await Task.Delay(LookAgain, call.Stop);
            now = await KnownAsync(call);
        }
        var isAsked = now.AskedAt > before.Now
            && await call.Backend.Existence.FenceAsync(Domain.Bookings, call.Caller.TenantId, now.UnitId.ToString(), call.Stop);
        await TellAsync(call, now, isAsked ? 200 : 202);
    }

    static async Task Conflicts(Call call)
    {
        call.CheckQueryNames();
        await call.MinPositionAsync();
        var page = call.Told(await call.Backend.Conflicts.ListAsync(
            call.Caller.TenantId, call.Query<Guid>("unitId"), call.Backend.Clock.GetUtcNow(), call.Limit(), call.Query("cursor"), call.Stop));
        await call.JsonAsync(page);
    }

    static async Task TellAsync(Call call, CalendarRow calendar, int status = 200)
    {
        call.Tag(calendar.Revision);
        await call.JsonAsync(Json(call, calendar, await CalendarExports.UrlsAsync(call, calendar.UnitId)), status);
    }

    static object Json(Call call, CalendarRow c, IReadOnlyDictionary<string, string> exports) => new
    {
        c.CalendarId,
        c.UnitId,
        c.UnitName,
        c.Channel,
        url = call.Backend.CalendarSecrets.MaskedUrl(c.CalendarId, c.Url),
        c.Origin,
        c.State,
        ageMinutes = Math.Round(c.Age.TotalMinutes, 1),
        c.AskedAt,
        c.SuccessAt,
        c.ChangedAt,
        c.Error,
        c.Status,
        c.FailingSince,
        c.Failures,
        c.Events,
        c.RemarkCount,
        c.Remarks,
        exportUrl = exports.GetValueOrDefault(c.Channel),
        c.Revision,
        c.CreatedAt,
    };
}
