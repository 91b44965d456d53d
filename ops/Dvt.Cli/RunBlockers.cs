using System.CommandLine;
using System.Text.Json;

namespace Dvt.Cli;

/// <summary><c>runs blockers</c>: why a run does not move.</summary>
static class RunBlockers
{
    public static Command Command(Making making)
    {
        var run = Runs.RunId();
        return making.Command("blockers", "Tells why a run does not move, who clears it and when.", [run], async call =>
            call.Show((await call.GetAsync(Route.To("runs", call.Get(run), "blockers"))).Body, found => Write(call, found)));
    }

    static void Write(Call call, JsonElement found)
    {
        var blockers = found.List("blockers").ToList();
        var moving = found.Get("moving") is { ValueKind: JsonValueKind.True };
        call.Fields(("run", found.Text("runId")), ("status", Runs.Status(found)), ("moving", moving ? "yes" : "no"));
        if (blockers.Count == 0)
            return;
        call.Output.WriteLine();
        new Table(
            Column.Of("WAITS FOR", "code"), Column.Of("STEP", "stepId"), Column.Time("SINCE", "since"), Column.Time("CLEARS", "clearsAt"),
            new Column("BY", By), new Column("DETAIL", Detail)).Write(call.Output, blockers);
    }

    static string By(JsonElement blocker) => blocker.Get("clearableBy") is { } by
        ? string.Join(" ", ((string[])[string.Join(",", Words(by, "signals")), by.Text("href")]).Where(t => t.Length > 0))
        : "";

    static IEnumerable<string> Words(JsonElement by, string name) => by.List(name).Select(word => word.GetString() ?? "");

    static string Detail(JsonElement blocker) =>
        blocker.Get("concurrency") is { } slots ? $"{slots.Text("key")}: place {slots.Text("place")}, held by {string.Join(", ", Words(slots, "holders"))}"
        : blocker.Get("error") is { } error ? $"{error.Text("code")}: {error.Text("message")}"
        : blocker.Text("detail");
}
