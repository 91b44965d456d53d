namespace Dvt.Client;

/// <summary>Of an order: the resource as it came to be, or that the order was accepted and is not decided yet. A refusal is a <see cref="DvtProblemException"/>.</summary>
/// <param name="Value">Null while the order is only accepted.</param>
/// <param name="Accepted">Null once the order is decided.</param>
/// <param name="Position">What the answer reflects, for <see cref="CallOptions.MinPosition"/>.</param>
public sealed record Outcome<T>(T? Value, Accepted? Accepted, string? Position) where T : class
{
    /// <summary>The resource.</summary>
    /// <exception cref="InvalidOperationException">The order is only accepted: it was not waited for, or not long enough.</exception>
    public T Decided => Value ?? throw new InvalidOperationException($"command {Accepted?.CommandId} is not decided yet; see CallOptions.Wait and DvtClient.DecidedAsync");

    /// <summary>True when there is no <see cref="Value"/> yet.</summary>
    public bool IsOnlyAccepted => Accepted is not null;
}

/// <summary>Of an order that leaves nothing to show, such as a deletion.</summary>
/// <param name="Accepted">Null once the order is done.</param>
public sealed record Outcome(Accepted? Accepted)
{
    /// <summary>True while the order is not decided yet.</summary>
    public bool IsOnlyAccepted => Accepted is not null;
}

/// <summary>A part of a list.</summary>
/// <param name="NextCursor">Where the next page begins; null at the end.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);

/// <summary>One of a live stream.</summary>
/// <param name="Id">From where a stream can be taken up again.</param>
/// <param name="Type">Of what happened, such as <c>StepCompleted</c>; <c>reset</c>: the stream had been away for too long, load anew what you show.</param>
/// <param name="Data">Null for a <c>reset</c>.</param>
public sealed record ServerEvent<T>(string? Id, string Type, T? Data) where T : class;
