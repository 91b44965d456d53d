using System.Globalization;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Lodging;

namespace Dvt.ReadModels;

/// <summary>What events have changed of a booking; null is as before.</summary>
/// <param name="HeldAt">With it the row is new, and everything that a row needs is there.</param>
sealed record StayChange(
    Guid TenantId, Guid BookingId, string? Status = null, Stay? Stay = null, PriceBreakdown? Price = null, DateTime? ConfirmedAt = null, Guid UnitId = default,
    string? Channel = null, DateTime? HeldAt = null)
{
    public static readonly IReadOnlyCollection<string> Types =
    [
        nameof(BookingHeld), nameof(BookingConfirmed), nameof(BookingCancelled), nameof(BookingDatesChanged), nameof(BookingCheckedIn), nameof(BookingCompleted),
        nameof(BookingNoShow), nameof(BookingExpired),
    ];

    /// <summary>As an array of Postgres; null where the price is as before.</summary>
    public string? Revenue => Price is null
        ? null
        : $"{{{string.Join(',', Lodging.Revenue.PerNight(Price).Select(r => r.ToString(CultureInfo.InvariantCulture)))}}}";

    /// <summary>Null for events that change nothing here.</summary>
    public static StayChange? Read(TailEvent e)
    {
        if (!Types.Contains(e.Type))
            return null;
        var none = new StayChange(e.TenantId, Guid.Parse(e.Stream.AsSpan(Prefix.Length)));
        return e.Type switch
        {
            nameof(BookingConfirmed) => none with { Status = BookingStatus.Confirmed, ConfirmedAt = e.OccurredAt },
            nameof(BookingCheckedIn) => none with { Status = BookingStatus.CheckedIn },
            nameof(BookingCompleted) => none with { Status = BookingStatus.Completed },
            nameof(BookingNoShow) => none with { Status = BookingStatus.NoShow },
            nameof(BookingExpired) => none with { Status = BookingStatus.Expired },
            nameof(BookingCancelled) => none with { Status = BookingStatus.Cancelled },
            _ => none.With(e),
        };
    }

    /// <summary>Of events that tell nights and price.</summary>
    StayChange With(TailEvent e)
    {
        using var json = JsonDocument.Parse(e.Data);
        var data = json.RootElement;
        var told = this with
        {
            Stay = new(data.GetProperty("checkIn").Deserialize<DateOnly>(), data.GetProperty("checkOut").Deserialize<DateOnly>()),
            Price = ContractsJson.Read<PriceBreakdown>(data.GetProperty("price")),
        };
        return e.Type != nameof(BookingHeld) ? told : told with
        {
            Status = BookingStatus.Held,
            UnitId = data.GetProperty("unitId").GetGuid(),
            Channel = data.GetProperty("channel").GetString(),
            HeldAt = e.OccurredAt,
        };
    }

    public StayChange Then(StayChange next) => this with
    {
        Status = next.Status ?? Status,
        Stay = next.Stay ?? Stay,
        Price = next.Price ?? Price,
        ConfirmedAt = next.ConfirmedAt ?? ConfirmedAt,
    };

    const string Prefix = "booking-";
}
