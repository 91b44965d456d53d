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

    /// <summary>Calls that may be under way and that nobody waits for any more; their workers are told with the commit.</summary>
    public IReadOnlyList<CallStep> GivenUp { get; init; } = [];

    /// <summary>To publish after the commit: what other runs are told, such as the end of this one or the start of another.</summary>
    public IReadOnlyList<ToRun> Tells { get; init; } = [];

    /// <summary>Inline work is left: commit, then <see cref="Run.Continue"/>.</summary>
    public bool More { get; init; }

    /// <summary>The command changed nothing: a repetition, a closed attempt, a run at its end.</summary>
    public bool Ignored { get; init; }

    /// <summary>A completion came after the end of its run: for the audit.</summary>
    public bool Orphan { get; init; }

    /// <summary>How signals were judged, to be recorded before the events.</summary>
    public IReadOnlyList<SignalRuling> Rulings { get; init; } = [];

    /// <summary>To publish after the commit: the run that <c>RETRY_RUN</c> asks for, or that goes on for this one.</summary>
    public StartRun? NewRun { get; init; }

    /// <summary>The command is for the run that went on for this one; it decides.</summary>
    public string? PassTo { get; init; }
}

/// <param name="Code">Stable, such as <c>RUN_TERMINAL</c>.</param>
public sealed record Refusal(string Code, string Detail);

/// <summary>A command to another run of the same tenant.</summary>
/// <param name="Command"><see cref="Dvt.Contracts.StartRun"/>, <see cref="Dvt.Contracts.SignalRun"/>, <see cref="Dvt.Contracts.CloseStep"/> or <see cref="Dvt.Contracts.WakeRun"/>.</param>
public sealed record ToRun(string RunId, object Command);

/// <summary>How a signal was judged, apart from what it did.</summary>
/// <param name="Verdict">One of <see cref="SignalVerdicts"/>.</param>
/// <param name="EffectiveRole">The least permissive of the given roles that suffices; null when none does.</param>
/// <param name="Policy">What it was judged by.</param>
/// <param name="Person">Who is behind the sender's or the reviewer's credential.</param>
/// <param name="Roles">Of whoever sent or reviewed it.</param>
/// <param name="Changed">The signal had an effect.</param>
/// <param name="Review">By a second person, or for want of one.</param>
/// <param name="BySystem">Nobody decided: time or the end of the run did.</param>
public sealed record SignalRuling(
    Guid DecisionId, string SignalId, string SignalType, string? StepId, string? Reason, string Verdict, string? Code, string? EffectiveRole,
    string Policy, string? Person, IReadOnlyList<string> Roles, bool Changed = false, bool Review = false, bool BySystem = false,
    string? BulkJobId = null);
