using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dvt.Bench;

/// <summary>One measured figure; a line of JSON on standard output.</summary>
/// <param name="Bench">Such as <c>run3</c>.</param>
/// <param name="Part">Which figure of the bench; null for the one that the bench is about.</param>
sealed record Figure(string Bench, string? Part, double Value, string Unit)
{
    static readonly JsonSerializerOptions Form = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The same workload done the naive way, in the same run.</summary>
    public double? Yardstick { get; init; }

    public double? Ratio => Round(Value / Yardstick);

    /// <summary>What this machine can do at all, in the same run.</summary>
    public double? Limit { get; init; }

    public double? LimitRatio => Round(Value / Limit);

    [JsonIgnore]
    public Target? Wanted { get; init; }

    public string? Target => Wanted?.ToString();

    public bool? Pass => Wanted?.IsMet(this);

    /// <summary>Sizes and settings that the figure holds for, and where the time went.</summary>
    public required object Inputs { get; init; }

    public string ToJson() => JsonSerializer.Serialize(Rounded(), Form);

    Figure Rounded() => this with { Value = Round(Value), Yardstick = Round(Yardstick), Limit = Round(Limit) };

    static double? Round(double? value) => value is { } some ? Round(some) : null;

    /// <summary>Four significant digits: more would claim a precision that no machine has.</summary>
    public static double Round(double value)
    {
        if (value is 0 || !double.IsFinite(value))
            return 0;
        var digits = 3 - (int)Math.Floor(Math.Log10(Math.Abs(value)));
        return digits > 0 ? Math.Round(value, Math.Min(digits, 15)) : Math.Round(value);
    }
}

/// <summary>A bound on the figure itself or on its ratio to yardstick or limit.</summary>
sealed record Target(string Of, bool AtLeast, double Bound)
{
    public static Target RatioAtLeast(double bound) => new("ratio", AtLeast: true, bound);

    public static Target RatioAtMost(double bound) => new("ratio", AtLeast: false, bound);

    public static Target LimitRatioAtLeast(double bound) => new("limitRatio", AtLeast: true, bound);

    public static Target ValueAtLeast(double bound) => new("value", AtLeast: true, bound);

    public static Target ValueAtMost(double bound) => new("value", AtLeast: false, bound);

    public bool IsMet(Figure figure)
    {
        var actual = Of switch { "ratio" => figure.Ratio, "limitRatio" => figure.LimitRatio, _ => figure.Value };
        return actual is { } known && (AtLeast ? known >= Bound : known <= Bound);
    }

    public override string ToString() => FormattableString.Invariant($"{Of} {(AtLeast ? ">=" : "<=")} {Bound}");
}
