using System.Collections.Frozen;
using System.Text.Json;
using Dvt.Contracts;

namespace Dvt.Lodging.Bookings;

/// <summary>Events of bookings as the log has them.</summary>
public static class BookingEvents
{
    static readonly FrozenDictionary<string, Type> Types = new[]
    {
        typeof(BookingHeld), typeof(BookingConfirmed), typeof(BookingExtended), typeof(BookingDatesChanged), typeof(BookingCheckedIn), typeof(BookingCompleted),
        typeof(BookingNoShow), typeof(BookingExpired), typeof(BookingCancelled), typeof(BookingPaymentRecorded), typeof(BookingRefundDue),
    }.ToFrozenDictionary(t => t.Name);

    static readonly Guest Encrypted = new("");

    /// <summary>Reads one; who stays is left out, since it is encrypted there.</summary>
    /// <exception cref="NotSupportedException">A type that this release does not know.</exception>
    public static IEvent Read(string type, JsonElement data) => !Types.TryGetValue(type, out var known)
        ? throw new NotSupportedException($"bookings know no event {type}")
        : known == typeof(BookingHeld) ? ReadHeld(data) : (IEvent)data.Deserialize(known, ContractsJson.Options)!;

    static BookingHeld ReadHeld(JsonElement data)
    {
        var fields = data.EnumerateObject().Where(p => !p.NameEquals("guest")).ToDictionary(p => p.Name, p => p.Value);
        return JsonSerializer.SerializeToElement(fields, ContractsJson.Options).Deserialize<BookingHeld>(ContractsJson.Options)! with { Guest = Encrypted };
    }
}
