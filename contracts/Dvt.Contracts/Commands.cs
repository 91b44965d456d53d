namespace Dvt.Contracts;

/// <summary>
/// A command was refused: in stream <c>command-{id}</c>, never in the history of what it was about.
/// </summary>
/// <param name="CommandType">Name of the command record.</param>
/// <param name="Data">What helps the sender on, such as <c>alternatives</c>.</param>
public sealed record CommandRefused(string CommandType, string Code, string Detail, Resource? Resource, System.Text.Json.JsonElement? Data = null) : IEvent;

/// <summary>A command was done without changing anything that has a history, such as a plan posted again.</summary>
/// <param name="Data">What was found out, where that is all the command is for.</param>
public sealed record CommandDone(string CommandType, Resource? Resource, System.Text.Json.JsonElement? Data = null) : IEvent;

/// <summary>A command's processing failed for good; it waits as a dead letter until replayed or discarded.</summary>
public sealed record CommandFailed(string CommandType, string Code, string Detail, Resource? Resource, Guid DeadLetterId) : IEvent;

/// <summary>A step's answer came after the end of its run; it changed nothing. In a stream of its own, for the audit.</summary>
public sealed record CompletionOrphaned(string RunId, string StepId, int Attempt, bool Succeeded) : IEvent;

/// <summary>Sends a dead letter, and what waits behind it, through its queue again.</summary>
/// <param name="Body">Replaces the body when given.</param>
public sealed record ReplayDeadLetter(Guid DeadLetterId, string Key, System.Text.Json.JsonElement? Body);

/// <summary>Gives a dead letter up and lets what waits behind it go on.</summary>
public sealed record DiscardDeadLetter(Guid DeadLetterId, string Key, string Reason);

/// <summary>Makes a message that the broker gave up on a dead letter, where its key is worked on: later ones of it wait from then on.</summary>
/// <param name="Queue">It was in; a step kind's queue is not the slot's that this goes to.</param>
public sealed record KeepDeadLetter(Envelope Message, string Queue, string Code, string Detail);

/// <summary>Does nothing but answer: everything sent to the slot before it has been decided.</summary>
public sealed record Fence(string Key);
