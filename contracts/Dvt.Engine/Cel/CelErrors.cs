namespace Dvt.Engine.Cel;

/// <summary>The source is no expression, or the checker refuses it. `Position` is a zero-based offset in UTF-16 units.</summary>
public sealed class CelSyntaxException(string message, int position) : Exception(message)
{
    public int Position { get; } = position;
}

/// <summary>An evaluation failed or cost more than its limit.</summary>
public sealed class CelEvaluationException(string message) : Exception(message);
