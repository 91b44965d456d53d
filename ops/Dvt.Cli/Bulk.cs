using System.CommandLine;
using System.Text.Json;

namespace Dvt.Cli;

/// <summary><c>bulk …</c></summary>
static class Bulk
{
    public static Command Group(Making making) => Making.Group("bulk", "Bulk: many runs at once",
        BulkStart.Command(making), Signal(making), List(making), Status(making), Results(making), Change(making, "approve", "Approves a job that waits for a second person, all of its signals at once; not one's own."),
        Change(making, "reject", "Rejects a job that waits for a second person, or withdraws one's own."), Change(making, "cancel", "Sends no further signal; what was sent stays sent."),
        Change(making, "undo", "Takes back what a job of PAUSE or RESUME has changed, by a job of the opposite."));

    static Argument<string> Id() => new("job") { Description = "Id of the bulk job." };

    static Command Signal(Making making)
    {
        var type = new Argument<string>("type") { Description = "Such as PAUSE; also in small letters with hyphens." };
        type.CompletionSources.Add(Signals.Types);
        var filter = new RunFilterOptions();
        var reason = new Option<string?>("--reason") { Description = "Why; some types need one.", HelpName = "TEXT" };
        var payload = new Option<string?>("--payload") { Description = "The payload as JSON, the same for every run: a file, or - for standard input.", HelpName = "FILE" };
        var rate = new Option<int?>("--rate") { Description = "Signals a second; 100 unless told.", HelpName = "N" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Sends nothing: tells how many runs there are and what would be refused." };
        var sending = new SendingOptions();
        return making.Command("signal", "Signals every run that a filter chooses, at a steady rate.", [type, .. filter.All, reason, payload, rate, dryRun, .. sending.All], async call =>
        {
            JsonElement? document = call.Get(payload) is { } path ? await call.JsonDocumentAsync(path) : null;
            var body = Json.Object(json =>
            {
                json.WriteStartObject();
                filter.Write(call, json);
                json.WriteString("type", call.Get(type).ToUpperInvariant().Replace('-', '_'));
                json.Optional("reason", call.Get(reason));
                json.Optional("payload", document);
                if (call.Get(rate) is { } perSecond)
                    json.WriteNumber("ratePerSecond", perSecond);
                if (call.Get(dryRun))
                    json.WriteBoolean("dryRun", value: true);
                json.WriteEndObject();
            });
            return call.Show(await call.PostAsync(Route.To("runs", "bulk-signals"), body, sending.Of(call)), sending.Waits(call),
                shown => (call.Get(dryRun) ? (Action<Call, JsonElement>)WritePreview : Write)(call, shown));
        });
    }

    static void WritePreview(Call call, JsonElement preview)
    {
        call.Fields(
            ("runs", preview.Text("count")), ("by status", preview.Text("byStatus")), ("without effect", preview.Text("withoutEffect")),
            ("second person", preview.Get("needsSecondPerson") is { ValueKind: JsonValueKind.True } ? "the job would wait for one" : ""), ("takes", $"{preview.Text("seconds")} s"));
        foreach (var refused in preview.List("wouldRefuse"))
            call.Line($"  {refused.Text("count")} would be refused: {refused.Text("code")}");
        new Table(Column.Of("SAMPLE", "runId"), Column.Of("PLAN", "planId"), new Column("STATUS", Runs.Status)).Write(call.Output, preview.List("sample"));
    }

    static Command List(Making making)
    {
        var paging = new PagingOptions();
        return making.Command("list", "Lists bulk jobs, newest first.", [.. paging.All], call => Listing.ShowAsync(call, paging, Route.To("bulk-jobs"), [], new Table(
            Column.Of("JOB", "bulkJobId"), Column.Of("KIND", "kind"), Column.Of("TYPE", "type"), Column.Of("STATUS", "status"), Column.Of("TOTAL", "total", right: true),
            Column.Of("DECIDED", "decided", right: true), Column.Time("CREATED", "createdAt"), Column.Of("REASON", "reason"))));
    }

    static Command Status(Making making)
    {
        var id = Id();
        return making.Command("status", "Tells how far a bulk job is.", [id], async call =>
            call.Show((await call.GetAsync(Route.To("bulk-jobs", call.Get(id)))).Body, job => Write(call, job)));
    }

    static void Write(Call call, JsonElement job) => call.Fields(
        ("job", job.Text("bulkJobId")), ("kind", job.Text("kind")), ("type", job.Text("type")), ("status", job.Text("status")), ("reason", job.Text("reason")),
        ("runs", job.Text("total")), ("sent", job.Text("sent")), ("decided", job.Text("decided")), ("accepted", job.Text("accepted")), ("rejected", job.Text("rejected")),
        ("second person", job.Text("revisionRequired")), ("changed", job.Text("changed")), ("waits until", job.Text("status") == "WAITING_APPROVAL" ? job.TimeText("heldUntil") : ""), ("approved by", job.Text("approvedBy")), ("left", job.Text("etaSeconds") is { Length: > 0 } eta ? $"{eta} s" : ""),
        ("filter", job.Text("filter")), ("undo of", job.Text("undoOf")), ("undone by", job.Text("undoneBy")), ("created", job.TimeText("createdAt")), ("finished", job.TimeText("finishedAt")));

    static Command Results(Making making)
    {
        var (id, paging) = (Id(), new PagingOptions());
        return making.Command("results", "Lists what a bulk job came to for each run so far.", [id, .. paging.All], call => Listing.ShowAsync(
            call, paging, Route.To("bulk-jobs", call.Get(id), "results"), [], new Table(
                Column.Of("RUN", "runId"), Column.Of("DECISION", "decision"), Column.Of("CODE", "code"), Column.Of("CHANGED", "changed"), Column.Time("TIME", "decidedAt"))));
    }

    static Command Change(Making making, string name, string does)
    {
        var (id, sending) = (Id(), new SendingOptions());
        return making.Command(name, does, [id, .. sending.All], async call =>
            call.Show(await call.PostAsync(Route.To("bulk-jobs", call.Get(id), name), body: null, sending.Of(call)), sending.Waits(call), job => Write(call, job)));
    }
}

/// <summary>Which runs; as in <c>runs list</c>.</summary>
sealed class RunFilterOptions
{
    readonly Option<string?> status = new("--status") { Description = "Such as RUNNING or PAUSED.", HelpName = "STATUS" };
    readonly Option<string?> plan = new("--plan") { Description = "Of this plan.", HelpName = "PLAN" };
    readonly Option<string?> version = new("--version") { Description = "Of this version.", HelpName = "VERSION" };
    readonly Option<string[]> labels = new("--label") { Description = "With this label; may be given more than once.", HelpName = "NAME=VALUE" };
    readonly Option<string?> from = new("--from") { Description = "Queued at this moment (RFC 3339) or later.", HelpName = "TIME" };
    readonly Option<string?> to = new("--to") { Description = "Queued before this moment.", HelpName = "TIME" };
    readonly Option<string?> search = new("--search") { Description = "Words, each the beginning of an id.", HelpName = "TEXT" };

    public IReadOnlyList<Option> All => [status, plan, version, labels, from, to, search];

    (string Name, string? Value)[] Given(Call call) =>
        [("status", call.Get(status)), ("planId", call.Get(plan)), ("version", call.Get(version)), ("from", call.Get(from)), ("to", call.Get(to)), ("q", call.Get(search))];

    public IEnumerable<(string Name, string? Value)> Query(Call call) =>
        [.. Given(call), .. Runs.Pairs(call.Get(labels)).Select(l => ("label." + l.Name, (string?)l.Value))];

    public void Write(Call call, Utf8JsonWriter json)
    {
        json.WriteStartObject("filter");
        foreach (var (name, value) in Given(call))
            json.Optional(name, value);
        var pairs = Runs.Pairs(call.Get(labels));
        if (pairs.Count > 0)
        {
            json.WriteStartObject("labels");
            foreach (var (name, value) in pairs)
                json.WriteString(name, value);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }
}
