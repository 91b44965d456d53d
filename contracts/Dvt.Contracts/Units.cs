namespace Dvt.Contracts;

/// <summary>What is let by the night. Money is decimal text of <see cref="Currency"/>, rounded to its minor units.</summary>
/// <param name="Type"><c>cabin</c>, <c>apartment</c>, <c>house</c> or <c>room</c>.</param>
/// <param name="BasePrice">Of a night, such as <c>12000.00</c>.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="TimeZone">IANA name; by its calendar days begin and end.</param>
/// <param name="CheckInTime">Local, <c>HH:mm</c>.</param>
/// <param name="MaxNights">Null for no limit.</param>
/// <param name="WeekendNights">Weekdays on which a weekend night begins: <c>mon</c> … <c>sun</c>.</param>
/// <param name="IncludedGuests">Guests above it pay <paramref name="ExtraGuestPrice"/> a night each.</param>
/// <param name="DepositPercent">Of the total.</param>
/// <param name="Cancellation">What is paid back, most days first.</param>
/// <param name="Policies">Texts for guests by name, such as <c>pets</c>.</param>
public sealed record UnitDefinition(
    string Name,
    string Type,
    int Capacity,
    string BasePrice,
    string Currency,
    string TimeZone,
    string CheckInTime,
    string CheckOutTime,
    int MinNights,
    int? MaxNights,
    decimal WeekendMultiplier,
    IReadOnlyList<string> WeekendNights,
    IReadOnlyList<Season> Seasons,
    IReadOnlyList<LengthDiscount> LengthDiscounts,
    int IncludedGuests,
    string ExtraGuestPrice,
    decimal DepositPercent,
    string CleaningFee,
    IReadOnlyList<string> Amenities,
    IReadOnlyList<CancellationStep> Cancellation,
    IReadOnlyDictionary<string, string> Policies,
    bool Active);

/// <summary>Nights that have a price of their own. The first season that holds a night decides.</summary>
/// <param name="From">First night.</param>
/// <param name="To">Last night.</param>
/// <param name="Multiplier">Of the base price; or else <paramref name="Price"/>.</param>
/// <param name="Price">Instead of the base price.</param>
/// <param name="MinNights">Of a stay that begins in the season; null for the unit's.</param>
public sealed record Season(DateOnly From, DateOnly To, decimal? Multiplier = null, string? Price = null, int? MinNights = null, string? Name = null);

/// <summary>The longest that a stay reaches counts.</summary>
public sealed record LengthDiscount(int MinNights, decimal Percent);

/// <param name="DaysBefore">Days between the cancellation and the check-in, at least.</param>
/// <param name="RefundPercent">Of what has been paid.</param>
public sealed record CancellationStep(int DaysBefore, decimal RefundPercent);

public sealed record CreateUnit(Guid UnitId, UnitDefinition Definition) : ICommand
{
    public static Domain Domain => Domain.Bookings;
}

/// <summary>Puts another definition in the place of the known one. Bookings keep the price they were made with.</summary>
/// <param name="ExpectedRevision">From <c>If-Match</c>: the unit must have this revision.</param>
public sealed record ChangeUnit(Guid UnitId, UnitDefinition Definition, long? ExpectedRevision) : ICommand
{
    public static Domain Domain => Domain.Bookings;
}

/// <summary>In stream <c>unit-{unitId}</c>.</summary>
/// <param name="Revision">Grows with each change; its ETag.</param>
public sealed record UnitCreated(Guid UnitId, UnitDefinition Definition, long Revision) : IEvent;

public sealed record UnitChanged(Guid UnitId, UnitDefinition Definition, long Revision) : IEvent;
