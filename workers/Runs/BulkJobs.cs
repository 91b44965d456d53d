using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;

namespace Dvt.Workers.Runs;

/// <summary>
/// Bulk jobs: a selection comes in parts, then the job, then a timer drives it on. A signal's ids follow from job and run, so
/// that a signal sent twice is one signal; at the end each is looked for in the log, and what a crash lost is sent again.
/// </summary>
static class BulkJobs
{
    static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);
    /// <summary>The timer goes by the database's clock, which ours follows only so closely.</summary>
    static readonly TimeSpan Early = TimeSpan.FromMilliseconds(250);

    static readonly TimeSpan LookLater = TimeSpan.FromMinutes(5);

    public static bool Knows(string type) => type is nameof(SelectRuns) or nameof(StartBulkJob) or nameof(RecordBulkStart) or nameof(CancelBulkJob) or nameof(ReviewBulkJob) or nameof(DriveBulkJob);

    public static async Task DecideAsync(RunBatch work, Delivery delivery, NpgsqlDataSource postgres, DateTimeOffset now, CancellationToken stop)
    {
        var envelope = delivery.Envelope;
        if (envelope.Resource is not null && work.Earlier.Of(delivery) is { } before)
        {
            work.Answer(delivery, before);
            return;
        }
        var job = work.SavedBulkJob(envelope.TenantId, envelope.Key) ?? await BulkJobTable.FindAsync(postgres, envelope.TenantId, envelope.Key, stop);
        switch (envelope.Type)
        {
            case nameof(SelectRuns):
                Select(work, delivery, job, ContractsJson.Read<SelectRuns>(envelope.Body), now);
                break;
            case nameof(StartBulkJob):
                await StartAsync(work, delivery, job, ContractsJson.Read<StartBulkJob>(envelope.Body), postgres, now, stop);
                break;
            case nameof(RecordBulkStart):
                Record(work, delivery, job, ContractsJson.Read<RecordBulkStart>(envelope.Body), now);
                break;
            case nameof(ReviewBulkJob):
                BulkReviews.Decide(work, delivery, job, ContractsJson.Read<ReviewBulkJob>(envelope.Body), now);
                break;
            case nameof(CancelBulkJob):
                Cancel(work, delivery, job, now);
                break;
            default:
                await DriveAsync(work, delivery, job, postgres, now, stop);
                break;
        }
    }

    static void Select(RunBatch work, Delivery delivery, BulkJobRow? job, SelectRuns part, DateTimeOffset now)
    {
        if (job is { Status: not "selecting" })
        {
            // The request was repeated and the job is on its way: the first selection stands.
            Finish(work, delivery);
            return;
        }
        var row = job ?? new(delivery.Envelope.TenantId, part.BulkJobId, CommandId: null, Seq: 0, "selecting", Definition: null, delivery.Envelope.Actor);
        work.Save(part, row.TenantId);
        work.Save(row with { Seq = row.Seq + 1 }, delivery, new BulkRunsSelected(part.SelectionId, part.Part, part.RunIds), now);
        Answer(work, delivery);
    }

    static async Task StartAsync(
        RunBatch work, Delivery delivery, BulkJobRow? job, StartBulkJob c, NpgsqlDataSource postgres, DateTimeOffset now, CancellationToken stop)
    {
        var envelope = delivery.Envelope;
        if (job is { Status: not "selecting" })
        {
            if (c.UndoOf is not null)
                Finish(work, delivery);
            else
                work.RefuseKey(delivery);
            return;
        }
        var selected = work.SelectedHere(envelope.TenantId, c.SelectionId)
            + (c.Total == 0 ? 0 : await BulkJobTable.SelectedAsync(postgres, envelope.TenantId, c.BulkJobId, c.SelectionId, stop));
        if (selected != c.Total)
        {
            work.Refuse(delivery, "SELECTION_INCOMPLETE", $"{selected} of {c.Total} runs have come in");
            return;
        }
        var row = job ?? new(envelope.TenantId, c.BulkJobId, CommandId: null, Seq: 0, "selecting", Definition: null, envelope.Actor);
        DateTimeOffset? heldUntil = c.HeldSeconds is { } seconds ? now.AddSeconds(seconds) : null;
        work.Save(row with
        {
            Seq = row.Seq + 1,
            CommandId = envelope.Id,
            Status = heldUntil is null ? "running" : BulkReviews.Held,
            Definition = c,
            Actor = envelope.Actor,
            Until = c.Total,
            NextAt = heldUntil ?? now,
        }, delivery, new BulkJobStarted(c.SelectionId, c.Total, c.SignalType, c.Reason, c.Payload, c.RatePerSecond, c.Filter, c.UndoOf, heldUntil), now);
        Answer(work, delivery);
    }

    static void Record(RunBatch work, Delivery delivery, BulkJobRow? job, RecordBulkStart c, DateTimeOffset now)
    {
        var envelope = delivery.Envelope;
        if (job is not null)
        {
            work.RefuseKey(delivery);
            return;
        }
        work.Save(new(envelope.TenantId, c.BulkJobId, envelope.Id, Seq: 1, "completed", Definition: null, envelope.Actor), delivery,
            new BulkStartRecorded(c.RunIds, c.CommandIds), now);
        Answer(work, delivery);
    }

    static void Cancel(RunBatch work, Delivery delivery, BulkJobRow? job, DateTimeOffset now)
    {
        if (job is null or { Status: "selecting" })
            work.Refuse(delivery, "BULK_JOB_NOT_FOUND", $"there is no bulk job {delivery.Envelope.Key}");
        else if (job.Status == "completed")
            work.Refuse(delivery, "BULK_JOB_ENDED", "the job has come to its end");
        else if (job.Until == job.Sent)
            Finish(work, delivery);
        else
        {
            work.Save(job with { Seq = job.Seq + 1, Status = "running", Until = job.Sent, NextAt = now }, delivery, new BulkJobCancelled(job.Sent), now);
            Answer(work, delivery);
        }
    }

    static async Task DriveAsync(RunBatch work, Delivery delivery, BulkJobRow? job, NpgsqlDataSource postgres, DateTimeOffset now, CancellationToken stop)
    {
        // A message that was delivered twice finds the pace kept already.
        if (job is not { Status: "running" or BulkReviews.Held } || job.NextAt > now + Early)
            return;
        if (job.Status == BulkReviews.Held)
            BulkReviews.Expire(work, delivery, job, now);
        else if (job.Sent < job.Until)
            await SendAsync(work, delivery, job, postgres, now, stop);
        else if (job.Checked < job.Until)
            await CheckAsync(work, delivery, job, postgres, now, stop);
        else
            work.Save(job with { Seq = job.Seq + 1, Status = "completed", NextAt = null }, delivery, new BulkJobCompleted(job.Sent), now);
    }

    static async Task SendAsync(RunBatch work, Delivery delivery, BulkJobRow job, NpgsqlDataSource postgres, DateTimeOffset now, CancellationToken stop)
    {
        var c = job.Definition!;
        var runs = (await FromAsync(work, job, job.Sent, postgres, stop)).Take(Math.Min(c.RatePerSecond, job.Until - job.Sent)).ToList();
        foreach (var runId in runs)
            Send(work, delivery, job, runId, now);
        RunMeters.BulkSignals.Add(runs.Count);
        var sent = job.Sent + runs.Count;
        var pause = sent < job.Until ? TimeSpan.FromSeconds((double)runs.Count / c.RatePerSecond) : LookAgain;
        work.Save(job with { Seq = job.Seq + 1, Sent = sent, NextAt = now + pause }, delivery, new BulkJobAdvanced(sent), now);
    }

    static async Task CheckAsync(RunBatch work, Delivery delivery, BulkJobRow job, NpgsqlDataSource postgres, DateTimeOffset now, CancellationToken stop)
    {
        var runs = (await FromAsync(work, job, job.Checked, postgres, stop)).Take(job.Until - job.Checked).ToList();
        var decided = await BulkJobTable.DecidedAsync(postgres, job.TenantId, [.. runs.Select(r => StreamOf(job, r))], stop);
        var missing = runs.FindAll(r => !decided.Contains(StreamOf(job, r)));
        foreach (var runId in missing)
            Send(work, delivery, job, runId, now);
        // What is missing may only wait behind a dead letter: it is told again, but less and less often.
        var pause = LookAgain * Math.Pow(2, Math.Min(job.Tries, 10));
        work.Save(missing.Count == 0
            ? job with { Checked = job.Checked + runs.Count, Tries = 0, NextAt = now }
            : job with { Tries = job.Tries + 1, NextAt = now + (pause < LookLater ? pause : LookLater) }, delivery, e: null, now);
    }

    /// <summary>The rest of the part that the place falls into.</summary>
    static async Task<IEnumerable<string>> FromAsync(RunBatch work, BulkJobRow job, int place, NpgsqlDataSource postgres, CancellationToken stop)
    {
        var part = place / SelectRuns.MaxPart;
        IReadOnlyList<string> runs = work.PartHere(job, part) ?? await BulkJobTable.PartAsync(postgres, job, part, stop);
        return runs.Skip(place % SelectRuns.MaxPart);
    }

    static string StreamOf(BulkJobRow job, string runId) =>
        $"decision-{NamedId.Of("decision", BulkIds.Command(job.TenantId, job.JobId, runId).ToString())}";

    static void Send(RunBatch work, Delivery delivery, BulkJobRow job, string runId, DateTimeOffset now)
    {
        var c = job.Definition!;
        var signal = new SignalRun(
            runId, BulkIds.Signal(job.JobId, runId), c.SignalType, c.Reason, c.Payload, c.Roles, c.Person, HeldSeconds: null, job.JobId,
            c.UndoOf is null ? null : BulkIds.Signal(c.UndoOf, runId), c.ApprovedBy);
        work.Send(Slot.Queue(Slot.Of(Domain.Runs, job.TenantId, runId)), new Envelope(
            BulkIds.Command(job.TenantId, job.JobId, runId), nameof(SignalRun), job.TenantId, runId, job.Actor, now,
            ContractsJson.Element(signal), delivery.Envelope.CorrelationId, Spans.Current, ReplyTo: null, new Resource("run", runId)));
    }

    internal static void Finish(RunBatch work, Delivery delivery)
    {
        work.Finish(delivery, new CommandDone(delivery.Envelope.Type, delivery.Envelope.Resource));
        Answer(work, delivery);
    }

    internal static void Answer(RunBatch work, Delivery delivery) =>
        work.Answer(delivery, new Outcome(delivery.Envelope.Id, Outcome.Done, Resource: delivery.Envelope.Resource));
}
