namespace Dvt.Engine.Plans;

/// <summary>Every fault of a plan, or the compiled plan when there is none.</summary>
public sealed record PlanCheck(IReadOnlyList<PlanFault> Faults, Plan? Plan)
{
    public bool Valid => Faults.Count == 0;
}

/// <param name="Pointer">RFC 6901, into the plan document.</param>
/// <param name="Code">Stable, such as <c>unknown_dependency</c>.</param>
public sealed record PlanFault(string Pointer, string Code, string Message);
