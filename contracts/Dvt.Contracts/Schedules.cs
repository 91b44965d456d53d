using System.Text.Json;

namespace Dvt.Contracts;

/// <param name="Version">Null for the newest published one at the moment of starting.</param>
/// <param name="Digest">When given, the plan must have it.</param>
public sealed record PlanRef(string PlanId, string? Version = null, string? Digest = null);

/// <summary>When to start runs of a plan by itself.</summary>
/// <param name="Cron">Quartz cron of 6 or 7 fields, or Unix cron of 5; read by the clocks of <paramref name="TimeZone"/>.</param>
/// <param name="TimeZone">IANA name, such as <c>America/Santo_Domingo</c>.</param>
/// <param name="Input">Of every run; canonical JSON.</param>
/// <param name="CatchUp">One of <see cref="CatchUps"/>.</param>
/// <param name="Jitter">ISO 8601 duration by which a start may be late on purpose; null for none.</param>
/// <param name="StartedBy">Persons whose hand it is, <c>user:id</c>: who created it and who changed it. They count as having started its runs.</param>
public sealed record ScheduleDefinition(
    PlanRef PlanRef,
    string Cron,
    string TimeZone,
    JsonElement Input,
    string CatchUp = CatchUps.None,
    string? Jitter = null,
    bool Enabled = true,
    string? Name = null,
    IReadOnlyList<string>? StartedBy = null)
{
    public ScheduleDefinition By(string? person) =>
        person is null || StartedBy?.Contains(person) == true ? this : this with { StartedBy = [.. StartedBy ?? [], person] };
}

/// <summary>What becomes of occurrences that nobody was there to start.</summary>
public static class CatchUps
{
    /// <summary>They are left out.</summary>
    public const string None = "none";

    /// <summary>The last of them is started.</summary>
    public const string Last = "last";

    /// <summary>Each of them is started, oldest first.</summary>
    public const string All = "all";
}

public sealed record CreateSchedule(string ScheduleId, ScheduleDefinition Definition) : ICommand
{
    public static Domain Domain => Domain.Runs;
}

/// <summary>Changes what is given; null leaves as it is.</summary>
/// <param name="ExpectedRevision">From <c>If-Match</c>: the schedule must have this revision.</param>
/// <param name="Person">Who changes it, <c>user:id</c>.</param>
public sealed record ChangeSchedule(
    string ScheduleId,
    PlanRef? PlanRef,
    string? Cron,
    string? TimeZone,
    JsonElement? Input,
    string? CatchUp,
    string? Jitter,
    bool? Enabled,
    string? Name,
    long? ExpectedRevision,
    string? Person = null) : ICommand
{
    public static Domain Domain => Domain.Runs;

    public ScheduleDefinition ApplyTo(ScheduleDefinition known) => new(
        PlanRef ?? known.PlanRef, Cron ?? known.Cron, TimeZone ?? known.TimeZone, Input ?? known.Input, CatchUp ?? known.CatchUp,
        Jitter ?? known.Jitter, Enabled ?? known.Enabled, Name ?? known.Name, known.StartedBy);
}

public sealed record DeleteSchedule(string ScheduleId, long? ExpectedRevision) : ICommand
{
    public static Domain Domain => Domain.Runs;
}

/// <summary>Starts a run for each occurrence of a range that has none yet.</summary>
/// <param name="From">Inclusive.</param>
/// <param name="To">Exclusive; not in the future.</param>
/// <param name="Person">Who asks for it, <c>user:id</c>: behind these runs besides those whose hand the schedule is.</param>
public sealed record BackfillSchedule(string ScheduleId, DateTimeOffset From, DateTimeOffset To, string? Person = null) : ICommand
{
    public static Domain Domain => Domain.Runs;
}

/// <param name="Revision">Grows with each change of the definition; its ETag.</param>
public sealed record ScheduleCreated(string ScheduleId, ScheduleDefinition Definition, long Revision) : IEvent;

public sealed record ScheduleChanged(string ScheduleId, ScheduleDefinition Definition, long Revision) : IEvent;

public sealed record ScheduleDeleted(string ScheduleId, long Revision) : IEvent;

/// <param name="Occurrences">How many the range has; those that had a run before are among them.</param>
public sealed record ScheduleBackfilled(string ScheduleId, DateTimeOffset From, DateTimeOffset To, int Occurrences) : IEvent;
