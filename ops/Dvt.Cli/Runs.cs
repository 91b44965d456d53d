using System.CommandLine;
using System.Text.Json;

namespace Dvt.Cli;

/// <summary><c>runs …</c></summary>
static class Runs
{
    public static Command Group(Making making) => Making.Group("runs", "Runs: executions of plans",
        Start(making), List(making), Show(making), History(making), Timeline(making), RunBlockers.Command(making), Verify(making), Repair(making), RunFollowing.Watch(making), RunFollowing.Wait(making), RunExport.Command(making));

    public static Argument<string> RunId() => new("run") { Description = "Id of the run." };

    static Command Start(Making making)
    {
        var plan = new Argument<string>("plan") { Description = "Id of the plan." };
        var version = new Option<string?>("--version") { Description = "The newest published unless told.", HelpName = "VERSION" };
        var digest = new Option<string?>("--digest") { Description = "The plan must have it.", HelpName = "SHA256" };
        var input = new Option<string?>("--input") { Description = "The input as JSON: a file, or - for standard input.", HelpName = "FILE" };
        var runId = new Option<string?>("--run-id") { Description = "Made by the API unless told.", HelpName = "ID" };
        var labels = new Option<string[]>("--label") { Description = "Kept with the run; may be given more than once.", HelpName = "NAME=VALUE" };
        var priority = new Option<int?>("--priority") { Description = "0 to 9.", HelpName = "N" };
        var correlation = new Option<string?>("--correlation-id") { Description = "Stands in every event.", HelpName = "ID" };
        var sending = new SendingOptions();
        return making.Command("start", "Starts a run.", [plan, version, digest, input, runId, labels, priority, correlation, .. sending.All], async call =>
        {
            JsonElement? document = call.Get(input) is { } path ? await call.JsonDocumentAsync(path) : null;
            var pairs = Pairs(call.Get(labels));
            var body = Json.Object(json =>
            {
                json.WriteStartObject();
                json.WriteStartObject("planRef");
                json.WriteString("planId", call.Get(plan));
                json.Optional("version", call.Get(version));
                json.Optional("digest", call.Get(digest));
                json.WriteEndObject();
                json.Optional("runId", call.Get(runId));
                if (document is { } given)
                {
                    json.WritePropertyName("input");
                    given.WriteTo(json);
                }
                WriteContext(json, pairs, call.Get(priority), call.Get(correlation));
                json.WriteEndObject();
            });
            return call.Show(await call.PostAsync(Route.To("runs"), body, sending.Of(call)), sending.Waits(call), run => Write(call, run));
        });
    }

    static void WriteContext(Utf8JsonWriter json, List<(string Name, string Value)> labels, int? priority, string? correlationId)
    {
        json.WriteStartObject("context");
        if (labels.Count > 0)
        {
            json.WriteStartObject("labels");
            foreach (var (name, value) in labels)
                json.WriteString(name, value);
            json.WriteEndObject();
        }
        if (priority is { } number)
            json.WriteNumber("priority", number);
        json.Optional("correlationId", correlationId);
        json.WriteEndObject();
    }

    public static List<(string Name, string Value)> Pairs(string[]? labels) => [.. (labels ?? []).Select(label => label.Split('=', 2) is [{ Length: > 0 } name, var value]
        ? (name, value)
        : throw CommandEndedException.Usage($"--label wants NAME=VALUE, not {label}"))];

    static Command List(Making making)
    {
        var filter = new RunFilterOptions();
        var sort = new Option<string?>("--sort") { Description = "queuedAt, finishedAt, or -queuedAt, -finishedAt for the newest first.", HelpName = "FIELD" };
        var paging = new PagingOptions();
        return making.Command("list", "Lists runs, newest first.", [.. filter.All, sort, .. paging.All], call => Listing.ShowAsync(
            call, paging, Route.To("runs"),
            [.. filter.Query(call), ("sort", call.Get(sort))],
            new Table(
                Column.Of("RUN", "runId"), new Column("PLAN", run => $"{run.Text("planId")} {run.Text("planVersion")}"), new Column("STATUS", Status),
                Column.Time("QUEUED", "queuedAt"), Column.Time("FINISHED", "finishedAt"), Column.Of("DONE", "stepsCompleted", right: true),
                Column.Of("FAILED", "stepsFailed", right: true), Column.Of("ERROR", "errorCode"))));
    }

    public static string Status(JsonElement run) => run.Text("substatus") is { Length: > 0 } sub ? $"{run.Text("status")}/{sub}" : run.Text("status");

    static Command Show(Making making)
    {
        var run = RunId();
        return making.Command("show", "Shows a run with its steps.", [run], async call =>
            call.Show((await call.GetAsync(Route.To("runs", call.Get(run)))).Body, found => Write(call, found)));
    }

    /// <summary>A run as people read it.</summary>
    public static void Write(Call call, JsonElement run)
    {
        var error = run.Get("error");
        call.Fields(
            ("run", run.Text("runId")), ("plan", $"{run.Text("planId")} {run.Text("planVersion")}".Trim()), ("status", Status(run)),
            ("queued", run.TimeText("queuedAt")), ("started", run.TimeText("startedAt")), ("ended", run.TimeText("endedAt")),
            ("failed step", run.Text("failedStepId")), ("error", error is { } told ? $"{told.Text("code")}: {told.Text("message")}" : ""),
            ("correlation", run.Text("correlationId")), ("origin", run.Get("lineage")?.Text("originRunId") ?? ""), ("hash", run.Text("snapshotHash")));
        var steps = run.List("steps").ToList();
        if (steps.Count > 0)
        {
            call.Output.WriteLine();
            new Table(
                Column.Of("STEP", "stepId"), Column.Of("KIND", "kind"), Column.Of("STATUS", "status"), Column.Of("TRY", "attempt", right: true),
                Column.Time("STARTED", "startedAt"), Column.Time("ENDED", "endedAt"), new Column("NOTE", Note)).Write(call.Output, steps);
        }
        if (run.Get("output") is { } output)
            call.Output.WriteLine("\noutput\n" + Json.Page(output));
    }

    static string Note(JsonElement step) =>
        step.Get("error") is { } error ? $"{error.Text("code")}: {error.Text("message")}"
        : step.Text("skipReason") is { Length: > 0 } skipped ? skipped
        : step.Text("waitingFor") is { Length: > 0 } signal ? $"waits for {signal}"
        : step.TimeText("dueAt") is { Length: > 0 } due && step.Text("endedAt").Length == 0 ? $"due {due}"
        : "";

    static Command History(Making making)
    {
        var (run, paging) = (RunId(), new PagingOptions());
        return making.Command("history", "Lists the events of a run, first to last.", [run, .. paging.All], call => Listing.ShowAsync(
            call, paging, Route.To("runs", call.Get(run), "events"), [], new Table(
                Column.Of("SEQ", "seq", right: true), Column.Time("TIME", "occurredAt"), Column.Of("EVENT", "type"), Column.Of("STEP", "stepId"),
                Column.Of("TRY", "attempt", right: true), Column.Of("ACTOR", "actor"))));
    }

    static Command Timeline(Making making)
    {
        var run = RunId();
        return making.Command("timeline", "Shows when each attempt of each step began and ended.", [run], async call =>
            call.Show((await call.GetAsync(Route.To("runs", call.Get(run), "timeline"))).Body, found => Gantt.Write(call.Output, found)));
    }

    static Command Verify(Making making)
    {
        var run = RunId();
        return making.Command("verify", "Folds the history again and compares it with the live state. Exit code 4 when they differ.", [run], async call =>
        {
            var answer = await call.PostAsync(Route.To("runs", call.Get(run), "verify"), body: null, new Sending(Wait: true));
            if (answer.IsOnlyAccepted)
                return call.Show(answer, wanted: true, _ => { });
            var equal = answer.Body.Get("equal") is { ValueKind: JsonValueKind.True };
            return call.Show(answer.Body, told => call.Fields(
                ("equal", equal ? "yes" : "NO"), ("events", told.Text("seq")), ("live", told.Text("liveHash")), ("folded", told.Text("foldedHash"))),
                equal ? ExitCode.Done : ExitCode.BadNews);
        });
    }

    static Command Repair(Making making)
    {
        var run = RunId();
        return making.Command("repair", "Stores a run anew as its history has it, where the two differ.", [run], async call =>
        {
            var answer = await call.PostAsync(Route.To("runs", call.Get(run), "repair"), body: null, new Sending(Wait: true));
            return call.Show(answer, wanted: true, told => call.Fields(
                ("repaired", told.Get("repaired") is { ValueKind: JsonValueKind.True } ? "yes" : "no, nothing differed"), ("events", told.Text("seq")),
                ("stored", told.Text("storedHash")), ("folded", told.Text("foldedHash"))));
        });
    }
}
