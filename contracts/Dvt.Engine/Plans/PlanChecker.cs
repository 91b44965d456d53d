using System.Text.Json;
using Dvt.Engine.Cel;
using Dvt.Engine.Json;
using Dvt.Engine.JsonSchemas;

namespace Dvt.Engine.Plans;

/// <summary>One checking of one document: shape, then graph, then expressions. Linear in what it reads.</summary>
sealed partial class PlanChecker(JsonElement document, StepKinds kinds)
{
    readonly PlanFaults faults = new();
    readonly List<StepDraft> steps = [];
    readonly Dictionary<string, int> ordinals = new(StringComparer.Ordinal);
    readonly List<Reading> readings = [];

    public PlanCheck Check()
    {
        if (document.ValueKind != JsonValueKind.Object)
            faults.Add("", "type", "a plan is an object");
        else if (System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(document).Length > Plan.MaxBytes)
            faults.Add("", "too_large", $"at most {Plan.MaxBytes} bytes");
        else if (CheckDocument() is { } plan)
            return new PlanCheck([], plan);
        return new PlanCheck(faults.Found, Plan: null);
    }

    Plan? CheckDocument()
    {
        if (TryDigest() is not { } digest)
            return null;
        var shape = new Shape(document, "", faults);
        var planId = Named(shape, "planId", PlanNames.PlanId(), "lower-case letters, digits and hyphens, at most 63");
        var version = Named(shape, "version", PlanNames.Version(), "a semantic version such as 1.0.0, at most 64 characters");
        var name = shape.Text("name", maxLength: 200);
        shape.Text("description", maxLength: 10_000);
        var (inputSchema, compiledInput) = InputSchema(shape);
        var capabilities = Capabilities(shape);
        var timeout = shape.Duration("timeout");
        var checkpoint = shape.OneOf("checkpoint", "none", "step");
        var priority = shape.Whole("priority", 0, 9);
        var onCancel = shape.OneOf("onCancel", "none", "compensate");
        var budget = shape.Of("budget", JsonValueKind.Object) is { } limits ? Budget.Read(limits, "/budget", faults) : null;
        var concurrency = Concurrency(shape);
        ReadSteps(shape);
        CheckGraph();
        CheckExpressions();
        var output = shape.Any("output") is { } given ? Template(given, "/output") : null;
        if (output is not null)
            Note(output, given: document.GetProperty("output"), "/output", reader: Reading.Anyone);
        var continueAs = ContinueAs(shape);
        shape.NothingElse();
        CheckReadings();
        if (faults.Any)
            return null;
        return new Plan([.. steps.Select(Compiled)])
        {
            PlanId = planId!,
            Version = version!,
            Name = name,
            Digest = digest,
            InputSchema = inputSchema,
            CompiledInput = compiledInput,
            Output = output,
            ContinueAs = continueAs,
            RequiresCapabilities = capabilities,
            CheckpointsSteps = checkpoint == "step",
            Timeout = timeout,
            Budget = budget,
            Concurrency = concurrency,
            Priority = priority ?? Plan.DefaultPriority,
            CompensatesOnCancel = onCancel == "compensate",
        };
    }

    string? TryDigest()
    {
        try
        {
            return CanonicalJson.Digest(document);
        }
        catch (JsonRefused refused)
        {
            faults.Add(refused.Pointer, refused.Code, refused.Message);
        }
        catch (InsufficientExecutionStackException)
        {
            faults.Add("", "too_large", "nested too deeply");
        }
        return null;
    }

    string? Named(Shape shape, string field, System.Text.RegularExpressions.Regex form, string wanted)
    {
        if (shape.Text(field, required: true) is not { } text)
            return null;
        if (text.Length <= 64 && form.IsMatch(text))
            return text;
        faults.Add(shape.At(field), "invalid_value", $"must be {wanted}");
        return null;
    }

    (JsonElement?, JsonSchema?) InputSchema(Shape shape)
    {
        if (shape.Any("inputSchema") is not { } given)
            return (null, null);
        try
        {
            var own = given.Clone();
            return (own, JsonSchema.Compile(own));
        }
        catch (JsonSchemaException fault)
        {
            faults.Add($"/inputSchema{fault.Pointer}", "invalid_schema", fault.Message);
            return (null, null);
        }
    }

    List<string> Capabilities(Shape shape)
    {
        var known = new List<string>();
        if (shape.Of("requiresCapabilities", JsonValueKind.Array) is not { } wanted)
            return known;
        var index = 0;
        foreach (var item in wanted.EnumerateArray())
        {
            var pointer = $"/requiresCapabilities/{index++}";
            if (item.ValueKind != JsonValueKind.String)
                faults.Add(pointer, "type", "must be a text");
            else if (Shape.TextOf(item) is not { } name || !PlanNames.Capabilities.Contains(name))
                NotYet(pointer, $"\"{Shape.TextOf(item)}\"");
            else
                known.Add(name);
        }
        return known;
    }

    ConcurrencyRule? Concurrency(Shape shape)
    {
        if (shape.Of("concurrency", JsonValueKind.Object) is not { } given)
            return null;
        var concurrency = new Shape(given, "/concurrency", faults);
        var key = concurrency.Text("key", required: true) is null
            ? null
            : Template(given.GetProperty("key"), "/concurrency/key", PlanNames.InputOnly);
        var limit = concurrency.Whole("limit", 1, 1_000_000);
        concurrency.NothingElse();
        return key is null ? null : new ConcurrencyRule(key, limit ?? 1);
    }

    void NotYet(string pointer, string what) => faults.Add(pointer, "CAPABILITY_NOT_SUPPORTED", $"{what} is not carried out by this engine");

    void InvalidExpression(string pointer, string message) => faults.Add(pointer, "invalid_expression", message);

    StepPlan Compiled(StepDraft step) => new()
    {
        Index = step.Index,
        StepId = step.StepId!,
        Kind = step.Kind!,
        Parents = step.Parents,
        Children = step.Children,
        With = step.With,
        Secrets = step.Secrets,
        When = step.When,
        OnlyIf = step.OnlyIf,
        OnError = step.OnError,
        Retry = step.Retry ?? step.Kind!.DefaultRetry,
        Timeout = step.Timeout ?? step.Kind!.DefaultTimeout,
        Place = order![step.Index],
        Compensation = step.Compensation is { } compensation ? Compiled(compensation) : null,
        Child = step.Child is { } child ? Compiled(child) : null,
    };
}
