using System.Globalization;
using Dvt.Contracts;

namespace Dvt.Engine.Schedules;

/// <summary>Occurrences as commands: whoever makes them, and however often, makes the same run.</summary>
public static class OccurrenceRuns
{
    /// <summary><c>{scheduleId}:{occurrence}</c>, such as <c>…:20260301T090000Z</c>.</summary>
    public static string RunIdOf(string scheduleId, DateTimeOffset occurrence) =>
        $"{scheduleId}:{occurrence.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}";

    /// <summary>The order that starts the run of an occurrence. Its id names the run too, so that twice the same is one command.</summary>
    public static Envelope Start(Guid tenantId, string scheduleId, ScheduleDefinition definition, DateTimeOffset occurrence, DateTimeOffset now)
    {
        var runId = RunIdOf(scheduleId, occurrence);
        return new(
            NamedId.Of("occurrence", tenantId.ToString(), runId), nameof(StartRun), tenantId, runId, $"schedule:{scheduleId}", now,
            ContractsJson.Element(Command(runId, scheduleId, definition, occurrence)), Resource: new Resource("run", runId));
    }

    /// <param name="occurrence">Null for a run out of turn.</param>
    public static StartRun Command(string runId, string scheduleId, ScheduleDefinition definition, DateTimeOffset? occurrence)
    {
        var labels = new Dictionary<string, string> { ["schedule"] = scheduleId };
        if (occurrence is { } moment)
            labels["occurrence"] = moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return new(runId, definition.PlanRef.PlanId, definition.PlanRef.Version, definition.PlanRef.Digest, definition.Input, new RunContext(Labels: labels));
    }
}
