namespace Dvt.Contracts;

/// <summary>Where blocked nights come from.</summary>
public static class BlockSources
{
    /// <summary>The host blocked them.</summary>
    public const string Manual = "manual";

    /// <summary>A calendar feed says so.</summary>
    public const string Feed = "feed";
}

/// <summary>Blocks nights by hand; refused with <c>date_overlap</c> when a booking has one of them.</summary>
public sealed record BlockDates(Guid BlockId, Guid UnitId, DateOnly From, DateOnly To, string? Reason) : ICommand
{
    public static Domain Domain => Domain.Bookings;
}

/// <summary>Takes a manual block away.</summary>
public sealed record RemoveBlock(Guid BlockId, Guid UnitId) : ICommand
{
    public static Domain Domain => Domain.Bookings;
}

/// <summary>An event of a feed as far as it blocks nights.</summary>
/// <param name="Uid">Of the event; with a recurrence, of the occurrence too. Unique within the feed.</param>
/// <param name="From">First night.</param>
/// <param name="To">The day after the last night.</param>
public sealed record FeedBlock(string Uid, DateOnly From, DateOnly To, string? Summary);

/// <summary>
/// What a feed changed since the last good fetch. Every block is stored; one that clashes with a booking is a conflict and
/// claims its nights when they become free.
/// </summary>
/// <param name="Channel">One of <see cref="BookingChannels"/>: an export for it leaves its own blocks out.</param>
/// <param name="Put">Added or changed.</param>
/// <param name="Gone">Uids of those that vanished.</param>
public sealed record ImportBlocks(Guid UnitId, Guid FeedId, string Channel, IReadOnlyList<FeedBlock> Put, IReadOnlyList<string> Gone) : ICommand
{
    public static Domain Domain => Domain.Bookings;
}

/// <summary>In stream <c>block-{blockId}</c>, as all that follow.</summary>
/// <param name="Source">One of <see cref="BlockSources"/>.</param>
/// <param name="Claims">Its nights are its own; otherwise a booking has one of them.</param>
public sealed record BlockCreated(
    Guid BlockId, Guid UnitId, string Source, DateOnly From, DateOnly To, string? Text, bool Claims, Guid? FeedId = null, string? Uid = null, string? Channel = null) : IEvent;

public sealed record BlockMoved(Guid UnitId, DateOnly From, DateOnly To, string? Text, bool Claims) : IEvent;

/// <summary>The nights it wants have become free.</summary>
public sealed record BlockClaimed(Guid UnitId) : IEvent;

public sealed record BlockRemoved(Guid UnitId) : IEvent;
