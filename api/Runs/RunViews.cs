using System.Buffers;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.ReadModels;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

/// <summary>Looking at runs.</summary>
static class RunViews
{
    const string Ndjson = "application/x-ndjson";
    const string CloudEvents = "application/cloudevents-batch+json";

    static readonly ProblemKind[] Missing = [Problems.RunNotFound, Problems.ViewBehind];

    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Get("/v1/runs", Permission.ReadRuns, List, "List runs") with
        {
            Answer = "RunList", Lists = true, Reads = true,
            Description = "Labels are filtered by `label.<name>=<value>`.", Prefix = "label",
            Parameters = RunFilters.Parameters,
        },
        .. RunExport.Routes,
        Get("/v1/runs/throughput", Permission.ReadRuns, Throughput, "Runs started and ended, per plan and minute, hour or day") with
        {
            Answer = "Throughput", Reads = true,
            Parameters =
            [
                new("planId", "Of this plan."),
                new("from", "The last hour unless told.", """{"type":"string","format":"date-time"}"""),
                new("to", "Before this moment; now unless told.", """{"type":"string","format":"date-time"}"""),
                new("by", "How much time one row covers, in UTC; `minute` unless told, which allows 7 days, the others 366.", """{"type":"string","enum":["minute","hour","day"]}"""),
            ],
        },
        Get("/v1/runs/{runId}", Permission.ReadRuns, Find, "A run as its history has it") with { Answer = "Run", Reads = true, Problems = Missing },
        Get("/v1/runs/{runId}/events", Permission.ReadRuns, Events, "The history of a run") with
        {
            Answer = "RunEventList", Lists = true, Reads = true, Problems = Missing, AlsoProduces = [Ndjson, CloudEvents],
            Description = "`Accept: application/x-ndjson` streams all of it, `application/cloudevents-batch+json` gives the page as CloudEvents.",
        },
        Get("/v1/runs/{runId}/timeline", Permission.ReadRuns, Timeline, "Bars for a Gantt chart") with { Answer = "Timeline", Reads = true, Problems = Missing },
        Get("/v1/runs/{runId}/stream", Permission.Stream, Stream, "Events of a run, live") with
        {
            Produces = "text/event-stream", Event = "RunEvent", Problems = Missing,
            Description = "Begins with the history behind `Last-Event-ID`, which is the seq of an event.",
            Parameters = [new("Last-Event-ID", "Seq of the last event seen.", """{"type":"integer"}""", In: "header")],
        },
    ];

    static async Task List(Call call)
    {
        call.CheckQueryNames("label.");
        await call.MinPositionAsync();
        var page = await call.Backend.Runs.ListAsync(call.Caller.TenantId, RunFilters.Of(call, call.Limit(), call.Query("cursor")), call.Stop);
        await call.JsonAsync(call.Told(page));
    }

    static async Task Throughput(Call call)
    {
        call.CheckQueryNames();
        await call.MinPositionAsync();
        var to = call.QueryTime("to") ?? call.Backend.Clock.GetUtcNow();
        var from = call.QueryTime("from") ?? to.AddHours(-1);
        var by = call.Query("by") ?? "minute";
        if (by is not ("minute" or "hour" or "day"))
            throw Call.InvalidParameter("by", "is minute, hour or day");
        var most = by == "minute" ? 7 : 366;
        if (to - from > TimeSpan.FromDays(most))
            throw Call.InvalidParameter("from", $"must lie within {most} days before to");
        var minutes = await call.Backend.Runs.ThroughputAsync(call.Caller.TenantId, call.Query("planId"), from, to, by, call.Stop);
        await call.JsonAsync(new { items = call.Told(minutes) });
    }

    static async Task Find(Call call)
    {
        await call.MinPositionAsync();
        var runId = call.Route("runId");
        var shown = await call.Backend.Existence.FindAsync(call.Caller.TenantId, new Resource("run", runId), runId,
            async () => await call.Backend.Runs.FindAsync(call.Caller.TenantId, runId, call.Stop) is { } run ? new Shown(run, Pending: null) : null,
            command => new Shown(Run: null, command), call.Stop) ?? throw new ProblemException(Problems.RunNotFound);
        if (shown.Run is { } found)
            await TellAsync(call, found, status: 200);
        else
            await call.JsonAsync(new { runId, status = "PENDING", substatus = "ACCEPTED", queuedAt = shown.Pending!.AcceptedAt, steps = Array.Empty<object>() });
    }

    sealed record Shown(Fresh<RunDetail>? Run, RecentCommand? Pending);

    public static async Task TellAsync(Call call, Fresh<RunDetail> fresh, int status)
    {
        var detail = call.Told(fresh);
        var run = detail.Snapshot;
        await call.JsonAsync(new
        {
            run.RunId,
            run.PlanId,
            run.PlanVersion,
            run.PlanDigest,
            run.Status,
            run.Substatus,
            run.Seq,
            run.Input,
            run.Context,
            Lineage = run.Lineage is { } lineage ? LineageOf(lineage) : null,
            detail.Actor,
            detail.CorrelationId,
            run.QueuedAt,
            run.StartedAt,
            run.EndedAt,
            run.Steps,
            run.Output,
            run.Error,
            run.FailedStepId,
            run.CompensationError,
            run.Cost,
            run.Budget,
            run.Concurrency,
            continuedFromRunId = run.Lineage?.Continued is { } continued && continued.RunId == run.Lineage.ParentRunId ? continued.RunId : null,
            run.ContinuedAsRunId,
            run.Alerts,
            run.HeldSignals,
            detail.SnapshotHash,
        }, status);
    }

    static object LineageOf(RunLineage lineage) => new
    {
        lineage.OriginRunId,
        lineage.ParentRunId,
        lineage.RunAttempt,
        lineage.Continued,
        lineage.Above?.RootRunId,
        ParentStepId = lineage.Above?.StepId,
        ParentAttempt = lineage.Above?.Attempt,
    };

    /// <summary>Throws 404 when the run surely is not there, 503 when nobody can tell.</summary>
    public static async Task<bool> MustExistAsync(Call call, string runId)
    {
        var exists = await call.Backend.Existence.FindAsync(call.Caller.TenantId, new Resource("run", runId), runId,
            async () => await call.Backend.Runs.ExistsAsync(call.Caller.TenantId, runId, call.Stop) ? "decided" : null, _ => "pending", call.Stop);
        return exists switch
        {
            null => throw new ProblemException(Problems.RunNotFound),
            "decided" => true,
            _ => false,
        };
    }

    static async Task Events(Call call)
    {
        call.CheckQueryNames();
        await call.MinPositionAsync();
        var runId = call.Route("runId");
        await MustExistAsync(call, runId);
        string accept = call.Http.Request.Headers.Accept.ToString();
        if (accept.Contains(Ndjson, StringComparison.OrdinalIgnoreCase))
        {
            await StreamAllAsync(call, runId);
            return;
        }
        var page = await call.Backend.Runs.EventsAsync(call.Caller.TenantId, runId, call.Query("cursor"), call.Limit(), call.Stop);
        var events = page is null ? new Page<RunEventView>([], NextCursor: null) : call.Told(page);
        if (!accept.Contains(CloudEvents, StringComparison.OrdinalIgnoreCase))
        {
            await call.JsonAsync(events);
            return;
        }
        if (events.NextCursor is { } next)
            call.Http.Response.Headers.Link = $"</v1/runs/{Uri.EscapeDataString(runId)}/events?limit={call.Limit()}&cursor={next}>; rel=\"next\"";
        call.Http.Response.ContentType = CloudEvents;
        await JsonSerializer.SerializeAsync(call.Http.Response.BodyWriter, events.Items.Select(e => CloudEvent(call, e)), ContractsJson.Options, call.Stop);
    }

    /// <summary>Source, id and type as in webhooks; an emitted event has those that its plan gave it, and its data.</summary>
    static object CloudEvent(Call call, RunEventView e)
    {
        var isEmitted = e.Type == EventTypes.Emitted;
        return new
        {
            specversion = "1.0",
            id = (isEmitted ? Text(e, "eventId") : null) ?? e.EventId.ToString(),
            source = $"/v1/tenants/{call.Caller.TenantId}/runs/{Uri.EscapeDataString(e.RunId)}",
            type = (isEmitted ? Text(e, "type") : null) ?? EventTypes.Prefix + EventTypes.NameOf(e.Type),
            subject = (isEmitted ? Text(e, "subject") : null) ?? e.StepId,
            time = e.OccurredAt,
            datacontenttype = "application/json",
            dataschema = isEmitted ? Text(e, "dataSchema") : null,
            sequence = e.Seq.ToString("D20", System.Globalization.CultureInfo.InvariantCulture),
            data = !isEmitted ? e : e.Data.TryGetProperty("data", out var data) ? data : (object?)null,
        };
    }

    static string? Text(RunEventView e, string name) =>
        e.Data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    static async Task StreamAllAsync(Call call, string runId)
    {
        var response = call.Http.Response;
        response.ContentType = Ndjson;
        call.Position(await call.Backend.Freshness.CurrentAsync(call.Stop));
        await foreach (var e in call.Backend.Runs.AllEventsAsync(call.Caller.TenantId, runId, afterSeq: 0, call.Stop))
        {
            using (var line = new Utf8JsonWriter(response.BodyWriter, new() { Encoder = ContractsJson.Options.Encoder }))
                JsonSerializer.Serialize(line, e, ContractsJson.Options);
            response.BodyWriter.Write("\n"u8);
            // Flushed now and then: the pipe then holds the reader's pace, whatever the length.
            if (response.BodyWriter.UnflushedBytes > 32 * 1024)
                await response.BodyWriter.FlushAsync(call.Stop);
        }
        await response.BodyWriter.FlushAsync(call.Stop);
    }

    static async Task Timeline(Call call)
    {
        await call.MinPositionAsync();
        var runId = call.Route("runId");
        await MustExistAsync(call, runId);
        var timeline = await call.Backend.Runs.TimelineAsync(call.Caller.TenantId, runId, call.Stop)
            ?? throw new ProblemException(Problems.ViewBehind) { RetryAfter = 1 };
        await call.JsonAsync(call.Told(timeline));
    }

    static async Task Stream(Call call)
    {
        var runId = call.Route("runId");
        string? given = call.Http.Request.Headers["Last-Event-ID"];
        var after = long.TryParse(given, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var seq) ? seq : 0;
        await MustExistAsync(call, runId);
        await call.Backend.Live.FollowRunAsync(call, runId, after);
    }
}
