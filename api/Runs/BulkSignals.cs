using System.Text.Json;
using Dvt.Contracts;
using Dvt.ReadModels;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

/// <summary>Signals to many runs, and the jobs that carry them.</summary>
static class BulkSignals
{
    const int UsualRate = 100;

    const string Example = """{"filter":{"planId":"hello","status":"RUNNING"},"type":"PAUSE","reason":"supplier is down","dryRun":true}""";

    static readonly ProblemKind[] Reviewing = [Problems.BulkJobNotFound, Problems.SignalDecided, Problems.AuthzDenied, Problems.SignalInvalidPayload];

    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Post("/v1/runs/bulk-signals", Permission.SignalRuns, Send, "Signal every run that a filter chooses, at a steady rate") with
        {
            Body = "BulkSignal", Answer = "BulkSignalAnswer", Queues = true, Example = Example,
            Description = "The runs are chosen when the request is accepted, as the view of runs has them. With `dryRun` nothing is sent: the answer tells how many there are and what would be refused.",
            Problems = [Problems.AuthzDenied, Problems.ReasonRequired, Problems.SignalInvalidPayload, Problems.TooManyRuns],
        },
        Get("/v1/bulk-jobs", Permission.ReadRuns, List, "List bulk jobs, the newest first") with { Answer = "BulkJobList", Lists = true, Reads = true },
        Get("/v1/bulk-jobs/{bulkJobId}", Permission.ReadRuns, Find, "A bulk job and how far it is") with
        {
            Answer = "BulkJob", Reads = true, Problems = [Problems.BulkJobNotFound, Problems.ViewBehind],
        },
        Get("/v1/bulk-jobs/{bulkJobId}/results", Permission.ReadRuns, Results, "What a bulk job came to for each run so far") with
        {
            Answer = "BulkResultList", Lists = true, Reads = true, Problems = [Problems.BulkJobNotFound, Problems.ViewBehind],
        },
        Post("/v1/bulk-jobs/{bulkJobId}/cancel", Permission.SignalRuns, Cancel, "Send no further signal; what was sent stays sent") with
        {
            Body = "Nothing", BodyOptional = true, Answer = "BulkJob", Queues = true, Problems = [Problems.BulkJobNotFound, Problems.BulkJobEnded],
        },
        Post("/v1/bulk-jobs/{bulkJobId}/approve", Permission.SignalRuns, Approve, "Approve a job that waits for a second person, all of its signals at once; not one's own") with
        {
            Body = "SignalReview", BodyOptional = true, Answer = "BulkJob", Queues = true, Problems = Reviewing, Example = """{"reason":"checked with finance"}""",
        },
        Post("/v1/bulk-jobs/{bulkJobId}/reject", Permission.SignalRuns, Reject, "Reject a job that waits for a second person, or withdraw one's own") with
        {
            Body = "SignalReview", BodyOptional = true, Answer = "BulkJob", Queues = true, Problems = Reviewing, Example = """{"reason":"wrong plan"}""",
        },
        Post("/v1/bulk-jobs/{bulkJobId}/undo", Permission.SignalRuns, Undo, "Take back what a job of PAUSE or RESUME has changed, by a job of the opposite") with
        {
            Body = "SignalReview", BodyOptional = true, Answer = "BulkJob", Queues = true,
            Description = "Only runs that the job really changed are signalled, and a pause that somebody else has put in its place meanwhile stays.",
            Problems = [Problems.BulkJobNotFound, Problems.BulkJobRunning, Problems.BulkNotUndoable, Problems.AuthzDenied, Problems.ViewBehind],
        },
    ];

    static async Task Send(Call call)
    {
        var body = await call.BodyAsync();
        var (type, reason, payload, filter) = (body.Text("type")!, body.Text("reason"), body.Element("payload"), body.Json.GetProperty("filter"));
        var rate = body.Element("ratePerSecond")?.GetInt32() ?? UsualRate;
        BulkSelection.Judge(call.Caller, type, reason, payload);
        var selection = await BulkSelection.OfAsync(call, filter, type);
        if (body.Element("dryRun") is { ValueKind: JsonValueKind.True })
        {
            await call.JsonAsync(new
            {
                dryRun = true,
                count = selection.RunIds.Count,
                selection.ByStatus,
                wouldRefuse = selection.Refused.Select(r => new { code = r.Key, count = r.Value }),
                selection.WithoutEffect,
                needsSecondPerson = call.Caller.HeldSeconds(type) is not null,
                seconds = (selection.RunIds.Count + rate - 1) / rate,
                selection.Sample,
            });
            return;
        }
        await StartAsync(call, body.Ids, selection.RunIds, (selectionId, jobId) => new StartBulkJob(
            jobId, selectionId, selection.RunIds.Count, type, reason, payload, rate, call.Caller.Roles, call.Caller.Person, filter,
            HeldSeconds: call.Caller.HeldSeconds(type)));
    }

    /// <summary>Sends the parts and behind them, through the same queue, the job.</summary>
    static async Task StartAsync(Call call, RequestIds ids, List<string> runIds, Func<string, string, StartBulkJob> make)
    {
        var (jobId, selectionId) = (ids.KeyId.ToString(), Guid.CreateVersion7().ToString());
        var resource = new Resource("bulk-job", jobId);
        foreach (var (runs, part) in runIds.Chunk(SelectRuns.MaxPart).Select((runs, part) => (runs, part)))
            await call.Backend.Mediator.Send(
                Submit.Of(call, new SelectRuns(jobId, selectionId, part, runs), jobId, new(ids.KeyId, NamedId.Of(selectionId, $"{part}"), Keyed: false), resource, wait: null),
                call.Stop);
        await AnswerAsync(call, Submit.Of(call, make(selectionId, jobId), jobId, ids, resource, call.Wait()), jobId);
    }

    static Task AnswerAsync(Call call, Submit order, string jobId) => call.AnswerAsync(order, $"/v1/bulk-jobs/{jobId}", async _ =>
        await call.JsonAsync(call.Told(await call.Backend.BulkJobs.FindAsync(call.Caller.TenantId, jobId, call.Stop) ?? throw new ProblemException(Problems.BulkJobNotFound))));

    static async Task List(Call call)
    {
        call.CheckQueryNames();
        await call.MinPositionAsync();
        await call.JsonAsync(call.Told(await call.Backend.BulkJobs.ListAsync(call.Caller.TenantId, call.Limit(), call.Query("cursor"), call.Stop)));
    }

    static async Task Find(Call call)
    {
        await call.MinPositionAsync();
        var jobId = call.Route("bulkJobId");
        var shown = await FindAsync(call, jobId);
        if (shown.Job is { } job)
            await call.JsonAsync(call.Told(job));
        else
            await call.JsonAsync(new { bulkJobId = jobId, status = "ACCEPTED", createdAt = shown.Pending!.AcceptedAt });
    }

    sealed record Shown(Fresh<BulkJobShown>? Job, RecentCommand? Pending);

    static async Task<Shown> FindAsync(Call call, string jobId) => await call.Backend.Existence.FindAsync(
        call.Caller.TenantId, new Resource("bulk-job", jobId), jobId,
        async () => await call.Backend.BulkJobs.FindAsync(call.Caller.TenantId, jobId, call.Stop) is { } job ? new Shown(job, Pending: null) : null,
        command => new Shown(Job: null, command), call.Stop) ?? throw new ProblemException(Problems.BulkJobNotFound);

    static async Task Results(Call call)
    {
        call.CheckQueryNames();
        await call.MinPositionAsync();
        var (jobId, limit) = (call.Route("bulkJobId"), call.Limit());
        await FindAsync(call, jobId);
        await call.JsonAsync(call.Told(await call.Backend.BulkJobs.ResultsAsync(call.Caller.TenantId, jobId, changedOnly: false, limit, call.Query("cursor"), call.Stop)));
    }

    static async Task Cancel(Call call)
    {
        var body = await call.BodyAsync();
        var jobId = call.Route("bulkJobId");
        await FindAsync(call, jobId);
        await AnswerAsync(call, Submit.Of(call, new CancelBulkJob(jobId), jobId, body.Ids, new Resource("bulk-job", jobId), call.Wait()), jobId);
    }

    static Task Approve(Call call) => ReviewAsync(call, approves: true);

    static Task Reject(Call call) => ReviewAsync(call, approves: false);

    static async Task ReviewAsync(Call call, bool approves)
    {
        var body = await call.BodyAsync();
        var jobId = call.Route("bulkJobId");
        await FindAsync(call, jobId);
        await AnswerAsync(call, Submit.Of(
            call, new ReviewBulkJob(jobId, approves, body.Text("reason"), call.Caller.Roles, call.Caller.Person), jobId, body.Ids, new Resource("bulk-job", jobId), call.Wait()), jobId);
    }

    static async Task Undo(Call call)
    {
        var body = await call.BodyAsync();
        var jobId = call.Route("bulkJobId");
        var job = (await FindAsync(call, jobId)).Job?.Value ?? throw new ProblemException(Problems.BulkJobRunning);
        var type = job.Type switch
        {
            SignalTypes.Pause => SignalTypes.Resume,
            SignalTypes.Resume => SignalTypes.Pause,
            _ => throw new ProblemException(Problems.BulkNotUndoable, "Only jobs of PAUSE and RESUME can be taken back."),
        };
        if (job.FinishedAt is null)
            throw new ProblemException(Problems.BulkJobRunning);
        if (job.Decided < job.Sent)
            throw new ProblemException(Problems.ViewBehind, "Not all of the job's decisions are visible yet.") { RetryAfter = 1 };
        var reason = body.Text("reason") ?? $"undo of bulk job {jobId}";
        BulkSelection.Judge(call.Caller, type, reason, payload: null);
        var runIds = await ChangedAsync(call, jobId);
        var undoId = Guid.Parse(BulkIds.Undo(jobId));
        // Its ids follow from the job's, so that what is asked twice is done once.
        await StartAsync(call, new(undoId, NamedId.Of(undoId.ToString(), "start"), Keyed: true), runIds, (selectionId, id) => new StartBulkJob(
            id, selectionId, runIds.Count, type, reason, Payload: null, job.RatePerSecond ?? UsualRate, call.Caller.Roles, call.Caller.Person, UndoOf: jobId,
            HeldSeconds: call.Caller.HeldSeconds(type)));
    }

    static async Task<List<string>> ChangedAsync(Call call, string jobId)
    {
        var runIds = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await call.Backend.BulkJobs.ResultsAsync(call.Caller.TenantId, jobId, changedOnly: true, RunQueries.MaxSelected, cursor, call.Stop)).Value;
            runIds.AddRange(page.Items.Select(r => r.RunId));
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        return runIds;
    }
}
