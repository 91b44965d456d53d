using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Lodging.Bookings;
using Dvt.Lodging.Prices;
using Dvt.Pipeline;
using Dvt.Workers.Effects;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.Workers.Bookings;

/// <summary>Kind <c>booking.quote</c>: what a stay costs and whether its nights are free; it takes nothing, so it may be asked as often as one likes.</summary>
sealed class QuoteStep(NpgsqlDataSource postgres, DatabaseClock clock) : IStepKindWorker
{
    /// <summary>How far around the stay alternatives are looked for; a little more than the rule looks.</summary>
    const int Around = 400;

    public string Kind => BookingKinds.Quote;

    public int Concurrency => 64;

    public Repetition Repeatable(JsonElement input) => Repetition.AnyKey;

    public async Task<StepOutcome> CallAsync(StepCall call, CancellationToken stop)
    {
        var with = call.Step.Input;
        var stay = new Stay(BookingSteps.Day(with, "checkIn"), BookingSteps.Day(with, "checkOut"));
        var guests = with.TryGetProperty("guests", out var given) ? given.GetInt32() : 1;
        if (stay.Nights is < 1 or > StayRules.MostNights)
            return Impossible("invalid_dates", "checkOut lies behind checkIn, by a year at the most");
        if (await ReadAsync(call.TenantId, with.GetProperty("unitId").GetGuid(), stay, stop) is not var (unit, taken))
            return Impossible("unit_not_found", "there is no such unit");
        var now = await clock.NowAsync(stop);
        var today = LocalDay.Of(now, unit.TimeZone);
        var refusal = StayRules.Fault(unit, stay, guests, today)
            ?? (taken.AreFree(stay, Guid.Empty) ? null : StayRules.Overlap(unit, taken, stay, guests, Guid.Empty, today));
        var price = StayPrice.Of(unit, stay, guests);
        return new StepOutcome.Succeeded(ContractsJson.Element(new
        {
            available = refusal is null,
            refusal?.Code,
            refusal?.Detail,
            stay.Nights,
            total = StepBookings.Money(price.Total, price.Currency),
            deposit = StepBookings.Money(price.Deposit, price.Currency),
            breakdown = price,
            alternatives = refusal?.Alternatives?.Select(a => new { a.CheckIn, a.CheckOut }),
        }));
    }

    static StepOutcome.Failed Impossible(string code, string detail) => new(new StepError(code, detail, Retryable: false, "USER"));

    async Task<(UnitDefinition Unit, TakenNights Taken)?> ReadAsync(Guid tenantId, Guid unitId, Stay stay, CancellationToken stop)
    {
        await using var batch = postgres.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            """
            select definition::text
            from bookings.unit
            where tenant_id = $1
              and unit_id = $2
            """)
        { Parameters = { new() { Value = tenantId }, new() { Value = unitId } } });
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            """
            select c.claim_id, c.holder, lower(c.stay), upper(c.stay)
            from bookings.claim c
            left join bookings.booking b on b.tenant_id = c.tenant_id
              and b.booking_id = c.claim_id
            where c.tenant_id = $1
              and c.unit_id = $2
              and c.stay && $3
              and not (b.status is not distinct from 'held' and b.expires_at <= clock_timestamp())
            """)
        {
            Parameters =
            {
                new() { Value = tenantId },
                new() { Value = unitId },
                new()
                {
                    NpgsqlDbType = NpgsqlDbType.DateRange,
                    Value = new NpgsqlRange<DateOnly>(Moved(stay.CheckIn, -Around), lowerBoundIsInclusive: true, Moved(stay.CheckOut, Around), upperBoundIsInclusive: false),
                },
            },
        });
        await using var row = await batch.ExecuteReaderAsync(stop);
        if (!await row.ReadAsync(stop))
            return null;
        var unit = JsonSerializer.Deserialize<UnitDefinition>(row.GetString(0), ContractsJson.Options)!;
        var taken = new TakenNights();
        await row.NextResultAsync(stop);
        while (await row.ReadAsync(stop))
            taken.Take(row.GetGuid(0), row.GetGuid(1), new Stay(row.GetFieldValue<DateOnly>(2), row.GetFieldValue<DateOnly>(3)));
        return (unit, taken);
    }

    /// <summary>Within what dates can be.</summary>
    static DateOnly Moved(DateOnly day, int by) => DateOnly.FromDayNumber(Math.Clamp(day.DayNumber + by, DateOnly.MinValue.DayNumber, DateOnly.MaxValue.DayNumber));
}
