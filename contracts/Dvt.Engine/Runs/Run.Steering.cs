using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Json;

namespace Dvt.Engine.Runs;

// Signals that change what a run works with: its input, a step's result, a step's target; and the alert.
public sealed partial class Run
{
    const int MaxInputBytes = 1024 * 1024;
    const int AlertsShown = 20;

    List<JsonElement>? earlierInputs;
    List<Alert>? alerts;
    JsonElement? inputSeen;

    /// <summary>What expressions see as <c>input</c>: for an undoing, what the undone step saw.</summary>
    internal JsonElement InputSeen => inputSeen ?? Input;

    /// <summary>Alerts raised for this run, the newest last; the oldest are left out.</summary>
    public IReadOnlyList<Alert> Alerts => (IReadOnlyList<Alert>?)alerts ?? [];

    JsonElement InputAt(int version) => earlierInputs is not null && version < earlierInputs.Count ? earlierInputs[version] : Input;

    Refusal? CannotUpdateParams(JsonElement payload)
    {
        if (compensating)
            return Ending;
        JsonElement merged;
        try
        {
            merged = Merged(payload);
        }
        catch (JsonRefused refused)
        {
            return SignalShape.Invalid($"/payload/params{refused.Pointer}: {refused.Message}");
        }
        if (Values.Size(merged) > MaxInputBytes)
            return SignalShape.Invalid($"/payload/params: the input would be larger than {MaxInputBytes} bytes");
        return Plan.CheckInput(merged) is [var fault, ..]
            ? SignalShape.Invalid($"/payload/params{fault.Pointer}: {fault.Message}")
            : null;
    }

    static readonly Refusal Ending = new("RUN_ENDING", "the run is being undone and no step starts any more");

    JsonElement Merged(JsonElement payload) => Values.Canonical(MergePatch.Apply(Input, payload.GetProperty("params")));

    void UpdateParams(string signalId, JsonElement payload)
    {
        var merged = Merged(payload);
        if (!Values.Raw(merged).SequenceEqual(Values.Raw(Input)))
            Write(new RunInputChanged(signalId, merged, occurrences.InputChanged + 1));
    }

    Refusal? CannotOverride(int index, JsonElement payload)
    {
        var result = payload.GetProperty("override");
        if (Plan.Steps[index].Kind.Outcome.Validate(result, assertFormat: true) is [var fault, ..])
            return SignalShape.Invalid($"/payload/override{fault.Pointer}: {fault.Message}");
        return PhaseOf(index) switch
        {
            Phase.Idle or Phase.WaitingTimer or Phase.WaitingSignal or Phase.Retrying or Phase.Parked or Phase.Failing => null,
            Phase.Settled when HasResult(index, result) => null,
            Phase.Settled => new Refusal("STEP_TERMINAL", "the step has come to its end and others went on from there"),
            _ => new Refusal("STEP_NOT_TERMINAL", "the step is running"),
        };
    }

    bool HasResult(int index, JsonElement result) => steps[index] is { Status: StepStatus.Completed } done
        && (ResultOf(done) is { } kept ? Values.Raw(kept).SequenceEqual(Values.Raw(result)) : result.ValueKind == JsonValueKind.Null);

    void InjectOverride(SignalRun c, int index, JsonElement payload)
    {
        if (PhaseOf(index) == Phase.Settled)
            return;
        var parked = PhaseOf(index) == Phase.Parked;
        var result = Values.Canonical((JsonElement?)payload.GetProperty("override"));
        Write(new StepCompleted(Plan.Steps[index].StepId, Math.Max(1, steps[index]?.Attempt ?? 1), EngineAttempt: 1, result, Override: true));
        if (parked && pauseCause == StepFailedCause)
            Resume(c);
    }

    Refusal? CannotUpdateTarget(int index, JsonElement payload)
    {
        var kind = Plan.Steps[index].Kind;
        if (kind.Target is not { } target)
            return SignalShape.Invalid($"/payload/stepId: a step of kind {kind.Name} has no target");
        if (target.FaultOf(payload.GetProperty("newTarget")) is { } fault)
            return SignalShape.Invalid($"/payload/newTarget: {fault}");
        return PhaseOf(index) switch
        {
            Phase.Idle or Phase.Retrying or Phase.Parked or Phase.Failing => null,
            Phase.Settled => new Refusal("STEP_TERMINAL", "the step has come to its end"),
            _ => new Refusal("STEP_NOT_TERMINAL", "the step is running"),
        };
    }

    void UpdateTarget(string signalId, int index, JsonElement payload)
    {
        var (state, target) = (steps[index], payload.GetProperty("newTarget"));
        if (state?.Target is { } known && Values.Raw(known).SequenceEqual(Values.Raw(target)))
            return;
        Write(new StepTargetChanged(
            Plan.Steps[index].StepId, Math.Max(1, state?.Attempt ?? 1), EngineAttempt: 1, signalId, target, (state?.TargetsSet ?? 0) + 1));
    }

    void ApplySteering(IEvent e, DateTimeOffset at)
    {
        switch (e)
        {
            case RunInputChanged changed:
                (earlierInputs ??= []).Add(Input);
                (Input, occurrences.InputChanged) = (changed.Input, changed.Occurrence);
                break;
            case RunAlertRaised raised:
                occurrences.Alerted = raised.Occurrence;
                (alerts ??= []).Add(new(raised.SignalId, raised.Level, raised.Note, at));
                if (alerts.Count > AlertsShown)
                    alerts.RemoveAt(0);
                break;
            case SignalRevisionRequired required:
                Hold(required);
                break;
        }
    }
}

/// <summary>An alert that was raised for a run.</summary>
public sealed record Alert(string SignalId, string Level, string? Note, DateTimeOffset RaisedAt);
