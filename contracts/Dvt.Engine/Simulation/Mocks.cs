using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Json;
using Dvt.Engine.JsonSchemas;
using Dvt.Engine.Plans;

namespace Dvt.Engine.Simulation;

/// <summary>
/// Mocks by the name of what is called: a step's id, or that with <c>/compensate</c> or an item's <c>[3]</c> behind it. Each a mock, or one per attempt, of
/// which the last serves all later ones.
/// </summary>
public sealed class Mocks
{
    readonly Dictionary<string, Mock[]> byName = new(StringComparer.Ordinal);
    readonly HashSet<string> used = new(StringComparer.Ordinal);

    public Mocks(params IEnumerable<(string Name, Mock[] Attempts)> mocks)
    {
        foreach (var (name, attempts) in mocks)
            byName.Add(name, attempts);
    }

    /// <summary>Null when there is none. An item of a map has its own or that of its map.</summary>
    public Mock? Of(string name, int attempt)
    {
        if (!byName.TryGetValue(name, out var attempts))
            return PlanNames.TryItem(name, out var mapId, out _) ? Of(mapId, attempt) : null;
        used.Add(name);
        return attempts[Math.Clamp(attempt, 1, attempts.Length) - 1];
    }

    /// <summary>Names that nobody has asked for yet.</summary>
    public IReadOnlyList<string> Unused => [.. byName.Keys.Where(name => !used.Contains(name)).Order(StringComparer.Ordinal)];

    /// <summary>Of <c>{stepId: mock | [mock …]}</c>, a mock being <c>{result}</c>, <c>{error}</c>, <c>{delay}</c> or <c>{signal}</c>.</summary>
    /// <param name="pointer">Where in the body it is.</param>
    /// <param name="faults">What is wrong is added here; then the answer is not to be used.</param>
    public static Mocks Read(JsonElement json, Plan plan, string pointer, List<PlanFault> faults)
    {
        var reading = new Reading(plan, faults);
        return new Mocks(json.EnumerateObject().Select(m => (m.Name, reading.Attempts(m.Name, m.Value, JsonPointer.Join(pointer, m.Name)))));
    }

    sealed class Reading(Plan plan, List<PlanFault> faults)
    {
        public Mock[] Attempts(string name, JsonElement json, string at)
        {
            if (KindOf(name) is not { } kind)
            {
                faults.Add(new(at, "unknown_step", PlanNames.CompensatedBy(name) is null ? $"the plan has no step {name}" : $"nothing undoes a step {PlanNames.CompensatedBy(name)}"));
                return [new Mock()];
            }
            if (kind.Mode == StepMode.Inline)
                faults.Add(new(at, "not_mockable", $"a {kind.Name} is carried out by the engine itself"));
            return json.ValueKind == JsonValueKind.Array
                ? [.. json.EnumerateArray().Select((mock, place) => One(mock, kind, $"{at}/{place}"))]
                : [One(json, kind, at)];
        }

        StepKind? KindOf(string name) => plan.CarriedOutBy(name)?.Kind;

        Mock One(JsonElement json, StepKind kind, string at)
        {
            foreach (var member in json.EnumerateObject())
                if (member.Name == "signal" != (kind.Mode == StepMode.Waiting))
                    faults.Add(new(JsonPointer.Join(at, member.Name), "not_mockable", kind.Mode == StepMode.Waiting
                        ? $"a {kind.Name} ends by time or by a signal" : $"a {kind.Name} waits for no signal"));
            var result = json.TryGetProperty("result", out var given) ? given : default;
            var error = json.TryGetProperty("error", out var fault) ? ErrorOf(fault) : null;
            if (error is not null && result.ValueKind != JsonValueKind.Undefined)
                faults.Add(new(at, "ambiguous", "a step has a result or an error"));
            if (result.ValueKind != JsonValueKind.Undefined && kind.Mode == StepMode.Called && kind.Outcome.Validate(result) is [var wrong, ..])
                faults.Add(new($"{at}/result{wrong.Pointer}", "invalid_result", $"no {kind.Name} gives that: {wrong.Message}"));
            return new Mock(result, error, Duration(json, "delay", at), json.TryGetProperty("signal", out var signal) ? SignalOf(signal, $"{at}/signal") : null,
                json.TryGetProperty("cost", out var cost) ? ContractsJson.Read<Cost>(cost) : null);
        }

        static StepError ErrorOf(JsonElement json) => new(
            Text(json, "code") ?? "STEP_FAILED", Text(json, "message") ?? "as mocked",
            json.TryGetProperty("retryable", out var again) && again.ValueKind == JsonValueKind.True, Text(json, "category") ?? "SYSTEM");

        MockedSignal SignalOf(JsonElement json, string at) =>
            new(Duration(json, "after", at) ?? TimeSpan.Zero, json.TryGetProperty("payload", out var payload) ? payload : null);

        TimeSpan? Duration(JsonElement json, string name, string at)
        {
            if (Text(json, name) is not { } text)
                return null;
            if (IsoDuration.TryParse(text, out var duration))
                return duration;
            faults.Add(new($"{at}/{name}", "invalid_value", "must be a duration such as PT2S"));
            return null;
        }
    }

    static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
