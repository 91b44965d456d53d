using System.CommandLine;
using System.Text.Json;

namespace Dvt.Cli;

/// <summary><c>plans simulate</c></summary>
static class PlanSimulation
{
    public static Command Command(Making making)
    {
        var plan = new Argument<string>("plan-or-file") { Description = "A plan as JSON (- reads standard input), or with --stored the id of a plan." };
        var stored = new Option<bool>("--stored") { Description = "Of a plan that is published, not of a file." };
        var version = new Option<string?>("--version") { Description = "With --stored; the newest published unless told.", HelpName = "VERSION" };
        var input = File("--input", "The run's input as JSON");
        var mocks = File("--mocks", "By step id what its calls come to, as JSON");
        var signals = File("--signals", "Signals and when they come, as a JSON list");
        var seed = new Option<long?>("--seed") { Description = "Names the run, on which the jitter of retries depends.", HelpName = "N" };
        var startAt = new Option<string?>("--start-at") { Description = "Where the virtual clock begins (RFC 3339); now unless told.", HelpName = "TIME" };
        return making.Command("simulate", "Tells what a run of a plan would do, on a virtual clock. Nothing is stored or called. Exit code 4 when it does not complete.",
            [plan, stored, version, input, mocks, signals, seed, startAt], async call =>
            {
                if (call.Get(version) is not null && !call.Get(stored))
                    throw CommandEndedException.Usage("--version needs --stored");
                JsonElement? document = call.Get(stored) ? null : await call.JsonDocumentAsync(call.Get(plan));
                var given = new List<(string Name, JsonElement Value)>();
                foreach (var (name, option) in new[] { ("input", input), ("mocks", mocks), ("signals", signals) })
                    if (call.Get(option) is { } path)
                        given.Add((name, await call.JsonDocumentAsync(path)));
                var body = Json.Object(json =>
                {
                    json.WriteStartObject();
                    json.Optional("plan", document);
                    if (document is null)
                    {
                        json.WriteStartObject("planRef");
                        json.WriteString("planId", call.Get(plan));
                        json.Optional("version", call.Get(version));
                        json.WriteEndObject();
                    }
                    foreach (var (name, value) in given)
                        json.Optional(name, value);
                    if (call.Get(seed) is { } number)
                        json.WriteNumber("seed", number);
                    json.Optional("startAt", call.Get(startAt));
                    json.WriteEndObject();
                });
                var answer = (await call.PostAsync(Route.To("plans", "simulate"), body, new Sending())).Body;
                return call.Show(answer, told => Write(call, told), answer.Text("status") == "COMPLETED" ? ExitCode.Done : ExitCode.BadNews);
            });
    }

    static Option<string?> File(string name, string what) => new(name) { Description = $"{what}: a file, or - for standard input.", HelpName = "FILE" };

    static void Write(Call call, JsonElement told)
    {
        var error = told.Get("error");
        call.Fields(
            ("plan", $"{told.Text("planId")} {told.Text("planVersion")}".Trim()), ("status", Runs.Status(told)), ("duration", told.Text("duration")),
            ("failed step", told.Text("failedStepId")), ("error", error is { } why ? $"{why.Text("code")}: {why.Text("message")}" : ""), ("cut off", told.Text("truncated")));
        foreach (var wait in told.List("waitsFor"))
            call.Line($"waits for {wait.Text("for")} {wait.Text("stepId")} {wait.Text("name")}".TrimEnd());
        foreach (var assumed in told.List("assumptions"))
            call.Line($"assumed of {assumed.Text("stepId")}: {assumed.Text("result")} {assumed.Text("delay")}".TrimEnd());
        var events = told.List("events").ToList();
        if (events.Count > 0)
            new Table(Column.Of("SEQ", "seq", right: true), Column.Time("TIME", "occurredAt"), Column.Of("EVENT", "type"), Column.Of("STEP", "stepId"), Column.Of("TRY", "attempt", right: true))
                .Write(call.Output, events);
        if (told.Get("output") is { } output)
            call.Output.WriteLine("\noutput\n" + Json.Page(output));
    }
}
