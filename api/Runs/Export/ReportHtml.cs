using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Runs;
using Dvt.ReadModels;

namespace Dvt.Api;

/// <summary>The report as one page without any script: everything is escaped, the one style is named by its hash.</summary>
sealed class ReportHtml(TextWriter to, RunReport report, ReportTexts texts)
{
    /// <summary>In characters; what is longer is in the JSON export.</summary>
    const int LongestValue = 4_000;
    const int LongestCell = 600;

    static readonly JsonSerializerOptions Indented = new(ContractsJson.Options) { WriteIndented = true };

    const string Style =
        """
        @page{size:A4 landscape;margin:12mm}
        body{font:13px/1.45 "Liberation Sans",Arial,sans-serif;color:#111827;background:#fff;max-width:1100px;margin:24px auto;padding:0 16px}
        h1{font-size:22px;margin:0 0 2px}h2{font-size:16px;margin:26px 0 8px;border-bottom:2px solid #1f5fa8;padding-bottom:3px;break-after:avoid}
        table{border-collapse:collapse;width:100%;table-layout:fixed}th,td{text-align:left;vertical-align:top;padding:4px 6px;border-bottom:1px solid #d7dade;overflow-wrap:anywhere}
        th{background:#f3f4f6;font-weight:600}thead{display:table-header-group}tr{break-inside:avoid}
        table.facts th{width:170px}pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f3f4f6;padding:8px;margin:4px 0;font:11.5px/1.4 "Liberation Mono",monospace}
        code{font:11.5px "Liberation Mono",monospace}.sub{color:#4b5563;margin:0 0 14px}.bad{color:#b3261e;font-weight:700}.good{color:#2f7d4f;font-weight:600}
        .n{width:50px}.t{width:138px}.k{width:105px}.s{width:92px}.w{width:125px}
        @media print{body{margin:0;padding:0;max-width:none;font-size:11px}a{color:inherit;text-decoration:none}}
        """;

    /// <summary>For the header and the page itself, which may be saved and opened without one.</summary>
    public static readonly string Policy =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; base-uri 'none'; form-action 'none'";

    RunSnapshot Run => report.Run.Snapshot;

    public async Task WriteAsync(IAsyncEnumerable<RunEventView> events, Func<Task> flush)
    {
        Head();
        Facts();
        Section("timeline");
        to.Write(ReportGantt.Svg(report.Timeline, report.GeneratedAt, texts));
        await StepsAsync(flush);
        Told("signals", report.Signals);
        Told("approvals", report.Approvals);
        Told("compensation", report.Undoings);
        await EventsAsync(events, flush);
        Integrity();
        to.Write("</body></html>\n");
        await flush();
    }

    void Head()
    {
        var title = $"{texts["title"]} · {Run.RunId}";
        to.Write($"<!DOCTYPE html>\n<html lang=\"{texts.Language}\"><head><meta charset=\"utf-8\">");
        to.Write($"<meta http-equiv=\"Content-Security-Policy\" content=\"{Text(Policy)}\">");
        to.Write($"<meta name=\"viewport\" content=\"width=device-width\"><title>{Text(title)}</title><style>{Style}</style></head>\n<body>");
        to.Write($"<h1>{texts["title"]}</h1><p class=\"sub\">{texts["run"]} <code>{Text(Run.RunId)}</code> · {texts["generatedAt"]} {Time(report.GeneratedAt)} UTC</p>\n");
    }

    void Facts()
    {
        to.Write("<table class=\"facts\"><tbody>");
        Fact("plan", $"{Text(Run.PlanId)} {Text(Run.PlanVersion)}");
        Fact("digest", $"<code>{Text(Run.PlanDigest)}</code>");
        Fact("status", $"<span class=\"{(Run.Status is "COMPLETED" ? "good" : Run.Status is "FAILED" ? "bad" : "")}\">{Text(texts[Run.Status])}</span>{(Run.Substatus is { } sub ? $" · {Text(sub)}" : "")}");
        Fact("startedBy", Text(report.Run.Actor));
        Fact("onBehalfOf", Text(Run.Context.ActorId));
        Fact("correlation", Text(report.Run.CorrelationId));
        Fact("labels", Text(Run.Context.Labels is { Count: > 0 } labels ? string.Join(", ", labels.Select(l => $"{l.Key}={l.Value}")) : null));
        Fact("origin", Text(Run.Lineage?.ParentRunId));
        Fact("queuedAt", Time(Run.QueuedAt));
        Fact("startedAt", Time(Run.StartedAt));
        Fact("endedAt", Time(Run.EndedAt));
        Fact("took", Run is { QueuedAt: { } queued, EndedAt: { } ended } ? ReportGantt.Pause((ended - queued).TotalMilliseconds) : "");
        Fact("error", Error(Run.Error));
        Fact("compensationError", Error(Run.CompensationError));
        to.Write("</tbody></table>\n");
        Value("input", Run.Input);
        if (Run.Output is { } output)
            Value("output", output);
    }

    /// <param name="html">Nothing is written when empty.</param>
    void Fact(string name, string html)
    {
        if (html.Length > 0)
            to.Write($"<tr><th scope=\"row\">{texts[name]}</th><td>{html}</td></tr>");
    }

    void Value(string name, JsonElement value) => to.Write($"<h2>{texts[name]}</h2><pre>{Cut(JsonSerializer.Serialize(value, Indented), LongestValue)}</pre>\n");

    void Section(string name) => to.Write($"<h2>{texts[name]}</h2>\n");

    async Task StepsAsync(Func<Task> flush)
    {
        Section("steps");
        Columns(("k", "step"), ("s", "kind"), ("s", "status"), ("n", "attempts"), ("t", "startedAt"), ("t", "endedAt"), ("", "result"));
        var written = 0;
        foreach (var step in Run.Steps)
        {
            if (++written % 100 == 0)
                await flush();
            var undone = step.Compensation is { } c ? $"<br>↩ {Text(texts[c.Status])}" : "";
            Cells(Text(step.StepId), Text(step.Kind), Text(texts[step.Status]) + (step.SkipReason is { } why ? $"<br>{Text(why)}" : "") + undone,
                step.Attempt.ToString(CultureInfo.InvariantCulture), Time(step.StartedAt), Time(step.EndedAt),
                step.Error is not null ? Error(step.Error) : step.Result is { } result ? $"<code>{Cut(result.GetRawText(), LongestCell)}</code>" : "");
        }
        to.Write("</tbody></table>\n");
    }

    /// <summary>Events of one kind: who and why come first.</summary>
    void Told(string name, IReadOnlyList<RunEventView> events)
    {
        Section(name);
        if (events.Count == 0)
        {
            to.Write($"<p>{texts["none"]}</p>\n");
            return;
        }
        Columns(("t", "when"), ("w", "event"), ("k", "step"), ("w", "who"), ("k", "reason"), ("", "data"));
        foreach (var e in events)
            Cells(Time(e.OccurredAt), Text(e.Type), Text(e.StepId), Text(e.Actor), Text(Reason(e.Data)), $"<code>{Cut(e.Data.GetRawText(), LongestCell)}</code>");
        to.Write("</tbody></table>\n");
        if (events.Count == RunReport.MostListed)
            to.Write($"<p>{texts["more"]}</p>\n");
    }

    static string? Reason(JsonElement data)
    {
        foreach (var name in (ReadOnlySpan<string>)["reason", "comment", "code"])
            if (data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String)
                return value.GetString();
        return null;
    }

    async Task EventsAsync(IAsyncEnumerable<RunEventView> events, Func<Task> flush)
    {
        Section("events");
        Columns(("n", "#"), ("t", "when"), ("w", "event"), ("k", "step"), ("n", "attempt"), ("w", "who"), ("", "data"));
        var written = 0L;
        await foreach (var e in events)
        {
            Cells(e.Seq.ToString(CultureInfo.InvariantCulture), Time(e.OccurredAt), Text(e.Type), Text(e.StepId),
                e.Attempt?.ToString(CultureInfo.InvariantCulture) ?? "", Text(e.Actor), $"<code>{Cut(e.Data.GetRawText(), LongestCell)}</code>");
            if (++written % 100 == 0)
                await flush();
        }
        to.Write("</tbody></table>\n");
        if (written < report.Events)
            to.Write($"<p>{written} / {report.Events}. {texts["more"]}</p>\n");
    }

    void Integrity()
    {
        Section("integrity");
        to.Write("<table class=\"facts\"><tbody>");
        Fact("hash", $"<code>{Text(report.Run.SnapshotHash)}</code>");
        Fact("events", report.Events.ToString(CultureInfo.InvariantCulture));
        Fact("verification", report.IsSound ? $"<span class=\"good\">{texts["sound"]}</span>" : $"<span class=\"bad\">{texts["unsound"]}</span>");
        Fact("generatedAt", $"{Time(report.GeneratedAt)} UTC");
        to.Write("</tbody></table>\n");
    }

    void Columns(params ReadOnlySpan<(string Class, string Name)> columns)
    {
        to.Write("<table><thead><tr>");
        foreach (var (type, name) in columns)
            to.Write($"<th scope=\"col\" class=\"{type}\">{texts[name]}</th>");
        to.Write("</tr></thead><tbody>\n");
    }

    void Cells(params ReadOnlySpan<string> html)
    {
        to.Write("<tr>");
        foreach (var cell in html)
            to.Write($"<td>{cell}</td>");
        to.Write("</tr>\n");
    }

    string Cut(string text, int most) => text.Length <= most ? Text(text) : $"{Text(text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)])}… ({texts["cut"]})";

    static string Error(StepError? error) => error is null ? "" : $"<span class=\"bad\">{Text(error.Code)}</span> {Text(error.Message)}";

    static string Text(string? text) => text is null ? "" : WebUtility.HtmlEncode(text);

    static string Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture) ?? "";
}
