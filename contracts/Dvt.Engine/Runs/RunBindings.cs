using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Dvt.Engine.Cel;

namespace Dvt.Engine.Runs;

/// <summary>What expressions see of a run: <c>input</c>, <c>steps</c>, <c>run</c>.</summary>
sealed class RunBindings(Run run) : ICelBindings
{
    CelValue? ofRun;

    public bool TryGet(string name, out CelValue value)
    {
        switch (name)
        {
            case "input":
                value = CelValue.FromJson(run.InputSeen);
                return true;
            case "steps":
                value = CelValue.FromMembers(new StepsSeen(run));
                return true;
            case "run":
                value = ofRun ??= CelValue.FromMembers(OfRun());
                return true;
            default:
                value = default;
                return false;
        }
    }

    Dictionary<string, CelValue> OfRun() => new(StringComparer.Ordinal)
    {
        ["id"] = CelValue.Of(run.RunId),
        ["planId"] = CelValue.Of(run.Plan.PlanId),
        ["planVersion"] = CelValue.Of(run.Plan.Version),
        ["startedAt"] = run.StartedAt is { } at ? CelValue.Of(Moments.Text(at)) : CelValue.Null,
        ["actorId"] = run.Context.ActorId is { } actor ? CelValue.Of(actor) : CelValue.Null,
        ["labels"] = CelValue.FromMembers((run.Context.Labels ?? NoLabels).ToDictionary(l => l.Key, l => CelValue.Of(l.Value), StringComparer.Ordinal)),
        ["priority"] = CelValue.Of((long)(run.Context.Priority ?? Plans.Plan.DefaultPriority)),
        ["correlationId"] = run.Context.CorrelationId is { } id ? CelValue.Of(id) : CelValue.Null,
        ["attempt"] = CelValue.Of((long)(run.Lineage?.RunAttempt ?? 1)),
        ["link"] = CelValue.Of((long)run.Link),
        ["originRunId"] = CelValue.Of(run.Lineage?.OriginRunId ?? run.RunId),
    };

    static readonly Dictionary<string, string> NoLabels = [];

    /// <summary>Steps by name, each made when it is asked for.</summary>
    sealed class StepsSeen(Run run) : IReadOnlyDictionary<string, CelValue>
    {
        public int Count => run.Plan.Steps.Count;

        public CelValue this[string key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException(key);

        public IEnumerable<string> Keys => run.Plan.Steps.Select(s => s.StepId);

        public IEnumerable<CelValue> Values => run.Plan.Steps.Select(s => run.Seen(s.Index));

        public bool ContainsKey(string key) => run.Plan.TryStep(key, out _);

        public bool TryGetValue(string key, [MaybeNullWhen(false)] out CelValue value)
        {
            value = run.Plan.TryStep(key, out var step) ? run.Seen(step.Index) : default;
            return step is not null;
        }

        public IEnumerator<KeyValuePair<string, CelValue>> GetEnumerator() =>
            run.Plan.Steps.Select(s => KeyValuePair.Create(s.StepId, run.Seen(s.Index))).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}

public sealed partial class Run
{
    /// <summary>A step as expressions see it: a skipped one has no result, only a failed one has an error.</summary>
    internal CelValue Seen(int index)
    {
        var state = steps[index] ?? Untouched;
        var seen = new Dictionary<string, CelValue>(3, StringComparer.Ordinal) { ["status"] = CelValue.Of(StatusNames.Of(state.Status)) };
        if (state.Status == StepStatus.Completed)
            seen["result"] = ResultOf(state) is { } result ? CelValue.FromJson(result) : CelValue.Null;
        if (state is { Status: StepStatus.Failed, Error: { } error })
            seen["error"] = CelValue.FromMembers(new Dictionary<string, CelValue>(StringComparer.Ordinal)
            {
                ["code"] = CelValue.Of(error.Code),
                ["message"] = CelValue.Of(error.Message),
                ["category"] = CelValue.Of(error.Category),
                ["retryable"] = CelValue.Of(error.Retryable),
            });
        return CelValue.FromMembers(seen);
    }
}
