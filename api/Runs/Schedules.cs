using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Schedules;
using Dvt.ReadModels;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

/// <summary>Schedules: runs that start by themselves.</summary>
static class Schedules
{
    /// <summary>Every occurrence carries the input, and a tick carries very many.</summary>
    const int MaxInput = 64 * 1024;

    const int Shows = 10;

    static readonly TimeSpan WriteWait = TimeSpan.FromSeconds(10);

    const string Example =
        """
        {"name":"Morning report","planRef":{"planId":"hello"},"cron":"0 0 9 ? * MON-FRI","timeZone":"America/Santo_Domingo",
         "input":{"name":"Ana"},"catchUp":"last","jitter":"PT5M"}
        """;

    static readonly ProblemKind[] Changing = [Problems.ScheduleNotFound, Problems.RevisionMismatch];

    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Post("/v1/schedules", Permission.ManageSchedules, Create, "Create a schedule") with
        {
            Body = "NewSchedule", Status = 201, Answer = "Schedule", Queues = true, Example = Example,
            Description = "Waits up to 10 s for the outcome. Occurrences after this moment are its concern.",
            Problems = [Problems.PlanNotFound, Problems.VersionConflict, Problems.InvalidInput],
        },
        Get("/v1/schedules", Permission.ReadSchedules, List, "List schedules") with
        {
            Answer = "ScheduleList", Lists = true, Reads = true,
            Parameters = [new("planId", "Of this plan."), new("enabled", "Only those that fire, or only the paused ones.", """{"type":"boolean"}""")],
        },
        Get("/v1/schedules/{scheduleId}", Permission.ReadSchedules, Find, "A schedule with its next ten occurrences") with
        {
            Answer = "Schedule", Reads = true, Problems = [Problems.ScheduleNotFound, Problems.ViewBehind],
        },
        Patch("/v1/schedules/{scheduleId}", Permission.ManageSchedules, Change, "Change a schedule; what is left out stays as it is") with
        {
            Body = "ScheduleChange", Answer = "Schedule", Queues = true, Matches = true, Example = """{"cron":"0 30 8 ? * MON-FRI"}""",
            Description = "Another cron expression or time zone, and enabling, begin anew: occurrences before this moment are not made up for.",
            Problems = [.. Changing, Problems.PlanNotFound, Problems.VersionConflict, Problems.InvalidInput],
        },
        Delete("/v1/schedules/{scheduleId}", Permission.ManageSchedules, Remove, "Delete a schedule; its runs stay") with
        {
            Status = 204, Queues = true, Matches = true, Problems = Changing,
        },
        Post("/v1/schedules/{scheduleId}/pause", Permission.ManageSchedules, Pause, "Stop firing; what falls into the pause is not made up for") with
        {
            Body = "Nothing", BodyOptional = true, Answer = "Schedule", Queues = true, Matches = true, Problems = Changing,
        },
        Post("/v1/schedules/{scheduleId}/resume", Permission.ManageSchedules, Resume, "Fire again, from now on") with
        {
            Body = "Nothing", BodyOptional = true, Answer = "Schedule", Queues = true, Matches = true, Problems = Changing,
        },
        .. ScheduleOccurrences.Routes,
    ];

    static async Task Create(Call call)
    {
        var body = await call.BodyAsync();
        var timeZone = body.Text("timeZone") ?? "UTC";
        Check(call, body.Text("cron"), timeZone, body.Text("jitter"));
        var start = await Runs.ReadAsync(call, body.Json, body.Ids.KeyId, pointer: "");
        var definition = new ScheduleDefinition(
            ContractsJson.Read<PlanRef>(body.Json.GetProperty("planRef")), body.Text("cron")!, timeZone, Light(start.Input),
            body.Text("catchUp") ?? CatchUps.None, body.Text("jitter"), body.Element("enabled")?.GetBoolean() ?? true, body.Text("name"), [call.Caller.Person]);
        var scheduleId = body.Ids.KeyId.ToString();
        await WriteAsync(call, new CreateSchedule(scheduleId, definition), body.Ids, scheduleId, status: 201);
    }

    /// <param name="cron">Null where it stays as it is; so are the others.</param>
    /// <exception cref="ProblemException">422 with every fault.</exception>
    public static void Check(Call call, string? cron, string? timeZone, string? jitter)
    {
        var faults = new List<Fault>();
        if (cron is not null && !Occurrences.TryCron(cron, out _))
            faults.Add(new("/cron", "invalid_cron", "is neither a Quartz cron expression of 6 or 7 fields nor a Unix one of 5"));
        if (timeZone is not null && !Occurrences.TryZone(timeZone, out _))
            faults.Add(new("/timeZone", "unknown_time_zone", "is no IANA time zone, such as America/Santo_Domingo"));
        if (jitter is not null && !Firing.IsJitter(jitter))
            faults.Add(new("/jitter", "invalid_jitter", "is no ISO 8601 duration of an hour at the most"));
        if (faults.Count == 0 && cron is not null && !Occurrences.Of(cron, timeZone ?? "UTC").After(call.Backend.Clock.GetUtcNow()).Any())
            faults.Add(new("/cron", "never_due", "names no moment to come"));
        if (faults.Count > 0)
            throw new ProblemException(Problems.ValidationFailed, "See errors for what cannot be taken.", faults);
    }

    static JsonElement Light(JsonElement input) => System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(input).Length <= MaxInput
        ? input
        : throw new ProblemException(Problems.ValidationFailed, "The input is too large.", [new("/input", "too_large", "is larger than 64 KB")]);

    static async Task Change(Call call)
    {
        var body = await call.BodyAsync();
        var scheduleId = call.Route("scheduleId");
        Check(call, body.Text("cron"), body.Text("timeZone"), body.Text("jitter"));
        PlanRef? planRef = body.Element("planRef") is { } given ? ContractsJson.Read<PlanRef>(given) : null;
        JsonElement? input = body.Json.TryGetProperty("input", out var told) ? told : null;
        if (planRef is not null || input is not null)
        {
            var known = (await FindAsync(call, scheduleId)).Definition;
            var start = await Runs.ReadAsync(
                call, ContractsJson.Element(new { planRef = planRef ?? known.PlanRef, input = input ?? known.Input }), body.Ids.KeyId, pointer: "");
            input = input is null ? null : Light(start.Input);
        }
        await WriteAsync(call, new ChangeSchedule(
            scheduleId, planRef, body.Text("cron"), body.Text("timeZone"), input, body.Text("catchUp"), body.Text("jitter"),
            body.Element("enabled")?.GetBoolean(), body.Text("name"), call.IfMatch(), call.Caller.Person), body.Ids, scheduleId, status: 200);
    }

    static Task Pause(Call call) => EnableAsync(call, enabled: false);

    static Task Resume(Call call) => EnableAsync(call, enabled: true);

    static async Task EnableAsync(Call call, bool enabled)
    {
        var body = await call.BodyAsync();
        var scheduleId = call.Route("scheduleId");
        await WriteAsync(call, new ChangeSchedule(
            scheduleId, PlanRef: null, Cron: null, TimeZone: null, Input: null, CatchUp: null, Jitter: null, enabled, Name: null, call.IfMatch(), call.Caller.Person),
            body.Ids, scheduleId, status: 200);
    }

    static async Task Remove(Call call)
    {
        var scheduleId = call.Route("scheduleId");
        var order = Order(call, new DeleteSchedule(scheduleId, call.IfMatch()), RequestIds.Fresh(), scheduleId);
        await call.AnswerAsync(order, self: null, _ => call.NoContentAsync());
    }

    /// <summary>Always waits, so that what was written can be read the moment it was answered.</summary>
    public static Submit Order<TCommand>(Call call, TCommand command, RequestIds ids, string scheduleId) where TCommand : ICommand =>
        Submit.Of(call, command, scheduleId, ids, new Resource("schedule", scheduleId), call.Wait() is { } wait && wait > WriteWait ? wait : WriteWait);

    static async Task WriteAsync<TCommand>(Call call, TCommand command, RequestIds ids, string scheduleId, int status) where TCommand : ICommand
    {
        var self = $"/v1/schedules/{Uri.EscapeDataString(scheduleId)}";
        await call.AnswerAsync(Order(call, command, ids, scheduleId), self, async _ =>
        {
            var found = await call.Backend.Schedules.FindAsync(call.Caller.TenantId, scheduleId, call.Stop) ?? throw new ProblemException(Problems.ScheduleNotFound);
            call.Http.Response.Headers.Location = self;
            call.Tag(found.Value.Revision);
            await call.JsonAsync(Shown(call, found.Value), status);
        });
    }

    static async Task List(Call call)
    {
        call.CheckQueryNames();
        await call.MinPositionAsync();
        var enabled = call.Query("enabled") is null ? (bool?)null : call.QueryFlag("enabled");
        var page = call.Told(await call.Backend.Schedules.ListAsync(
            call.Caller.TenantId, call.Query("planId"), enabled, call.Limit(), call.Query("cursor"), call.Stop));
        await call.PageAsync(page.Items.Select(s => Shown(call, s)), page.NextCursor);
    }

    static async Task Find(Call call)
    {
        await call.MinPositionAsync();
        var found = await FindAsync(call, call.Route("scheduleId"));
        call.Tag(found.Revision);
        await call.JsonAsync(Shown(call, found));
    }

    /// <exception cref="ProblemException">404 when it surely is not there, 503 when nobody can tell.</exception>
    public static async Task<ScheduleShown> FindAsync(Call call, string scheduleId)
    {
        var found = await call.Backend.Existence.FindAsync<Fresh<ScheduleShown>>(call.Caller.TenantId, new Resource("schedule", scheduleId), scheduleId,
            () => call.Backend.Schedules.FindAsync(call.Caller.TenantId, scheduleId, call.Stop),
            command => throw new ProblemException(Problems.ViewBehind, $"Command {command.CommandId} is not decided yet.") { RetryAfter = 1 }, call.Stop);
        return call.Told(found ?? throw new ProblemException(Problems.ScheduleNotFound));
    }

    static object Shown(Call call, ScheduleShown schedule)
    {
        var d = schedule.Definition;
        return new
        {
            schedule.ScheduleId,
            d.Name,
            d.PlanRef,
            d.Cron,
            d.TimeZone,
            d.Input,
            d.CatchUp,
            d.Jitter,
            d.Enabled,
            d.StartedBy,
            schedule.Revision,
            schedule.CreatedAt,
            schedule.ChangedAt,
            next = d.Enabled
                ? Occurrences.Of(d.Cron, d.TimeZone).After(call.Backend.Clock.GetUtcNow()).Take(Shows).Select(o => o.UtcDateTime)
                : [],
        };
    }
}
