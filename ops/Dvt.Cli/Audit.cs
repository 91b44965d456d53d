using System.CommandLine;
using System.Text.Json;

namespace Dvt.Cli;

/// <summary><c>audit …</c></summary>
static class Audit
{
    public static Command Group(Making making) =>
        Making.Group("audit", "Audit: who did what, refusals included", List(making), Export(making), Verify(making));

    static Command List(Making making)
    {
        var (filter, paging) = (new Filter(), new PagingOptions());
        return making.Command("list", "Lists every command and every refusal, newest first.", [.. filter.All, .. paging.All], call => Listing.ShowAsync(
            call, paging, Route.To("audit"), filter.Query(call), new Table(
                Column.Time("TIME", "at"), Column.Of("ACTION", "action"), Column.Of("STATUS", "status"), new Column("OF", Of), Column.Of("ACTOR", "actor"),
                Column.Of("CODE", "code"), Column.Of("DETAIL", "detail"))));
    }

    static string Of(JsonElement entry) => entry.Get("resource") is { } resource ? $"{resource.Text("type")} {resource.Text("id")}" : "";

    static Command Export(Making making)
    {
        var filter = new Filter();
        var format = new Option<string?>("--format") { Description = "csv or ndjson; csv unless told.", HelpName = "FORMAT" };
        var file = new Option<string?>("--output") { Description = "Where it goes; standard output unless told.", HelpName = "FILE" };
        return making.Command("export", "Writes the audit as a file.", [.. filter.All, format, file], async call =>
        {
            await call.DownloadAsync(Route.To("audit", "export") + Route.Query([("format", call.Get(format)), .. filter.Query(call)]), call.Get(file));
            return ExitCode.Done;
        });
    }

    static Command Verify(Making making)
    {
        var head = new Option<string?>("--head") { Description = "A head told earlier and kept elsewhere.", HelpName = "HASH" };
        return making.Command("verify", "Makes every seal of the log again and compares the audit with the log. Exit code 4 when something is not as it was.", [head], async call =>
        {
            var verdict = (await call.GetAsync(Route.To("audit", "verify") + Route.Query([("head", call.Get(head))]))).Body;
            var ok = verdict.Get("ok") is { ValueKind: JsonValueKind.True };
            return call.Show(verdict, told =>
            {
                call.Fields(
                    ("untouched", ok ? "yes" : "NO"), ("entries", told.Text("entries")), ("from", told.Text("from")), ("to", told.Text("to")), ("head", told.Text("head")));
                if (told.Get("firstFault") is { } fault)
                    call.Fields(
                        ("where", fault.Text("where")), ("what", $"{fault.Text("code")}: {fault.Text("detail")}"), ("slot", fault.Text("slot")), ("offset", fault.Text("offset")),
                        ("seal", fault.Text("seal")), ("entry", fault.Text("id")));
            }, ok ? ExitCode.Done : ExitCode.BadNews);
        });
    }

    /// <summary>Which entries.</summary>
    sealed class Filter
    {
        readonly Option<string?> action = new("--action") { Description = "Such as StartRun.", HelpName = "ACTION" };
        readonly Option<string?> actor = new("--actor") { Description = "Such as user:… or schedule:…", HelpName = "ACTOR" };
        readonly Option<string?> from = new("--from") { Description = "At this moment (RFC 3339) or later.", HelpName = "TIME" };
        readonly Option<string?> to = new("--to") { Description = "Before this moment.", HelpName = "TIME" };

        public IReadOnlyList<Option> All => [action, actor, from, to];

        public IReadOnlyList<(string Name, string? Value)> Query(Call call) =>
            [("action", call.Get(action)), ("actor", call.Get(actor)), ("from", call.Get(from)), ("to", call.Get(to))];
    }
}
