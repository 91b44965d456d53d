using System.CommandLine;
using System.Text.Json;

namespace Dvt.Cli;

/// <summary><c>schedules …</c></summary>
static class Schedules
{
    public static Command Group(Making making) => Making.Group("schedules", "Schedules: runs that start by themselves",
        List(making), Show(making), Create(making), Change(making), Enable(making, "pause", "Stops firing; what falls into the pause is not made up for."),
        Enable(making, "resume", "Fires again, from now on."), Trigger(making), Backfill(making), Delete(making), Next(making), Past(making));

    static Argument<string> Id() => new("schedule") { Description = "Id of the schedule." };

    static Option<long?> IfMatch() => new("--if-match") { Description = "Only if the schedule has this revision.", HelpName = "REVISION" };

    static string At(string id, params IEnumerable<string> below) => Route.To(["schedules", id, .. below]);

    static Command List(Making making)
    {
        var plan = new Option<string?>("--plan") { Description = "Of this plan.", HelpName = "PLAN" };
        var paused = new Option<bool>("--paused") { Description = "Only those that do not fire." };
        var paging = new PagingOptions();
        return making.Command("list", "Lists schedules.", [plan, paused, .. paging.All], call => Listing.ShowAsync(
            call, paging, Route.To("schedules"), [("planId", call.Get(plan)), ("enabled", call.Get(paused) ? "false" : null)], new Table(
                Column.Of("SCHEDULE", "scheduleId"), new Column("PLAN", Plan), Column.Of("CRON", "cron"), Column.Of("ZONE", "timeZone"),
                new Column("NEXT", First), Column.Of("NAME", "name"))));
    }

    static string Plan(JsonElement schedule) => schedule.Get("planRef") is { } plan ? $"{plan.Text("planId")} {plan.Text("version")}".TrimEnd() : "";

    static string First(JsonElement schedule) => IsPaused(schedule) ? "paused" : schedule.List("next").Select(n => n.TimeText()).FirstOrDefault("");

    static bool IsPaused(JsonElement schedule) => schedule.Get("enabled") is { ValueKind: JsonValueKind.False };

    static Command Show(Making making)
    {
        var id = Id();
        return making.Command("show", "Shows a schedule with its next occurrences.", [id], async call =>
            call.Show((await call.GetAsync(At(call.Get(id)))).Body, found => Write(call, found)));
    }

    static void Write(Call call, JsonElement schedule)
    {
        call.Fields(
            ("schedule", schedule.Text("scheduleId")), ("name", schedule.Text("name")), ("plan", Plan(schedule)), ("cron", schedule.Text("cron")),
            ("time zone", schedule.Text("timeZone")), ("catch-up", schedule.Text("catchUp")), ("jitter", schedule.Text("jitter")),
            ("state", IsPaused(schedule) ? "paused" : "firing"), ("revision", schedule.Text("revision")), ("created", schedule.TimeText("createdAt")),
            ("changed", schedule.TimeText("changedAt")), ("input", schedule.Text("input")));
        var next = schedule.List("next").ToList();
        if (next.Count > 0)
            call.Output.WriteLine("\nnext");
        foreach (var moment in next)
            call.Line($"  {moment.TimeText()}");
    }

    /// <summary>What a schedule is made of; all of it may stay as it is.</summary>
    sealed class Definition
    {
        public readonly Option<string?> Name = new("--name") { Description = "For people.", HelpName = "TEXT" };
        public readonly Option<string?> Version = new("--version") { Description = "Of the plan; the newest published at each start unless told.", HelpName = "VERSION" };
        public readonly Option<string?> TimeZone = new("--time-zone") { Description = "IANA name; UTC unless told.", HelpName = "ZONE" };
        public readonly Option<string?> Input = new("--input") { Description = "Input of every run as JSON: a file, or - for standard input.", HelpName = "FILE" };
        public readonly Option<string?> CatchUp = new("--catch-up") { Description = "none, last or all: which missed occurrences are started.", HelpName = "POLICY" };
        public readonly Option<string?> Jitter = new("--jitter") { Description = "ISO 8601 duration by which a start may be late on purpose.", HelpName = "DURATION" };

        public IReadOnlyList<Option> All => [Name, Version, TimeZone, Input, CatchUp, Jitter];

        public async Task<byte[]> BodyAsync(Call call, string? plan, string? cron, bool? enabled = null)
        {
            JsonElement? input = call.Get(Input) is { } path ? await call.JsonDocumentAsync(path) : null;
            return Json.Object(json =>
            {
                json.WriteStartObject();
                json.Optional("name", call.Get(Name));
                if (plan is not null)
                {
                    json.WriteStartObject("planRef");
                    json.WriteString("planId", plan);
                    json.Optional("version", call.Get(Version));
                    json.WriteEndObject();
                }
                json.Optional("cron", cron);
                json.Optional("timeZone", call.Get(TimeZone));
                json.Optional("input", input);
                json.Optional("catchUp", call.Get(CatchUp));
                json.Optional("jitter", call.Get(Jitter));
                if (enabled is { } fires)
                    json.WriteBoolean("enabled", fires);
                json.WriteEndObject();
            });
        }
    }

    static Command Create(Making making)
    {
        var plan = new Argument<string>("plan") { Description = "Id of the plan." };
        var cron = new Argument<string>("cron") { Description = "Quartz cron of 6 or 7 fields (seconds first), or Unix cron of 5; quoted." };
        var paused = new Option<bool>("--paused") { Description = "Fires only once resumed." };
        var (definition, sending) = (new Definition(), new SendingOptions());
        return making.Command("create", "Creates a schedule.", [plan, cron, .. definition.All, paused, .. sending.All], async call => Shown(call,
            await call.PostAsync(Route.To("schedules"), await definition.BodyAsync(call, call.Get(plan), call.Get(cron), call.Get(paused) ? false : null), sending.Of(call))));
    }

    static Command Change(Making making)
    {
        var id = Id();
        var plan = new Option<string?>("--plan") { Description = "Id of the plan.", HelpName = "PLAN" };
        var cron = new Option<string?>("--cron") { Description = "Another cron expression; begins anew.", HelpName = "CRON" };
        var (definition, ifMatch) = (new Definition(), IfMatch());
        return making.Command("change", "Changes a schedule; what is not named stays.", [id, plan, cron, .. definition.All, ifMatch], async call =>
        {
            if (call.Get(definition.Version) is not null && call.Get(plan) is null)
                throw CommandEndedException.Usage("--version needs --plan");
            var body = await definition.BodyAsync(call, call.Get(plan), call.Get(cron));
            return Shown(call, await call.Api.SendAsync(HttpMethod.Patch, At(call.Get(id)), body, new Sending(IfMatch: call.Get(ifMatch)), call.Stop));
        });
    }

    static Command Enable(Making making, string name, string does)
    {
        var (id, ifMatch, sending) = (Id(), IfMatch(), new SendingOptions());
        return making.Command(name, does, [id, ifMatch, .. sending.All], async call =>
            Shown(call, await call.PostAsync(At(call.Get(id), name), body: null, sending.Of(call, call.Get(ifMatch)))));
    }

    static Command Trigger(Making making)
    {
        var (id, sending) = (Id(), new SendingOptions());
        return making.Command("trigger", "Starts a run out of turn.", [id, .. sending.All], async call =>
            call.Show(await call.PostAsync(At(call.Get(id), "trigger"), body: null, sending.Of(call)), sending.Waits(call), run => Runs.Write(call, run)));
    }

    static Command Backfill(Making making)
    {
        var (id, sending) = (Id(), new SendingOptions());
        var from = new Option<string>("--from") { Description = "First moment (RFC 3339), included.", HelpName = "TIME", Required = true };
        var to = new Option<string>("--to") { Description = "Last moment, not included.", HelpName = "TIME", Required = true };
        return making.Command("backfill", "Starts a run for each occurrence of a range that has none yet.", [id, from, to, .. sending.All], async call =>
        {
            var body = Json.Object(json =>
            {
                json.WriteStartObject();
                json.WriteString("from", call.Get(from));
                json.WriteString("to", call.Get(to));
                json.WriteEndObject();
            });
            return call.Show(await call.PostAsync(At(call.Get(id), "backfill"), body, sending.Of(call)), wanted: true, done => call.Fields(
                ("schedule", done.Text("scheduleId")), ("from", done.TimeText("from")), ("to", done.TimeText("to")), ("occurrences", done.Text("occurrences"))));
        });
    }

    static Command Delete(Making making)
    {
        var (id, ifMatch) = (Id(), IfMatch());
        return making.Command("delete", "Deletes a schedule; its runs stay.", [id, ifMatch], async call =>
            call.Show(await call.Api.SendAsync(HttpMethod.Delete, At(call.Get(id)), body: null, new Sending(IfMatch: call.Get(ifMatch)), call.Stop), wanted: true,
                _ => call.Line("deleted")));
    }

    static Command Next(Making making)
    {
        var id = Id();
        var count = new Option<int?>("--count") { Description = "How many; 10 unless told.", HelpName = "N" };
        var after = new Option<string?>("--after") { Description = "Later than this moment (RFC 3339); now unless told.", HelpName = "TIME" };
        return making.Command("next", "Tells the occurrences to come, whether it is paused or not.", [id, count, after], async call =>
            call.Show((await call.GetAsync(At(call.Get(id), "next") + Route.Query(("count", call.Get(count)?.ToString(System.Globalization.CultureInfo.InvariantCulture)), ("after", call.Get(after))))).Body,
                found => new Table(Column.Time("OCCURRENCE", "occurrence"), Column.Of("LOCAL", "local"), Column.Time("DUE", "due")).Write(call.Output, found.List("items"))));
    }

    static Command Past(Making making)
    {
        var (id, paging) = (Id(), new PagingOptions());
        return making.Command("occurrences", "Tells what became of the occurrences that were due: a run, or why it was refused.", [id, .. paging.All], call => Listing.ShowAsync(
            call, paging, At(call.Get(id), "occurrences"), [], new Table(
                Column.Time("OCCURRENCE", "occurrence"), new Column("STATUS", Runs.Status), Column.Of("RUN", "runId"), Column.Time("AT", "at"), Column.Of("CODE", "code"), Column.Of("DETAIL", "detail"))));
    }

    /// <summary>The API always waits when a schedule is written.</summary>
    static int Shown(Call call, Answer answer) => call.Show(answer, wanted: true, schedule => Write(call, schedule));
}
