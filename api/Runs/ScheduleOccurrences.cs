using System.Globalization;
using Dvt.Contracts;
using Dvt.Engine.Schedules;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

/// <summary>Occurrences of schedules: those to come, those to make up for, and runs out of turn.</summary>
static class ScheduleOccurrences
{
    const int MostShown = 100;

    static readonly DateTimeOffset Earliest = new(1970, 1, 2, 0, 0, 0, TimeSpan.Zero);
    static readonly DateTimeOffset Latest = new(2200, 1, 1, 0, 0, 0, TimeSpan.Zero);

    const string OccurrencesExample =
        """{"items":[{"occurrence":"2026-03-08T07:00:00Z","local":"2026-03-08T03:00:00-04:00","due":"2026-03-08T07:01:12.345Z"}]}""";

    const string PastExample =
        """
        {"items":[{"occurrence":"2026-03-08T07:00:00Z","runId":"0197a3c4-0000-7000-8000-000000000001:20260308T070000Z","status":"REFUSED",
          "code":"PLAN_NOT_FOUND","detail":"there is no published plan hello","at":"2026-03-08T07:00:01Z"}],"nextCursor":null}
        """;

    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Post("/v1/schedules/preview", Permission.ReadSchedules, Preview, "Tell the occurrences of a cron expression without storing it") with
        {
            Body = "SchedulePreview", Answer = "Occurrences", AnswerExample = OccurrencesExample,
            Example = """{"cron":"0 30 2 * * ?","timeZone":"America/New_York","after":"2026-03-07T00:00:00Z","count":3}""",
        },
        Get("/v1/schedules/{scheduleId}/next", Permission.ReadSchedules, Next, "The occurrences to come, whether it is paused or not") with
        {
            Answer = "Occurrences", Reads = true, AnswerExample = OccurrencesExample, Problems = [Problems.ScheduleNotFound, Problems.ViewBehind],
            Parameters =
            [
                new("count", "How many.", """{"type":"integer","minimum":1,"maximum":100,"default":10}"""),
                new("after", "Later than this moment; now unless told.", """{"type":"string","format":"date-time"}"""),
            ],
        },
        Get("/v1/schedules/{scheduleId}/occurrences", Permission.ReadSchedules, Past, "What became of the occurrences that were due: a run, or a refusal") with
        {
            Answer = "PastOccurrenceList", Lists = true, Reads = true, AnswerExample = PastExample, Problems = [Problems.ScheduleNotFound, Problems.ViewBehind],
            Description = "Newest first. One that was refused and made up for later is told by its run; those that were left out are not told.",
        },
        Post("/v1/schedules/{scheduleId}/trigger", Permission.StartRuns, Trigger, "Start a run out of turn") with
        {
            Body = "Nothing", BodyOptional = true, Status = 201, Answer = "Run", Queues = true,
            Problems = [Problems.ScheduleNotFound, Problems.ViewBehind, Problems.PlanNotFound, Problems.VersionConflict, Problems.InvalidInput],
        },
        Post("/v1/schedules/{scheduleId}/backfill", Permission.ManageSchedules, Backfill, "Start a run for each occurrence of a range that has none yet") with
        {
            Body = "BackfillRange", Answer = "Backfill", Queues = true, Example = """{"from":"2025-01-01T00:00:00Z","to":"2025-02-01T00:00:00Z"}""",
            Description = "With the definition as it is now, also of a paused schedule. Of a range, `from` is included and `to` is not; 10,000 occurrences at the most.",
            Problems = [Problems.ScheduleNotFound, Problems.TooManyOccurrences],
        },
    ];

    static async Task Preview(Call call)
    {
        call.CheckQueryNames();
        var body = await call.BodyAsync();
        var (cron, timeZone) = (body.Text("cron")!, body.Text("timeZone") ?? "UTC");
        Schedules.Check(call, cron, timeZone, jitter: null);
        var after = Moment(body, "after") ?? call.Backend.Clock.GetUtcNow();
        var occurrences = Occurrences.Of(cron, timeZone);
        await call.JsonAsync(new
        {
            items = occurrences.After(after).Take(body.Element("count")?.GetInt32() ?? 10).Select(o => new { occurrence = o.UtcDateTime, local = occurrences.Local(o) }),
        });
    }

    static async Task Next(Call call)
    {
        call.CheckQueryNames();
        await call.MinPositionAsync();
        var count = call.Query<int>("count") ?? 10;
        if (count is < 1 or > MostShown)
            throw Call.InvalidParameter("count", "must be from 1 to 100");
        var after = call.QueryTime("after") ?? call.Backend.Clock.GetUtcNow();
        if (!IsSensible(after))
            throw Call.InvalidParameter("after", "must be from 1970 to 2199");
        var scheduleId = call.Route("scheduleId");
        var definition = (await Schedules.FindAsync(call, scheduleId)).Definition;
        var occurrences = Occurrences.Of(definition.Cron, definition.TimeZone);
        await call.JsonAsync(new
        {
            items = Firing.Due(scheduleId, occurrences, Firing.JitterOf(definition.Jitter), after).Take(count)
                .Select(o => new { occurrence = o.Occurrence.UtcDateTime, local = occurrences.Local(o.Occurrence), due = o.Due.UtcDateTime }),
        });
    }

    static async Task Past(Call call)
    {
        call.CheckQueryNames();
        await call.MinPositionAsync();
        var scheduleId = call.Route("scheduleId");
        await Schedules.FindAsync(call, scheduleId);
        var page = call.Told(await call.Backend.Schedules.OccurrencesAsync(call.Caller.TenantId, scheduleId, call.Limit(), call.Query("cursor"), call.Stop));
        await call.PageAsync(
            page.Items.Select(o => new { occurrence = OccurrenceRuns.OccurrenceOf(o.RunId)?.UtcDateTime, o.RunId, o.Status, o.Substatus, o.Code, o.Detail, o.At }),
            page.NextCursor);
    }

    static async Task Trigger(Call call)
    {
        var body = await call.BodyAsync();
        var scheduleId = call.Route("scheduleId");
        var definition = (await Schedules.FindAsync(call, scheduleId)).Definition;
        // Judged as a run is: what the schedule asks for may be gone by now.
        var start = await Runs.ReadAsync(call, ContractsJson.Element(new { definition.PlanRef, definition.Input }), body.Ids.KeyId, pointer: "");
        var runId = $"{scheduleId}:t-{body.Ids.KeyId:n}";
        var command = OccurrenceRuns.Command(runId, scheduleId, definition with { Input = start.Input }, occurrence: null);
        await Runs.SendAsync(call, command, body.Ids);
    }

    static async Task Backfill(Call call)
    {
        var body = await call.BodyAsync();
        var scheduleId = call.Route("scheduleId");
        var (from, to) = (Moment(body, "from")!.Value, Moment(body, "to")!.Value);
        if (to <= from || to > call.Backend.Clock.GetUtcNow())
            throw new ProblemException(Problems.ValidationFailed, "A range ends after its beginning and not in the future.",
                [new("/to", "invalid_range", "is not behind from, or in the future")]);
        var order = Schedules.Order(call, new BackfillSchedule(scheduleId, from, to, call.Caller.Person), body.Ids, scheduleId);
        await call.AnswerAsync(order, $"/v1/schedules/{Uri.EscapeDataString(scheduleId)}", outcome => call.JsonAsync(new
        {
            scheduleId,
            from = from.UtcDateTime,
            to = to.UtcDateTime,
            // A repeated request is answered from what was decided, which does not tell the number.
            occurrences = outcome.Data is { } data && data.TryGetProperty("occurrences", out var count) ? count.GetInt32() : (int?)null,
        }));
    }

    static bool IsSensible(DateTimeOffset moment) => moment >= Earliest && moment < Latest;

    /// <summary>Null when it is left out.</summary>
    static DateTimeOffset? Moment(RequestBody body, string name) => body.Text(name) is not { } text ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment)
            && IsSensible(moment) ? moment
        : throw new ProblemException(Problems.ValidationFailed, faults: [new($"/{name}", "format", "is no RFC 3339 time from 1970 to 2199")]);
}
