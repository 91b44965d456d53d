using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.JsonSchemas;

namespace Dvt.Engine.Plans;

/// <summary>A checked and compiled plan version: immutable, safe to share between threads, index based.</summary>
public sealed class Plan
{
    readonly Dictionary<string, int> ordinals;
    readonly int[] parentCounts;
    readonly ulong[] roots;

    internal Plan(IReadOnlyList<StepPlan> steps)
    {
        Steps = steps;
        ordinals = new Dictionary<string, int>(steps.Count, StringComparer.Ordinal);
        foreach (var step in steps)
            ordinals.Add(step.StepId, step.Index);
        parentCounts = [.. steps.Select(s => s.Parents.Length)];
        HasApprovals = steps.Any(s => s.Kind.Name == ApprovalKind.Name);
        HasCompensations = steps.Any(s => s.Compensation is not null);
        HasSubRuns = steps.Any(s => s.Kind.Mode == StepMode.SubRun || s.Child?.Kind.Mode == StepMode.SubRun);
        roots = new ulong[(steps.Count + 63) / 64];
        foreach (var step in steps)
            if (step.Parents.Length == 0)
                roots[step.Index >> 6] |= 1UL << (step.Index & 63);
    }

    public const int MaxSteps = 25_000;
    public const int MaxEdges = 150_000;
    public const int MaxDepth = 2_000;
    public const int MaxBytes = 8 * 1024 * 1024;

    /// <summary>Every fault at once, or the compiled plan. Throws nothing.</summary>
    public static PlanCheck Check(JsonElement document, StepKinds kinds) => new PlanChecker(document, kinds).Check();

    public required string PlanId { get; init; }

    public required string Version { get; init; }

    public string? Name { get; init; }

    /// <summary>Lower-case hex SHA-256 over the RFC 8785 form of the document.</summary>
    public required string Digest { get; init; }

    /// <summary>As written; null when any input is accepted.</summary>
    public JsonElement? InputSchema { get; init; }

    internal JsonSchema? CompiledInput { get; init; }

    /// <summary>What is wrong with an input for this plan; empty when nothing is.</summary>
    public IReadOnlyList<SchemaError> CheckInput(JsonElement input) => CompiledInput?.Validate(input) ?? [];

    /// <summary>In declaration order; <c>Steps[i].Index == i</c>.</summary>
    public IReadOnlyList<StepPlan> Steps { get; }

    public ValueTemplate? Output { get; init; }

    /// <summary>Null when a completed run is the end of it.</summary>
    public ContinueAsPlan? ContinueAs { get; init; }

    /// <summary>What whoever carries it out must be able to; all of it is in <see cref="PlanNames.Capabilities"/>.</summary>
    public IReadOnlyList<string> RequiresCapabilities { get; init; } = [];

    /// <summary>True for <c>"checkpoint": "step"</c>: each step is committed before the next begins.</summary>
    public bool CheckpointsSteps { get; init; }

    /// <summary>From the start to the end of a run; null for none.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>What a run may use; null for no limit.</summary>
    public Budget? Budget { get; init; }

    /// <summary>Which runs exclude each other; null for none.</summary>
    public ConcurrencyRule? Concurrency { get; init; }

    /// <summary>0 (last) to 9 (first), for runs that do not say.</summary>
    public int Priority { get; init; } = DefaultPriority;

    public const int DefaultPriority = 5;

    /// <summary>True for <c>"onCancel": "compensate"</c>.</summary>
    public bool CompensatesOnCancel { get; init; }

    /// <summary>Some step says how it is undone.</summary>
    public bool HasCompensations { get; }

    /// <summary>Some step asks people.</summary>
    public bool HasApprovals { get; }

    /// <summary>Who starts a run matters to it or to the runs that it starts.</summary>
    public bool TellsStarters => HasApprovals || HasSubRuns;

    /// <summary>Some step is carried out in a run of its own.</summary>
    public bool HasSubRuns { get; }

    /// <summary>How many steps each step waits for: where every run begins counting.</summary>
    internal ReadOnlySpan<int> ParentCounts => parentCounts;

    /// <summary>Bits of the steps that wait for none.</summary>
    internal ReadOnlySpan<ulong> Roots => roots;

    /// <summary>What a call of this name carries out: a step, a compensation, or what a map does for an item; null when nothing is called so.</summary>
    public StepPlan? CarriedOutBy(string name)
    {
        if (PlanNames.CompensatedBy(name) is { } undone)
            return TryStep(undone, out var done) ? done.Compensation : null;
        PlanNames.TryItem(name, out var stepId, out _);
        return TryStep(stepId, out var step) ? step.Child ?? (stepId == name ? step : null) : null;
    }

    public bool TryStep(string stepId, [NotNullWhen(true)] out StepPlan? step)
    {
        step = ordinals.TryGetValue(stepId, out var index) ? Steps[index] : null;
        return step is not null;
    }
}

/// <summary>How a completed run goes on as a new one.</summary>
/// <param name="Input">Of the new run; null for the same input.</param>
/// <param name="When">Whether it goes on; null for always.</param>
public sealed record ContinueAsPlan(ValueTemplate? Input, ValueTemplate? When);

/// <summary>What follows the final failure of a step.</summary>
public enum OnError
{
    /// <summary>The run fails.</summary>
    Fail,

    /// <summary>Dependants are skipped; the run goes on.</summary>
    Skip,

    /// <summary>Dependants run and see the error.</summary>
    Continue,

    /// <summary>The run pauses until an operator decides.</summary>
    Park,

    /// <summary>Completed steps are undone, then the run fails.</summary>
    Compensate,
}

/// <summary>One step of a compiled plan.</summary>
public sealed class StepPlan
{
    public required int Index { get; init; }

    public required string StepId { get; init; }

    public required StepKind Kind { get; init; }

    /// <summary>Indexes of the steps it waits for.</summary>
    public required int[] Parents { get; init; }

    /// <summary>Indexes of the steps that wait for it, ascending.</summary>
    public required int[] Children { get; init; }

    public ValueTemplate? With { get; init; }

    /// <summary>Where <see cref="With"/> names secrets; null for nowhere.</summary>
    public IReadOnlyList<SecretUse>? Secrets { get; init; }

    /// <summary>Of a gateway.</summary>
    public ValueTemplate? When { get; init; }

    public OnlyIf? OnlyIf { get; init; }

    public OnError OnError { get; init; }

    public RetryPolicy Retry { get; init; } = RetryPolicy.Default;

    /// <summary>Of one attempt; null for none.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Place in an order in which parents come first.</summary>
    public int Place { get; init; }

    /// <summary>What undoes it once it is done: a step of its own that nothing waits for; null for nothing.</summary>
    public StepPlan? Compensation { get; init; }

    /// <summary>What a map does for each item: a step without a place in the graph; null for other kinds.</summary>
    public StepPlan? Child { get; init; }
}

/// <summary>A condition on the result of an upstream gateway: <c>id</c>, <c>!id</c>, <c>id == 'x'</c>, <c>id != 'x'</c>.</summary>
/// <param name="Gateway">Index of the gateway.</param>
/// <param name="Branch">Null for the boolean forms.</param>
public sealed record OnlyIf(int Gateway, string? Branch, bool Negated)
{
    /// <summary>False when the gateway has no result or one of another type.</summary>
    public bool Holds(JsonElement? result) => result switch
    {
        null => false,
        { ValueKind: JsonValueKind.True } => Branch is null && !Negated,
        { ValueKind: JsonValueKind.False } => Branch is null && Negated,
        { ValueKind: JsonValueKind.String } text => Branch is not null && text.ValueEquals(Branch) != Negated,
        _ => false,
    };
}
