using System.Globalization;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Pipeline;

namespace Dvt.Tests.ReadModels;

/// <summary>Hand-made histories of bookings and blocks, as the log has them.</summary>
static class BookingHistories
{
    /// <summary>A night costs so much, and nothing else costs anything unless told.</summary>
    public const decimal Night = 100m;

    public static PriceBreakdown Price(DateOnly from, int nights, decimal discountPercent = 0, decimal cleaning = 0, string currency = "DOP")
    {
        var subtotal = Night * nights;
        var discount = decimal.Round(subtotal * discountPercent / 100, 2);
        return new(currency, [.. Enumerable.Range(0, nights).Select(n => new NightPrice(from.AddDays(n), Text(Night)))], Text(subtotal), discountPercent,
            Text(discount), Text(cleaning), Text(subtotal - discount + cleaning), Text(0.3m * (subtotal - discount + cleaning)));
    }

    /// <summary>What a hold says, its guest encrypted as the log has it.</summary>
    public static (string Type, object Data) Held(
        Guid bookingId, Guid unitId, DateOnly from, int nights, string channel = "direct", string? code = null, PriceBreakdown? price = null) => (nameof(BookingHeld), new
        {
            bookingId,
            code = code ?? $"RES260105{bookingId:n}"[..15].ToUpperInvariant(),
            unitId,
            guestId = bookingId,
            guest = new { encrypted = "AAAA" },
            checkIn = from,
            checkOut = from.AddDays(nights),
            guests = 2,
            channel,
            price = price ?? Price(from, nights),
            cancellation = Array.Empty<object>(),
            expiresAt = Histories.Noon.AddMinutes(30),
        });

    public static (string Type, object Data) Is<T>(T e) where T : IEvent => (typeof(T).Name, e);

    public static IEnumerable<NewEvent> OfUnit(Guid tenant, Guid unitId, string name, bool active = true)
    {
        var definition = new UnitDefinition(
            name, "cabin", 4, "100.00", "DOP", "UTC", "15:00", "11:00", 1, null, 1.2m, ["fri", "sat"], [], [], 4, "0.00", 30m, "0.00", [], [],
            new Dictionary<string, string>(), active);
        return Stream(tenant, unitId, $"unit-{unitId}", [Is(new UnitCreated(unitId, definition, 1))], fromSeq: 1, at: null, "user:ana");
    }

    public static IEnumerable<NewEvent> OfBooking(
        Guid tenant, Guid unitId, Guid bookingId, IEnumerable<(string Type, object Data)> events, long fromSeq = 1, DateTimeOffset? at = null, string actor = "user:ana") =>
        Stream(tenant, unitId, $"booking-{bookingId}", events, fromSeq, at, actor);

    public static IEnumerable<NewEvent> OfBlock(Guid tenant, Guid unitId, Guid blockId, IEnumerable<IEvent> events, long fromSeq = 1) =>
        Stream(tenant, unitId, $"block-{blockId}", events.Select(e => (e.GetType().Name, (object)e)), fromSeq, at: null, "user:ana");

    static IEnumerable<NewEvent> Stream(
        Guid tenant, Guid unitId, string stream, IEnumerable<(string Type, object Data)> events, long fromSeq, DateTimeOffset? at, string actor) =>
        events.Select((e, i) => new NewEvent(
            Slot.Of(Domain.Bookings, tenant, unitId.ToString()), tenant, stream, fromSeq + i, e.Type, JsonSerializer.Serialize(e.Data, e.Data.GetType(), ContractsJson.Options),
            CommandId: null, "case-7", actor, (at ?? Histories.Noon).AddSeconds(fromSeq + i - 1)));

    static string Text(decimal amount) => amount.ToString("F2", CultureInfo.InvariantCulture);
}
