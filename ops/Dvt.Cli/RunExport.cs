using System.CommandLine;

namespace Dvt.Cli;

/// <summary><c>runs export</c></summary>
static class RunExport
{
    public static Command Command(Making making)
    {
        var run = new Argument<string?>("run") { Description = "Its traceability report; the list of runs unless told.", Arity = ArgumentArity.ZeroOrOne };
        var format = new Option<string?>("--format") { Description = "Of a report: json, csv, html or pdf; of the list: csv or ndjson.", HelpName = "FORMAT" };
        var language = new Option<string?>("--lang") { Description = "en or es, of a report in HTML or PDF.", HelpName = "LANGUAGE" };
        var file = new Option<string?>("--output") { Description = "Where it goes; standard output unless told.", HelpName = "FILE" };
        var filter = new RunFilterOptions();
        return making.Command("export", "Writes the report of a run, or the list of runs, as a file.", [run, format, language, file, .. filter.All], async call =>
        {
            var query = filter.Query(call).ToList();
            if (call.Get(run) is not null && query.Any(q => q.Value is not null))
                throw CommandEndedException.Usage("filters are for the list of runs: leave out the id");
            if (call.Get(format) == "pdf" && call.Get(file) is null)
                throw CommandEndedException.Usage("a PDF needs --output FILE");
            var place = call.Get(run) is { } id ? Route.To("runs", id, "export") : Route.To("runs", "export");
            await call.DownloadAsync(place + Route.Query([("format", call.Get(format)), ("lang", call.Get(language)), .. query]), call.Get(file));
            return ExitCode.Done;
        });
    }
}
