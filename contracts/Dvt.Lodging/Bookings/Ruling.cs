using Dvt.Contracts;

namespace Dvt.Lodging.Bookings;

/// <summary>A no, and why.</summary>
/// <param name="Alternatives">The nearest free stays of the same length, where nights were not free.</param>
public sealed record Refusal(string Code, string Detail, IReadOnlyList<Stay>? Alternatives = null);

/// <summary>What a command comes to: events, a no, or nothing when it is so already.</summary>
public sealed record Ruling(IReadOnlyList<IEvent> Events, Refusal? Refusal = null)
{
    /// <summary>It is as wanted already.</summary>
    public static readonly Ruling Nothing = new([]);

    public static Ruling Yes(params IEvent[] events) => new(events);

    public static Ruling No(string code, string detail) => new([], new Refusal(code, detail));

    public static Ruling No(Refusal refusal) => new([], refusal);
}
