using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Plans;

namespace Dvt.Engine.Runs;

// Events of the plan's own. Being told in the history is all that happens: whoever delivers them reads the log.
public sealed partial class Run
{
    /// <param name="of">The step that is done or undone.</param>
    /// <param name="name">Of the step or its compensation: two steps never emit one event.</param>
    /// <param name="with">Judged by the kind's schema.</param>
    /// <returns>The step's result.</returns>
    JsonElement Emit(StepPlan of, string name, int attempt, JsonElement? with)
    {
        var told = with!.Value;
        var eventId = NamedId.Of("emit", RunId, name, $"{attempt}").ToString();
        Write(new EventEmitted(
            of.StepId, attempt, EngineAttempt: 1, eventId, Text(told, "type")!, Text(told, "subject"),
            told.TryGetProperty("data", out var data) && data.ValueKind != JsonValueKind.Null ? data : null, Text(told, "dataschema"),
            (steps[of.Index]?.Emissions ?? 0) + 1));
        return JsonElement.Parse($$"""{"eventId":"{{eventId}}"}""");
    }
}
