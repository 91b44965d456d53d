namespace Dvt.Client;

/// <summary>What one call wants beyond its arguments. An option that an operation does not know is an <see cref="ArgumentException"/>.</summary>
public sealed record CallOptions
{
    /// <summary>1 to 255 printable ASCII characters: the same call again with the same key is the same order. Orders without one get one of their own, so that retries double nothing.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Waits for the outcome of an order, 30 seconds at the most. Without it an order is answered once it is accepted.</summary>
    public TimeSpan? Wait { get; init; }

    /// <summary>A query waits, up to 5 seconds, until what it reads is at least here: <see cref="Command.Position"/>, <see cref="Outcome{T}.Position"/>.</summary>
    public string? MinPosition { get; init; }

    /// <summary>Only if the resource still has this revision; otherwise 412.</summary>
    public long? IfMatch { get; init; }
}

/// <summary>Options that an operation knows.</summary>
[Flags]
enum Takes
{
    Nothing = 0,
    IdempotencyKey = 1,
    Wait = 2,
    MinPosition = 4,
    IfMatch = 8,
}
