using Dvt.Contracts;
using Dvt.Engine.Runs;
using Dvt.Pipeline;

namespace Dvt.Workers.Runs;

/// <summary>
/// Bulk jobs that wait for a second person: one word for all of a job's signals, by the rules that hold for a single one. What is
/// approved is sent like any other job's, and each decision record names who approved.
/// </summary>
static class BulkReviews
{
    /// <summary>Status of a job that waits.</summary>
    public const string Held = "held";

    const int MaxReason = 1_000;

    public static void Decide(RunBatch work, Delivery delivery, BulkJobRow? job, ReviewBulkJob c, DateTimeOffset now)
    {
        if (job is null or { Status: "selecting" } or { Definition: null })
            work.Refuse(delivery, "BULK_JOB_NOT_FOUND", $"there is no bulk job {delivery.Envelope.Key}");
        else if (job.Status != Held)
            Decided(work, delivery, job.Definition, c);
        else if (Denied(job.Definition, c) is { } denied)
            work.Refuse(delivery, "AUTHZ_DENIED", denied);
        else if (c.Reason is { Length: > MaxReason })
            work.Refuse(delivery, SignalShape.InvalidPayload, $"reason is longer than {MaxReason} characters");
        else if (job.NextAt <= now)
            work.Refuse(delivery, "SIGNAL_DECIDED", "nobody decided in time");
        else
        {
            work.Save(c.Approves
                    ? job with { Seq = job.Seq + 1, Status = "running", Definition = job.Definition with { ApprovedBy = c.Person }, NextAt = now }
                    : job with { Seq = job.Seq + 1, Status = "completed", NextAt = null },
                delivery, c.Approves ? new BulkJobApproved(c.Person, c.Reason) : new BulkJobRejected("REVISION_REJECTED", c.Person, c.Reason), now);
            BulkJobs.Answer(work, delivery);
        }
    }

    static string? Denied(StartBulkJob job, ReviewBulkJob c) => !SignalShape.Allows(job.SignalType, c.Roles)
        ? $"your roles do not allow {job.SignalType}"
        : c.Approves && c.Person == job.Person ? "who asked for a job may not approve it" : null;

    static void Decided(RunBatch work, Delivery delivery, StartBulkJob job, ReviewBulkJob c)
    {
        if (c.Approves && job.ApprovedBy == c.Person)
            BulkJobs.Finish(work, delivery);
        else
            work.Refuse(delivery, "SIGNAL_DECIDED", "the job does not wait for a second person");
    }

    /// <summary>Nobody approved in time.</summary>
    public static void Expire(RunBatch work, Delivery delivery, BulkJobRow job, DateTimeOffset now) =>
        work.Save(job with { Seq = job.Seq + 1, Status = "completed", NextAt = null }, delivery, new BulkJobRejected("REVISION_EXPIRED", By: null, Reason: null), now);
}
