using System.Globalization;
using Dvt.Contracts;

namespace Dvt.Engine.Schedules;

/// <summary>Occurrences as commands: whoever makes them, and however often, makes the same run.</summary>
public static class OccurrenceRuns
{
    /// <summary><c>{scheduleId}:{occurrence}</c>, such as <c>…:20260301T090000Z</c>.</summary>
    public static string RunIdOf(string scheduleId, DateTimeOffset occurrence) =>
        $"{scheduleId}:{occurrence.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}";

    /// <summary>The moment that a run's id names; null when it names none, as after a run out of turn.</summary>
    public static DateTimeOffset? OccurrenceOf(string runId) => DateTimeOffset.TryParseExact(
        runId[(runId.LastIndexOf(':') + 1)..], "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? moment : null;

    /// <summary>The order that starts the run of an occurrence. Its id names the run too, so that twice the same is one command.</summary>
    /// <param name="again">The order to make up for an occurrence that was refused; null for the occurrence itself. A command that was refused stays refused, so this one has an id of its own.</param>
    public static Envelope Start(
        Guid tenantId, string scheduleId, ScheduleDefinition definition, DateTimeOffset occurrence, DateTimeOffset now, Guid? again = null)
    {
        var runId = RunIdOf(scheduleId, occurrence);
        return new(
            IdOf(tenantId, runId, again), nameof(StartRun), tenantId, runId, $"schedule:{scheduleId}", now,
            ContractsJson.Element(Command(runId, scheduleId, definition, occurrence)), Resource: new Resource("run", runId));
    }

    /// <summary>Of the command that starts the run of an occurrence.</summary>
    public static Guid IdOf(Guid tenantId, string runId, Guid? again = null) => again is { } order
        ? NamedId.Of("occurrence", tenantId.ToString(), runId, order.ToString())
        : NamedId.Of("occurrence", tenantId.ToString(), runId);

    /// <param name="occurrence">Null for a run out of turn.</param>
    public static StartRun Command(string runId, string scheduleId, ScheduleDefinition definition, DateTimeOffset? occurrence)
    {
        var labels = new Dictionary<string, string> { ["schedule"] = scheduleId };
        if (occurrence is { } moment)
            labels["occurrence"] = moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return new(runId, definition.PlanRef.PlanId, definition.PlanRef.Version, definition.PlanRef.Digest, definition.Input, new RunContext(Labels: labels),
            StartedBy: definition.StartedBy);
    }
}
