using System.Globalization;
using System.Text.Json;
using Dvt.Engine.Json;

namespace Dvt.Engine.Plans;

/// <summary>What a run may use. A limit is reached when as much is used; then no further step starts.</summary>
/// <param name="Money">By currency; with any in it, a currency that is missing may not be spent at all.</param>
/// <param name="Steps">Attempts of steps that start.</param>
/// <param name="Time">Running, pauses left out.</param>
public sealed record Budget(long? Tokens, IReadOnlyDictionary<string, decimal>? Money, long? Steps, TimeSpan? Time)
{
    const double MostTokens = 1e15;

    /// <summary>With the limits that <paramref name="change"/> names instead of its own.</summary>
    public Budget With(Budget change) => new(
        change.Tokens ?? Tokens,
        change.Money is null ? Money : Sorted((Money ?? Empty).Where(m => !change.Money.ContainsKey(m.Key)).Concat(change.Money)),
        change.Steps ?? Steps,
        change.Time ?? Time);

    static readonly Dictionary<string, decimal> Empty = [];

    static SortedDictionary<string, decimal> Sorted(IEnumerable<KeyValuePair<string, decimal>> money) =>
        new(money.ToDictionary(), StringComparer.Ordinal);

    /// <summary>Null with a fault, or when nothing is limited.</summary>
    internal static Budget? Read(JsonElement given, string pointer, PlanFaults faults)
    {
        var shape = new Shape(given, pointer, faults);
        var tokens = Whole(shape, "tokens", MostTokens, faults);
        var steps = Whole(shape, "steps", 1e9, faults);
        var time = shape.Duration("time");
        var money = shape.Any("money") is { } limit ? ReadMoney(limit, shape.At("money"), faults) : null;
        shape.NothingElse();
        return faults.Any || (tokens is null && steps is null && time is null && money is null) ? null : new Budget(tokens, money, steps, time);
    }

    /// <summary>Of a change that was checked before.</summary>
    internal static Budget Read(JsonElement given) =>
        Read(given, "", new PlanFaults()) ?? new Budget(Tokens: null, Money: null, Steps: null, Time: null);

    static long? Whole(Shape shape, string name, double most, PlanFaults faults)
    {
        if (shape.Number(name, 1, most) is not { } number)
            return null;
        if (double.IsInteger(number))
            return (long)number;
        faults.Add(shape.At(name), "type", "must be a whole number");
        return null;
    }

    /// <summary>One sum, or one for each of several currencies.</summary>
    static SortedDictionary<string, decimal>? ReadMoney(JsonElement given, string pointer, PlanFaults faults)
    {
        var money = new SortedDictionary<string, decimal>(StringComparer.Ordinal);
        if (given.ValueKind == JsonValueKind.Array)
        {
            var place = 0;
            foreach (var sum in given.EnumerateArray())
                ReadSum(sum, $"{pointer}/{place++}", money, faults);
            if (place == 0)
                faults.Add(pointer, "invalid_value", "must name a sum");
        }
        else
            ReadSum(given, pointer, money, faults);
        return money.Count == 0 ? null : money;
    }

    static void ReadSum(JsonElement given, string pointer, SortedDictionary<string, decimal> money, PlanFaults faults)
    {
        if (given.ValueKind != JsonValueKind.Object)
        {
            faults.Add(pointer, "type", "must be an object");
            return;
        }
        var shape = new Shape(given, pointer, faults);
        decimal? amount = null;
        if (shape.Text("amount", required: true) is { } text)
        {
            if (TryAmount(text, out var value) && value > 0)
                amount = value;
            else
                faults.Add(shape.At("amount"), "invalid_value", "must be a decimal number above zero, such as \"5.00\"");
        }
        var currency = shape.Text("currency", required: true);
        if (currency is not null && !IsCurrency(currency))
        {
            faults.Add(shape.At("currency"), "invalid_value", "must be an ISO 4217 code such as USD");
            currency = null;
        }
        shape.NothingElse();
        if (amount is { } limit && currency is not null && !money.TryAdd(currency, limit))
            faults.Add(pointer, "invalid_value", $"{currency} is named twice");
    }

    /// <summary>Digits and a point, small enough that no sum of a run overflows.</summary>
    internal static bool TryAmount(string text, out decimal amount) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out amount) && text.Length <= 28 && amount < 1e15m;

    internal static bool IsCurrency(string text) => text.Length == 3 && text.All(char.IsAsciiLetterUpper);
}

/// <summary>So many runs of the plan and of the key's value go on at the same time.</summary>
/// <param name="Key">Over the input; null is no key, and no limit.</param>
public sealed record ConcurrencyRule(ValueTemplate Key, int Limit);
