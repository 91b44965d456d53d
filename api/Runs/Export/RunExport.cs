using System.Text.Json;
using Dvt.Contracts;
using Dvt.ReadModels;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

/// <summary>Runs to take away: the report of one, the list of many.</summary>
static class RunExport
{
    /// <summary>Events in the HTML and the PDF, at the most; JSON and CSV have all of them.</summary>
    const int MostHtmlEvents = 10_000;
    const int MostPdfEvents = 2_000;

    const int PageSize = 100;
    const string Csv = "text/csv";
    const string Ndjson = "application/x-ndjson";

    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Get("/v1/runs/export", Permission.ReadRuns, ExportList, "The list of runs as one file, streamed") with
        {
            Produces = Csv, Reads = true, Prefix = "label",
            Description = "Takes the filters of the list, labels by `label.<name>=<value>`. `format=ndjson` gives a JSON object a line. In CSV a text that would begin a formula has an apostrophe in front.",
            Parameters =
            [
                new("format", "`csv` unless told.", """{"enum":["csv","ndjson"],"default":"csv"}"""),
                .. RunFilters.Parameters,
            ],
        },
        Get("/v1/runs/{runId}/export", Permission.ReadRuns, Export, "The traceability report of a run") with
        {
            Answer = "RunReport", AlsoProduces = [Csv, "text/html", "application/pdf"], Reads = true, Problems = [Problems.RunNotFound, Problems.PdfUnavailable],
            Description = "`json` and `csv` have the whole history; `html` is one page without script, to print or keep; `pdf` is that page printed, where Chromium is installed.",
            Parameters =
            [
                new("format", "`json` unless told.", """{"enum":["json","csv","html","pdf"],"default":"json"}"""),
                new("lang", "Language of the HTML and the PDF; by `Accept-Language` unless told.", """{"enum":["en","es"]}"""),
            ],
        },
    ];

    static async Task Export(Call call)
    {
        call.CheckQueryNames();
        await call.MinPositionAsync();
        var format = call.Query("format") ?? "json";
        if (format is not ("json" or "csv" or "html" or "pdf"))
            throw Call.InvalidParameter("format", "is json, csv, html or pdf");
        if (call.Query("lang") is not (null or "en" or "es"))
            throw Call.InvalidParameter("lang", "is en or es");
        var runId = call.Route("runId");
        await RunViews.MustExistAsync(call, runId);
        var report = await RunReport.ReadAsync(call, runId) ?? throw new ProblemException(Problems.ViewBehind) { RetryAfter = 1 };
        await (format switch
        {
            "csv" => CsvAsync(call, report),
            "html" => HtmlAsync(call, report),
            "pdf" => PdfAsync(call, report),
            _ => JsonAsync(call, report),
        });
    }

    /// <param name="extension">Null for what is shown rather than kept.</param>
    static void Begin(Call call, string contentType, string? extension, string name)
    {
        var response = call.Http.Response;
        response.ContentType = contentType;
        response.Headers.CacheControl = "no-store";
        if (extension is not null)
            response.Headers.ContentDisposition = $"attachment; filename=\"{name}.{extension}\"";
    }

    static string NameOf(RunReport report) =>
        "run-" + string.Concat(report.Run.Snapshot.RunId.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-'));

    static async Task JsonAsync(Call call, RunReport report)
    {
        Begin(call, "application/json; charset=utf-8", "json", NameOf(report));
        var response = call.Http.Response;
        await using (var json = new Utf8JsonWriter(response.BodyWriter, new() { Encoder = ContractsJson.Options.Encoder, MaxDepth = 260 }))
        {
            json.WriteStartObject();
            json.WriteString("report", "dvt-run/1");
            json.WriteString("generatedAt", report.GeneratedAt);
            Write(json, "run", report.Run.Snapshot);
            json.WriteString("startedBy", report.Run.Actor);
            if (report.Run.CorrelationId is { } correlation)
                json.WriteString("correlationId", correlation);
            Write(json, "timeline", report.Timeline.Bars);
            Write(json, "signals", report.Signals);
            Write(json, "approvals", report.Approvals);
            Write(json, "compensation", report.Undoings);
            Write(json, "verification", new { snapshotHash = report.Run.SnapshotHash, events = report.Events, isSound = report.IsSound });
            json.WriteStartArray("events");
            await foreach (var e in report.EventsAsync(call, long.MaxValue))
            {
                JsonSerializer.Serialize(json, e, ContractsJson.Options);
                if (json.BytesPending > 32 * 1024)
                {
                    await json.FlushAsync(call.Stop);
                    await response.BodyWriter.FlushAsync(call.Stop);
                }
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        await response.BodyWriter.FlushAsync(call.Stop);
    }

    static void Write<T>(Utf8JsonWriter json, string name, T value)
    {
        json.WritePropertyName(name);
        JsonSerializer.Serialize(json, value, ContractsJson.Options);
    }

    static async Task CsvAsync(Call call, RunReport report)
    {
        Begin(call, $"{Csv}; charset=utf-8", "csv", NameOf(report));
        await using var to = new StreamWriter(call.Http.Response.Body);
        await to.WriteAsync(CsvText.Line(
            "seq", "occurredAt", "recordedAt", "type", "stepId", "attempt", "engineAttempt", "actor", "correlationId", "eventId", "idempotencyKey", "data"));
        await foreach (var e in report.EventsAsync(call, long.MaxValue))
            await to.WriteAsync(CsvText.Line(
                e.Seq, e.OccurredAt, e.RecordedAt, e.Type, e.StepId, e.Attempt, e.EngineAttempt, e.Actor, e.CorrelationId, e.EventId, e.IdempotencyKey,
                e.Data.GetRawText()));
    }

    static ReportTexts Texts(Call call) => ReportTexts.Of(call.Query("lang"), call.Http.Request.Headers.AcceptLanguage.ToString());

    static async Task HtmlAsync(Call call, RunReport report)
    {
        Begin(call, "text/html; charset=utf-8", extension: null, NameOf(report));
        var texts = Texts(call);
        call.Http.Response.Headers.ContentSecurityPolicy = $"{ReportHtml.Policy}; frame-ancestors 'none'";
        call.Http.Response.Headers.ContentLanguage = texts.Language;
        // The page is written without waiting, a piece at a time; only whole pieces go out.
        await using var piece = new StringWriter();
        await new ReportHtml(piece, report, texts).WriteAsync(report.EventsAsync(call, MostHtmlEvents), async () =>
        {
            await call.Http.Response.WriteAsync(piece.ToString(), call.Stop);
            piece.GetStringBuilder().Clear();
        });
    }

    static async Task PdfAsync(Call call, RunReport report)
    {
        var pdf = await call.Backend.Pdf.PrintAsync(
            to => new ReportHtml(to, report, Texts(call)).WriteAsync(report.EventsAsync(call, MostPdfEvents), () => to.FlushAsync(call.Stop)), call.Stop);
        Begin(call, "application/pdf", "pdf", NameOf(report));
        call.Http.Response.ContentLength = pdf.Length;
        await call.Http.Response.BodyWriter.WriteAsync(pdf, call.Stop);
    }

    /// <summary>Page after page, so that a million runs take no more memory than a hundred.</summary>
    static async Task ExportList(Call call)
    {
        call.CheckQueryNames("label.");
        await call.MinPositionAsync();
        var format = call.Query("format") ?? "csv";
        if (format is not ("csv" or "ndjson"))
            throw Call.InvalidParameter("format", "is csv or ndjson");
        // The first page is read before anything is sent, so that a filter that is not understood gets its problem.
        var page = await PageAsync(call, cursor: null);
        Begin(call, format == "csv" ? $"{Csv}; charset=utf-8" : Ndjson, format, "runs");
        await using var to = new StreamWriter(call.Http.Response.Body);
        if (format == "csv")
            await to.WriteAsync(CsvText.Line(
                "runId", "planId", "planVersion", "status", "substatus", "actor", "actorId", "priority", "correlationId", "originRunId", "parentRunId", "queuedAt",
                "startedAt", "finishedAt", "stepsCompleted", "stepsFailed", "stepsSkipped", "errorCode", "errorMessage", "continuedFromRunId",
                "continuedAsRunId", "archivedAt", "labels"));
        while (true)
        {
            foreach (var run in page.Items)
                await to.WriteAsync(format == "csv" ? Line(run) : JsonSerializer.Serialize(run, ContractsJson.Options) + "\n");
            if (page.NextCursor is not { } next)
                return;
            page = await PageAsync(call, next);
        }
    }

    static async Task<Page<RunRow>> PageAsync(Call call, string? cursor)
    {
        var page = await call.Backend.Runs.ListAsync(call.Caller.TenantId, RunFilters.Of(call, PageSize, cursor), call.Stop);
        return cursor is null ? call.Told(page) : page.Value;
    }

    static string Line(RunRow r) => CsvText.Line(
        r.RunId, r.PlanId, r.PlanVersion, r.Status, r.Substatus, r.Actor, r.ActorId, r.Priority, r.CorrelationId, r.OriginRunId, r.ParentRunId, r.QueuedAt,
        r.StartedAt, r.FinishedAt, r.StepsCompleted, r.StepsFailed, r.StepsSkipped, r.ErrorCode, r.ErrorMessage, r.ContinuedFromRunId,
        r.ContinuedAsRunId, r.ArchivedAt, JsonSerializer.Serialize(r.Labels));
}
