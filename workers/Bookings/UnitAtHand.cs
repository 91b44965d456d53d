using Dvt.Contracts;
using Dvt.Lodging.Bookings;

namespace Dvt.Workers.Bookings;

/// <summary>A stored unit.</summary>
/// <param name="CommandId">Of the command that made it.</param>
/// <param name="Seq">Of its last event, and its revision: each event is one.</param>
sealed record UnitRow(Guid TenantId, Guid UnitId, Guid CommandId, long Seq, UnitDefinition Definition);

/// <summary>A booking at hand.</summary>
/// <param name="CommandId">Of the command that made it.</param>
sealed class BookingRow(Guid tenantId, Booking booking, Guid commandId, long storedSeq)
{
    public Guid TenantId => tenantId;

    public Booking Booking { get; set; } = booking;

    public Guid CommandId => commandId;

    /// <summary>The seq that the stored row has; 0 while there is none.</summary>
    public long StoredSeq { get; } = storedSeq;

    public long Seq { get; set; } = storedSeq;

    /// <summary>Who stays, of one that is new; null again once the person is erased.</summary>
    public Guest? NewGuest { get; set; }

    public string Stream => $"booking-{Booking.BookingId}";

    public string TimerKey => $"hold:{Booking.BookingId}";
}

/// <summary>A block at hand.</summary>
sealed class BlockRow(Guid tenantId, Guid blockId, Guid unitId, Guid commandId, string source, Guid? feedId, string? uid, string? channel, long storedSeq)
{
    public Guid TenantId => tenantId;

    public Guid BlockId => blockId;

    public Guid UnitId => unitId;

    public Guid CommandId => commandId;

    public string Source => source;

    public Guid? FeedId => feedId;

    public string? Uid => uid;

    public string? Channel => channel;

    public long StoredSeq { get; } = storedSeq;

    public long Seq { get; set; } = storedSeq;

    public required Stay Stay { get; set; }

    public string? Text { get; set; }

    public bool Claims { get; set; }

    public bool Removed { get; set; }

    public string Stream => $"block-{blockId}";
}

/// <summary>A unit as the messages before left it: what it is, which nights are taken, and the bookings and blocks that are touched.</summary>
sealed class UnitAtHand(Guid tenantId, Guid unitId)
{
    public Guid TenantId => tenantId;

    public Guid UnitId => unitId;

    /// <summary>Null when there is no such unit.</summary>
    public UnitRow? Row { get; set; }

    public TakenNights Taken { get; } = new();

    /// <summary>Those that commands name, and holds that are over or nearly so.</summary>
    public Dictionary<Guid, BookingRow> Bookings { get; } = [];

    /// <summary>Those that commands name, those of feeds that commands name, and those that wait for their nights.</summary>
    public Dictionary<Guid, BlockRow> Blocks { get; } = [];

    readonly Dictionary<Guid, (Guid Holder, Stay Stay)> stored = [];

    /// <summary>Nights that are taken as it was read.</summary>
    public void Loaded(Guid claimId, Guid holder, Stay stay)
    {
        stored[claimId] = (holder, stay);
        Taken.Take(claimId, holder, stay);
    }

    /// <summary>Stored claims that are none any more, or have other nights now.</summary>
    public IEnumerable<Guid> FreedClaims() => stored.Where(s => !Taken.Claims.TryGetValue(s.Key, out var now) || now != s.Value).Select(s => s.Key);

    public IEnumerable<(Guid ClaimId, Guid Holder, Stay Stay)> NewClaims() =>
        Taken.Claims.Where(t => !stored.TryGetValue(t.Key, out var before) || before != t.Value).Select(t => (t.Key, t.Value.Holder, t.Value.Stay));

    /// <summary>Today by its clocks; by UTC where there is no unit.</summary>
    public DateOnly Today(DateTimeOffset now) => LocalDay.Of(now, Row?.Definition.TimeZone ?? "UTC");
}
