using Dvt.Contracts;

namespace Dvt.Engine.Runs;

/// <summary>What a command led to. The run it came from has applied the events already.</summary>
/// <param name="Events">To append, in order; also when the command was refused.</param>
public sealed record Decision(IReadOnlyList<IEvent> Events)
{
    /// <summary>Why the command's effect was denied; goes to the command's result.</summary>
    public Refusal? Refusal { get; init; }

    /// <summary>To publish after the commit.</summary>
    public IReadOnlyList<CallStep> Calls { get; init; } = [];

    /// <summary>Inline work is left: commit, then <see cref="Run.Continue"/>.</summary>
    public bool More { get; init; }

    /// <summary>The command changed nothing: a repetition, a closed attempt, a run at its end.</summary>
    public bool Ignored { get; init; }

    /// <summary>A completion came after the end of its run: for the audit.</summary>
    public bool Orphan { get; init; }

    /// <summary>To publish after the commit: the run that <c>RETRY_RUN</c> asks for.</summary>
    public StartRun? NewRun { get; init; }
}

/// <param name="Code">Stable, such as <c>RUN_TERMINAL</c>.</param>
public sealed record Refusal(string Code, string Detail);
