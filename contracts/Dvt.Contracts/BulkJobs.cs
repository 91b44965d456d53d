using System.Text.Json;

namespace Dvt.Contracts;

/// <summary>One part of the runs that a bulk job is about, in order; the job itself follows behind the last part.</summary>
/// <param name="SelectionId">Of one choosing of runs: a request that is repeated chooses anew.</param>
/// <param name="Part">From 0.</param>
public sealed record SelectRuns(string BulkJobId, string SelectionId, int Part, IReadOnlyList<string> RunIds) : ICommand
{
    public static Domain Domain => Domain.Runs;

    /// <summary>Runs of one part, at the most; only the last part has fewer.</summary>
    public const int MaxPart = 500;
}

/// <summary>Signals every selected run, so many a second.</summary>
/// <param name="Total">Runs of the selection.</param>
/// <param name="Roles">Of the sender: each signal is judged by them.</param>
/// <param name="Filter">By which the runs were chosen, to be shown.</param>
/// <param name="UndoOf">The job whose changes this one takes back.</param>
/// <param name="HeldSeconds">When set, the job waits so long for a second person before it signals anybody.</param>
/// <param name="ApprovedBy">The second person, once there was one.</param>
public sealed record StartBulkJob(
    string BulkJobId, string SelectionId, int Total, string SignalType, string? Reason, JsonElement? Payload, int RatePerSecond,
    IReadOnlyList<string> Roles, string Person, JsonElement? Filter = null, string? UndoOf = null, int? HeldSeconds = null,
    string? ApprovedBy = null) : ICommand
{
    public static Domain Domain => Domain.Runs;
}

/// <summary>Keeps the record of runs that were started together.</summary>
public sealed record RecordBulkStart(string BulkJobId, IReadOnlyList<string> RunIds, IReadOnlyList<Guid> CommandIds) : ICommand
{
    public static Domain Domain => Domain.Runs;
}

/// <summary>No further run is signalled; what was sent stays sent.</summary>
public sealed record CancelBulkJob(string BulkJobId) : ICommand
{
    public static Domain Domain => Domain.Runs;
}

/// <summary>The second person's word about a job that waits for one: it holds for all of its signals.</summary>
/// <param name="Person"><c>user:id</c>; who asked for the job may not approve it.</param>
public sealed record ReviewBulkJob(string BulkJobId, bool Approves, string? Reason, IReadOnlyList<string> Roles, string Person) : ICommand
{
    public static Domain Domain => Domain.Runs;
}

/// <summary>The job's next runs are due.</summary>
public sealed record DriveBulkJob(string BulkJobId) : ICommand
{
    public static Domain Domain => Domain.Runs;
}

public sealed record BulkRunsSelected(string SelectionId, int Part, IReadOnlyList<string> RunIds) : IEvent;

public sealed record BulkJobStarted(
    string SelectionId, int Total, string SignalType, string? Reason, JsonElement? Payload, int RatePerSecond, JsonElement? Filter,
    string? UndoOf, DateTimeOffset? HeldUntil = null) : IEvent;

/// <summary>A second person agreed: from now on the job signals its runs.</summary>
/// <param name="By">Person, <c>user:id</c>.</param>
public sealed record BulkJobApproved(string By, string? Reason) : IEvent;

/// <summary>The job will signal nobody.</summary>
/// <param name="Code"><c>REVISION_REJECTED</c>, or <c>REVISION_EXPIRED</c> when nobody decided in time.</param>
/// <param name="By">Person; null for time.</param>
public sealed record BulkJobRejected(string Code, string? By, string? Reason) : IEvent;

/// <summary>Runs that were started together; a record, there is nothing to carry out.</summary>
public sealed record BulkStartRecorded(IReadOnlyList<string> RunIds, IReadOnlyList<Guid> CommandIds) : IEvent;

/// <param name="Sent">So many runs have been sent their signal, all in all.</param>
public sealed record BulkJobAdvanced(int Sent) : IEvent;

public sealed record BulkJobCancelled(int Sent) : IEvent;

/// <summary>Each signal that was sent has been judged.</summary>
public sealed record BulkJobCompleted(int Sent) : IEvent;

/// <summary>Ids that a bulk job gives, the same however often it is carried out.</summary>
public static class BulkIds
{
    public static string Signal(string bulkJobId, string runId) => $"bulk-{NamedId.Of("bulk-signal", bulkJobId, runId)}";

    public static Guid Command(Guid tenantId, string bulkJobId, string runId) => NamedId.Of("bulk-command", tenantId.ToString(), bulkJobId, runId);

    public static string Undo(string bulkJobId) => NamedId.Of("bulk-undo", bulkJobId).ToString();
}
