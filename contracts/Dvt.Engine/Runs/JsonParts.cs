using System.Text.Json;
using Dvt.Contracts;

namespace Dvt.Engine.Runs;

/// <summary>Members that are written only when there is something to say.</summary>
static class JsonParts
{
    public static void Text(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, string? text)
    {
        if (text is not null)
            writer.WriteString(name, text);
    }

    public static void Flag(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, bool flag)
    {
        if (flag)
            writer.WriteBoolean(name, flag);
    }

    public static void Count(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, int count)
    {
        if (count != 0)
            writer.WriteNumber(name, count);
    }

    public static void Long(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, long? number)
    {
        if (number is { } given)
            writer.WriteNumber(name, given);
    }

    public static void Cost(this Utf8JsonWriter writer, Cost? cost) => writer.Cost("cost"u8, cost);

    public static void Cost(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, Cost? cost)
    {
        if (cost is null)
            return;
        writer.WriteStartObject(name);
        writer.Long("tokens"u8, cost.Tokens);
        if (cost.Money is { } money)
        {
            writer.WritePropertyName("money"u8);
            writer.Sum(money);
        }
        if (cost.Others is { Count: > 0 } others)
        {
            writer.WriteStartArray("others"u8);
            foreach (var other in others)
                writer.Sum(other);
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
    }

    static void Sum(this Utf8JsonWriter writer, Money money)
    {
        writer.WriteStartObject();
        writer.WriteString("amount"u8, money.Amount);
        writer.WriteString("currency"u8, money.Currency);
        writer.WriteEndObject();
    }

    /// <summary>Microseconds since 1970.</summary>
    public static void Moment(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, DateTimeOffset? moment)
    {
        if (moment is { } given)
            writer.WriteNumber(name, Moments.Micros(given));
    }

    /// <summary>A value in canonical form, as it is.</summary>
    public static void Value(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, JsonElement? value)
    {
        if (value is not { } given)
            return;
        writer.WritePropertyName(name);
        writer.WriteRawValue(Values.Raw(given), skipInputValidation: true);
    }

    public static void Error(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, StepError? error)
    {
        if (error is null)
            return;
        writer.WriteStartObject(name);
        writer.WriteString("code"u8, error.Code);
        writer.WriteString("message"u8, error.Message);
        writer.WriteBoolean("retryable"u8, error.Retryable);
        writer.WriteString("category"u8, error.Category);
        writer.WriteEndObject();
    }
}
