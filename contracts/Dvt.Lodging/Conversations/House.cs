using Dvt.Contracts;
using Dvt.Lodging.Bookings;

namespace Dvt.Lodging.Conversations;

/// <summary>A unit with the nights that are taken.</summary>
public sealed record OpenUnit(Guid UnitId, UnitDefinition Definition, TakenNights Taken)
{
    /// <summary>With all nights free.</summary>
    public static OpenUnit Of(Guid unitId, UnitDefinition definition) => new(unitId, definition, new TakenNights());
}

/// <summary>What a tenant has to offer at this moment, and how guests pay.</summary>
/// <param name="Units">Active ones, in the order of their names.</param>
/// <param name="PaymentLink">Null when there is no page to pay on.</param>
public sealed record House(Guid TenantId, IReadOnlyList<OpenUnit> Units, PaymentLink? PaymentLink, DateTimeOffset Now)
{
    /// <summary>Units that guests can be told of.</summary>
    public const int MostUnits = 200;

    public OpenUnit? Unit(Guid? unitId) => Units.FirstOrDefault(u => u.UnitId == unitId);

    public string TimeZone => Units.Count > 0 ? Units[0].Definition.TimeZone : "UTC";

    /// <summary>The wall clock of the house.</summary>
    public DateTime LocalNow => TimeZoneInfo.ConvertTime(Now, TimeZoneInfo.FindSystemTimeZoneById(TimeZone)).DateTime;

    public DateOnly Today => LocalDay.Of(Now, TimeZone);

    public bool Takes(OpenUnit unit, Stay stay, int guests) =>
        StayRules.Fault(unit.Definition, stay, guests, LocalDay.Of(Now, unit.Definition.TimeZone)) is null && unit.Taken.AreFree(stay, holder: Guid.Empty);

    /// <summary>Stays of the same length nearby that could be booked, of the first unit that has any.</summary>
    public IReadOnlyList<Stay> Alternatives(IEnumerable<OpenUnit> units, Stay stay, int guests) =>
        units.Select(u => StayRules.Alternatives(u.Definition, u.Taken, stay, guests, Guid.Empty, LocalDay.Of(Now, u.Definition.TimeZone))).FirstOrDefault(a => a.Count > 0) ?? [];

    public string? LinkFor(Booked booking, string language) => booking is { Code: { } code, Deposit: { } deposit, Currency: { } currency }
        ? PaymentLink?.For(code, deposit, currency, language, TenantId) : null;
}
