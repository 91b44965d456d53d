namespace Dvt.Engine.Cel;

/// <summary>A compiled expression. Immutable; one serves many threads.</summary>
public sealed class CelProgram
{
    readonly Node root;
    readonly int slots;

    internal CelProgram(string source, Node root, int slots, CelType type, IReadOnlyList<CelReference> references)
    {
        this.root = root;
        this.slots = slots;
        Source = source;
        Type = type;
        References = references;
    }

    public string Source { get; }
    /// <summary>The type of the result, `Dyn` where it is known only when evaluated.</summary>
    public CelType Type { get; }
    public IReadOnlyList<CelReference> References { get; }

    /// <summary>
    /// The same bindings give the same result. Throws `CelEvaluationException` when it fails or costs more than `costLimit`
    /// steps; a step is one operation, one element, or 16 characters read or built.
    /// </summary>
    public CelValue Evaluate(ICelBindings bindings, long costLimit = 1_000_000) => Evaluate(bindings, new CostMeter(costLimit));

    internal CelValue Evaluate(ICelBindings bindings, CostMeter meter)
    {
        var result = root.Evaluate(new Evaluation(bindings, slots, meter));
        return result.IsError ? throw new CelEvaluationException(result.Message) : result;
    }
}
