using System.Globalization;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Schedules;
using Dvt.Lodging.Prices;

namespace Dvt.Api;

/// <summary>Units as the API takes and shows them.</summary>
static class UnitBodies
{
    /// <summary>What is not said has its default; what the schema cannot say is checked here.</summary>
    /// <exception cref="ProblemException">422 with every fault.</exception>
    public static UnitDefinition Read(JsonElement json, string defaultTimeZone)
    {
        var faults = new List<Fault>();
        var currency = json.GetProperty("basePrice").GetProperty("currency").GetString()!;
        var timeZone = Text(json, "timeZone") ?? defaultTimeZone;
        if (!Occurrences.TryZone(timeZone, out _))
            faults.Add(new("/timeZone", "unknown_time_zone", "is no IANA time zone, such as America/Santo_Domingo"));
        var capacity = Whole(json, "capacity")!.Value;
        var definition = new UnitDefinition(
            Text(json, "name")!, Text(json, "type")!, capacity, Amount(json, "basePrice", currency, faults)!, currency, timeZone,
            Text(json, "checkInTime") ?? "15:00", Text(json, "checkOutTime") ?? "11:00",
            Whole(json, "minNights") ?? 1, Whole(json, "maxNights"), Number(json, "weekendMultiplier") ?? 1.2m,
            Texts(json, "weekendNights") ?? ["fri", "sat"], [.. Entries(json, "seasons").Select((s, i) => Season(s, $"/seasons/{i}", currency, faults))],
            [.. Entries(json, "lengthDiscounts").Select(d => new LengthDiscount(Whole(d, "minNights")!.Value, Number(d, "percent")!.Value)).OrderBy(d => d.MinNights)],
            Whole(json, "includedGuests") ?? capacity, Amount(json, "extraGuestPrice", currency, faults) ?? Currencies.Text(0, currency),
            Number(json, "depositPercent") ?? 30m, Amount(json, "cleaningFee", currency, faults) ?? Currencies.Text(0, currency),
            Texts(json, "amenities") ?? [], Cancellation(json),
            json.TryGetProperty("policies", out var policies) ? policies.Deserialize<SortedDictionary<string, string>>()! : new SortedDictionary<string, string>(),
            !json.TryGetProperty("active", out var active) || active.GetBoolean());
        if (definition.MaxNights < definition.MinNights)
            faults.Add(new("/maxNights", "out_of_range", "is less than minNights"));
        if (faults.Count > 0)
            throw new ProblemException(Problems.ValidationFailed, "See errors for what cannot be taken.", faults);
        return definition;
    }

    /// <summary>Without a policy everything is paid back until the stay begins.</summary>
    static IReadOnlyList<CancellationStep> Cancellation(JsonElement json) => json.TryGetProperty("cancellationPolicy", out _)
        ? [.. Entries(json, "cancellationPolicy").Select(s => new CancellationStep(Whole(s, "daysBefore")!.Value, Number(s, "refundPercent")!.Value)).OrderByDescending(s => s.DaysBefore)]
        : [new(0, 100m)];

    static Season Season(JsonElement json, string pointer, string currency, List<Fault> faults)
    {
        var (from, to) = (Date(json, "from", pointer, faults), Date(json, "to", pointer, faults));
        if (to < from)
            faults.Add(new($"{pointer}/to", "out_of_range", "is before from"));
        var (multiplier, price) = (Number(json, "multiplier"), Amount(json, "price", currency, faults, pointer));
        if (multiplier is null == price is null)
            faults.Add(new(pointer, "one_of_two", "has either a multiplier or a price"));
        return new(from, to, multiplier, price, Whole(json, "minNights"), Text(json, "name"));
    }

    static DateOnly Date(JsonElement json, string name, string pointer, List<Fault> faults)
    {
        if (!DateOnly.TryParseExact(Text(json, name), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
            faults.Add(new($"{pointer}/{name}", "invalid_date", "is no date of the form YYYY-MM-DD"));
        return date;
    }

    static string? Amount(JsonElement json, string name, string currency, List<Fault> faults, string pointer = "")
    {
        if (!json.TryGetProperty(name, out var money))
            return null;
        if (money.GetProperty("currency").GetString() != currency)
            faults.Add(new($"{pointer}/{name}/currency", "other_currency", $"is not the base price's {currency}"));
        else if (!Currencies.TryAmount(money.GetProperty("amount").GetString()!, currency, out var amount))
            faults.Add(new($"{pointer}/{name}/amount", "invalid_amount", $"is no amount of {currency} with {Currencies.MinorUnits(currency)} digits behind the point"));
        else
            return Currencies.Text(amount, currency);
        return Currencies.Text(0, currency);
    }

    static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;

    static int? Whole(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? (int)BookingJson.Number(value, $"/{name}") : null;

    static decimal? Number(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? BookingJson.Number(value, $"/{name}") : null;

    static IReadOnlyList<string>? Texts(JsonElement json, string name) => json.TryGetProperty(name, out _) ? [.. Entries(json, name).Select(v => v.GetString()!)] : null;

    static List<JsonElement> Entries(JsonElement json, string name) => json.TryGetProperty(name, out var list) ? [.. list.EnumerateArray()] : [];

    public static object Describe(ReadModels.UnitShown unit)
    {
        var d = unit.Definition;
        Money? Of(string? amount) => amount is null ? null : new(amount, d.Currency);
        return new
        {
            unit.UnitId,
            d.Name,
            d.Type,
            d.Capacity,
            basePrice = Of(d.BasePrice),
            d.TimeZone,
            d.CheckInTime,
            d.CheckOutTime,
            d.MinNights,
            d.MaxNights,
            d.WeekendMultiplier,
            d.WeekendNights,
            seasons = d.Seasons.Select(s => new { s.Name, s.From, s.To, s.Multiplier, price = Of(s.Price), s.MinNights }),
            d.LengthDiscounts,
            d.IncludedGuests,
            extraGuestPrice = Of(d.ExtraGuestPrice),
            d.DepositPercent,
            cleaningFee = Of(d.CleaningFee),
            d.Amenities,
            cancellationPolicy = d.Cancellation,
            d.Policies,
            d.Active,
            unit.Revision,
            unit.CreatedAt,
            unit.ChangedAt,
        };
    }
}
