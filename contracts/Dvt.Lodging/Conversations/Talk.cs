using Dvt.Contracts;

namespace Dvt.Lodging.Conversations;

/// <summary>Where a conversation stands: what the guest wants so far, what was asked last, what was booked. A fold of nothing: it is stored as it is.</summary>
public sealed record Talk
{
    /// <summary>How long what was said before is still meant.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromMinutes(30);

    /// <summary>How long after a guest wrote WhatsApp takes our own words; afterwards templates only.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromHours(24);

    /// <summary><c>es</c> or <c>en</c>, as the guest last wrote.</summary>
    public string Language { get; init; } = "es";

    /// <summary>A person answers; nothing is answered by itself.</summary>
    public bool IsWithPerson { get; init; }

    public DateTimeOffset HeardAt { get; init; }

    public string? Name { get; init; }

    public Wish Wish { get; init; } = new();

    public Question Asked { get; init; }

    public Booked? Booking { get; init; }

    /// <summary>Messages in a row that were not understood.</summary>
    public int Misses { get; init; }

    /// <summary>What is left of it after half an hour of silence: the booking, and who answers.</summary>
    public Talk At(DateTimeOffset now) => now - HeardAt > Memory ? this with { Wish = new(), Asked = Question.Nothing, Misses = 0 } : this;
}

/// <summary>What was asked last, so that a short answer is understood.</summary>
public enum Question
{
    Nothing,
    Dates,
    CheckOut,
    Guests,
    Unit,
    Offer,
    NewDates,
    Cancelling,
}

/// <summary>The slots of a stay that is looked for.</summary>
public sealed record Wish(Guid? UnitId = null, DateOnly? CheckIn = null, DateOnly? CheckOut = null, int? Nights = null, int? Guests = null)
{
    /// <summary>Null while a date is missing, or the dates are none.</summary>
    public Stay? Stay => CheckIn is { } from && CheckOut is { } to && to > from ? new Stay(from, to) : null;
}

/// <summary>A booking that this conversation made.</summary>
/// <param name="Code">Null until it is held.</param>
/// <param name="Status">One of <see cref="BookingStatus"/>, or <c>ordered</c> while nothing is known.</param>
public sealed record Booked(
    Guid BookingId, Guid UnitId, DateOnly CheckIn, DateOnly CheckOut, int Guests, string Status, string? Code = null,
    string? Deposit = null, string? Currency = null, DateTimeOffset? ExpiresAt = null)
{
    public const string Ordered = "ordered";

    /// <summary>It can still be paid, changed, cancelled.</summary>
    public bool IsLive => Code is not null && BookingStatus.KeepsNights(Status);
}

/// <summary>What is ordered of the bookings domain.</summary>
public abstract record BookingOrder
{
    public sealed record Hold(Guid UnitId, Stay Stay, int Guests) : BookingOrder;

    public sealed record Cancel(Booked Booking) : BookingOrder;

    public sealed record Change(Booked Booking, Stay Stay, int? Guests) : BookingOrder;
}

/// <summary>What a conversation does next.</summary>
/// <param name="Says">In this order.</param>
public sealed record Reply(Talk After, IReadOnlyList<OutboundMessage> Says, BookingOrder? Order = null)
{
    /// <summary>For whom a thing is told once, of the first of <see cref="Says"/>.</summary>
    public string? FactId { get; init; }
}
