using System.Text.Json;

namespace Dvt.Contracts;

/// <summary>A completed run goes on as a new run of the same plan version. Its <c>RunCompleted</c> follows at once.</summary>
/// <param name="AsRunId">The new run, whose id is made from this one's.</param>
/// <param name="Input">Of the new run.</param>
public sealed record RunContinued(string AsRunId, JsonElement Input) : IEvent;

/// <summary>What a run that goes on for another knows of it.</summary>
/// <param name="RunId">The run before.</param>
/// <param name="Link">Place in the chain; 2 for the first that goes on.</param>
/// <param name="Signals">External signals that no step of the run before has read, in the order in which they came.</param>
/// <param name="Spent">Of a sub-run: what the runs before have cost, which the last one tells its parent.</param>
public sealed record ContinuedFrom(string RunId, int Link, IReadOnlyList<HandedSignal>? Signals = null, Cost? Spent = null);

/// <summary>An external signal that was kept for a step and is handed on.</summary>
/// <param name="Digest">As in <see cref="ExternalSignalReceived"/>.</param>
public sealed record HandedSignal(string SignalId, string Name, JsonElement? Payload, string Digest);
