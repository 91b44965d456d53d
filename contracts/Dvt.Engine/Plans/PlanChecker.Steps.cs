using System.Text.Json;

namespace Dvt.Engine.Plans;

// The form of each step, by itself.
sealed partial class PlanChecker
{
    void ReadSteps(Shape shape)
    {
        if (shape.Of("steps", JsonValueKind.Array, required: true) is not { } given)
            return;
        var count = given.GetArrayLength();
        if (count is 0 or > Plan.MaxSteps)
        {
            faults.Add("/steps", count == 0 ? "invalid_value" : "too_many_steps", $"a plan has 1 to {Plan.MaxSteps} steps, not {count}");
            return;
        }
        foreach (var item in given.EnumerateArray())
            ReadStep(item, $"/steps/{steps.Count}");
    }

    void ReadStep(JsonElement given, string pointer)
    {
        if (given.ValueKind != JsonValueKind.Object)
        {
            faults.Add(pointer, "type", "a step is an object");
            steps.Add(new StepDraft { Index = steps.Count, Pointer = pointer });
            return;
        }
        var shape = new Shape(given, pointer, faults);
        var step = new StepDraft { Index = steps.Count, Pointer = pointer, StepId = StepId(shape) };
        steps.Add(step);
        shape.Text("name", maxLength: 200);
        shape.Text("description", maxLength: 10_000);
        step.Kind = Kind(shape);
        step.DependsOn = DependsOn(shape);
        step.WithSource = shape.Any("with");
        step.OnlyIfText = shape.Text("onlyIf", maxLength: 400);
        step.OnError = OnErrorOf(shape);
        step.Timeout = shape.Duration("timeout");
        if (shape.Of("retry", JsonValueKind.Object) is { } retry)
            step.Retry = Retry(retry, shape.At("retry"));
        CheckWhen(shape, step);
        CheckCompensation(shape, step);
        ReadChild(step);
        shape.NothingElse();
    }

    string? StepId(Shape shape)
    {
        if (shape.Text("stepId", required: true) is not { } stepId)
            return null;
        if (!PlanNames.StepId().IsMatch(stepId))
            faults.Add(shape.At("stepId"), "invalid_value", "must begin with a letter; letters, digits, _ . - follow, at most 128 in all");
        else if (!ordinals.TryAdd(stepId, steps.Count))
            faults.Add(shape.At("stepId"), "duplicate_step_id", $"\"{stepId}\" is the name of step {ordinals[stepId]} already");
        else
            return stepId;
        return null;
    }

    StepKind? Kind(Shape shape)
    {
        if (shape.Text("kind", required: true) is not { } name)
            return null;
        if (kinds.TryGet(name, out var kind))
            return kind;
        if (PlanNames.IsAnnounced(name))
            NotYet(shape.At("kind"), $"the kind \"{name}\"");
        else
            faults.Add(shape.At("kind"), "unknown_kind", $"there is no kind \"{name}\"");
        return null;
    }

    List<string>? DependsOn(Shape shape)
    {
        if (shape.Of("dependsOn", JsonValueKind.Array) is not { } given)
            return null;
        var names = new List<string>(given.GetArrayLength());
        foreach (var item in given.EnumerateArray())
            if (item.ValueKind == JsonValueKind.String && Shape.TextOf(item) is { } name)
                names.Add(name);
            else
                faults.Add($"{shape.At("dependsOn")}/{names.Count}", "type", "must be the name of a step");
        return names;
    }

    static OnError OnErrorOf(Shape shape)
    {
        switch (shape.OneOf("onError", "fail", "skip", "continue", "park", "compensate"))
        {
            case "skip":
                return OnError.Skip;
            case "continue":
                return OnError.Continue;
            case "park":
                return OnError.Park;
            case "compensate":
                return OnError.Compensate;
            default:
                return OnError.Fail;
        }
    }

    RetryPolicy Retry(JsonElement given, string pointer)
    {
        var shape = new Shape(given, pointer, faults);
        var standard = RetryPolicy.Default;
        var policy = new RetryPolicy(
            shape.Whole("maxAttempts", 1, 1_000) ?? standard.MaxAttempts,
            shape.Duration("initial") ?? standard.Initial,
            shape.Number("factor", 1, 100) ?? standard.Factor,
            shape.Duration("max") ?? standard.Max);
        shape.NothingElse();
        return policy;
    }

    void CheckWhen(Shape shape, StepDraft step)
    {
        var isGateway = step.Kind?.Name == "gateway";
        if (shape.Any("when") is not { } when)
        {
            if (isGateway)
                faults.Add(step.Pointer, "required", "a gateway needs \"when\"");
        }
        else if (step.Kind is not null && !isGateway)
            faults.Add(shape.At("when"), "unknown_field", "only a gateway has \"when\"; other steps have \"onlyIf\"");
        else if (when.ValueKind is not (JsonValueKind.String or JsonValueKind.True or JsonValueKind.False))
            faults.Add(shape.At("when"), "type", "must be an expression, a boolean or a branch name");
        else if (isGateway)
            step.WhenSource = when;
    }

    void CheckCompensation(Shape shape, StepDraft step)
    {
        if (shape.Of("compensate", JsonValueKind.Object) is not { } given)
            return;
        var compensation = new Shape(given, shape.At("compensate"), faults);
        var draft = new StepDraft { Index = step.Index, Pointer = shape.At("compensate"), StepId = step.StepId is { } id ? PlanNames.CompensationOf(id) : null };
        step.Compensation = draft;
        draft.Kind = Kind(compensation);
        if (draft.Kind is { Name: var name } kind && (kind.Mode is StepMode.Waiting or StepMode.Mapping or StepMode.SubRun || name == "gateway"))
            faults.Add(compensation.At("kind"), "invalid_value", "a compensation neither waits nor asks nor branches, and has no steps of its own");
        draft.WithSource = compensation.Any("with");
        draft.Timeout = compensation.Duration("timeout");
        draft.OnError = compensation.OneOf("onError", "report", "park") == "park" ? OnError.Park : OnError.Continue;
        if (compensation.Of("retry", JsonValueKind.Object) is { } retry)
            draft.Retry = Retry(retry, compensation.At("retry"));
        compensation.NothingElse();
    }
}
