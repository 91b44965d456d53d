using System.Text.Json;
using Dvt.Engine.Cel;
using Dvt.Engine.Json;

namespace Dvt.Engine.Plans;

// Expressions: that they compile, and that they read only what is known by then.
sealed partial class PlanChecker
{
    /// <summary>A template that names a step, to be judged once the graph is known.</summary>
    readonly record struct Reading(int Reader, int Step, string StepId, JsonElement Source, string Pointer, bool OwnToo)
    {
        public const int Anyone = -1;
    }

    void CheckExpressions()
    {
        foreach (var step in steps)
        {
            ReadWith(step, ownToo: false);
            ReadWhen(step);
            if (step.Compensation is { } compensation)
                ReadWith(compensation, ownToo: true);
            if (step.OnlyIfText is not null)
                step.OnlyIf = OnlyIfOf(step);
        }
    }

    /// <param name="ownToo">A compensation may read the step it undoes.</param>
    void ReadWith(StepDraft step, bool ownToo)
    {
        if (step.WithSource is { } given)
        {
            var pointer = $"{step.Pointer}/with";
            var with = step.Child is null ? given : WithoutChild(given);
            step.With = Template(step.Kind?.TakesSecrets == true ? ReadSecrets(step, with) : with, pointer, step.IsChild ? PlanNames.ItemScope : PlanNames.Scope);
            if (step.With is not null)
                Note(step.With, with, pointer, step.Index, ownToo);
        }
        CheckWith(step);
        if (step.Child is { } child)
            ReadWith(child, ownToo: false);
    }

    void ReadWhen(StepDraft step)
    {
        var pointer = $"{step.Pointer}/when";
        if (step.WhenSource is { } when && (step.When = Template(when, pointer)) is { } template)
            Note(template, when, pointer, step.Index);
    }

    ValueTemplate? Template(JsonElement given, string pointer) => Template(given, pointer, PlanNames.Scope);

    ValueTemplate? Template(JsonElement given, string pointer, CelEnvironment scope)
    {
        var failed = false;
        var compiled = JsonTemplate.Compile(given, scope, pointer, (at, message) =>
        {
            failed = true;
            InvalidExpression(at, message);
        });
        return failed ? null : new ValueTemplate(compiled);
    }

    void Note(ValueTemplate template, JsonElement given, string pointer, int reader, bool ownToo = false)
    {
        foreach (var reference in template.References)
        {
            if (reference.Root == "run" && (reference.Path.Count == 0 || !PlanNames.OfRun.Contains(reference.Path[0])))
                UnknownReference(given, pointer, reference, $"a run has {string.Join(", ", PlanNames.OfRun)}");
            if (reference.Root != "steps")
                continue;
            if (reference.Path.Count == 0)
                UnknownReference(given, pointer, reference, "a step is named by a literal: steps.a or steps[\"a\"]");
            else if (!ordinals.TryGetValue(reference.Path[0], out var step))
                UnknownReference(given, pointer, reference, $"there is no step \"{reference.Path[0]}\"");
            else if (reference.Path.Count > 1 && !PlanNames.OfStep.Contains(reference.Path[1]))
                UnknownReference(given, pointer, reference, $"a step has {string.Join(", ", PlanNames.OfStep)}");
            else if (reader != Reading.Anyone && !(ownToo && step == reader))
                readings.Add(new Reading(reader, step, reference.Path[0], given, pointer, ownToo));
        }
    }

    ContinueAsPlan? ContinueAs(Shape shape)
    {
        if (shape.Of("continueAs", JsonValueKind.Object) is not { } given)
            return null;
        var within = new Shape(given, "/continueAs", faults);
        var plan = new ContinueAsPlan(ReadByAnyone(within, "input"), ReadByAnyone(within, "when"));
        within.NothingElse();
        return plan;
    }

    ValueTemplate? ReadByAnyone(Shape shape, string name)
    {
        if (shape.Any(name) is not { } given || Template(given, shape.At(name)) is not { } template)
            return null;
        Note(template, given, shape.At(name), Reading.Anyone);
        return template;
    }

    OnlyIf? OnlyIfOf(StepDraft step)
    {
        var pointer = $"{step.Pointer}/onlyIf";
        var match = PlanNames.OnlyIf().Match(step.OnlyIfText!);
        if (!match.Success)
        {
            InvalidExpression(pointer, "must be a gateway's name, !name, name == 'branch' or name != 'branch'");
            return null;
        }
        var name = match.Groups["id"].Value;
        if (!ordinals.TryGetValue(name, out var gateway) || steps[gateway].Kind is { Name: not "gateway" })
        {
            faults.Add(pointer, "unknown_reference", $"there is no gateway \"{name}\"");
            return null;
        }
        readings.Add(new Reading(step.Index, gateway, name, default, pointer, OwnToo: false));
        return new OnlyIf(gateway, match.Groups["branch"] is { Success: true } branch ? branch.Value : null, match.Groups["not"].Success);
    }

    void CheckReadings()
    {
        // Without an order nobody knows what comes before what; the cycle is told already.
        if (order is null)
            return;
        foreach (var reading in Upstream.Missing(steps, order, isSequence, readings, r => r.Reader, r => r.Step))
            if (reading.Source.ValueKind == JsonValueKind.Undefined)
                faults.Add(reading.Pointer, "unknown_reference", $"\"{reading.StepId}\" does not come before this step");
            else
                faults.Add(
                    PlaceOf(reading.Source, reading.Pointer, r => r.Root == "steps" && r.Path.Count > 0 && r.Path[0] == reading.StepId),
                    "unknown_reference", $"\"{reading.StepId}\" does not come before this step");
    }

    void UnknownReference(JsonElement given, string pointer, CelReference reference, string message) =>
        faults.Add(
            PlaceOf(given, pointer, r => r.Root == reference.Root && r.Path.SequenceEqual(reference.Path)), "unknown_reference", message);

    /// <summary>The pointer of the text that holds such a reference. Only faults come here, so it may compile again.</summary>
    static string PlaceOf(JsonElement given, string pointer, Func<CelReference, bool> wanted)
    {
        switch (given.ValueKind)
        {
            case JsonValueKind.String:
                var found = false;
                var template = JsonTemplate.Compile(given, PlanNames.ItemScope, pointer, (_, _) => { });
                found = template.References.Any(wanted);
                return found ? pointer : "";
            case JsonValueKind.Object:
                return given.EnumerateObject().Select(m => PlaceOf(m.Value, JsonPointer.Join(pointer, m.Name), wanted)).FirstOrDefault(p => p.Length > 0, "");
            case JsonValueKind.Array:
                return given.EnumerateArray().Select((item, at) => PlaceOf(item, $"{pointer}/{at}", wanted)).FirstOrDefault(p => p.Length > 0, "");
            default:
                return "";
        }
    }
}
