using System.Text.Json;
using Dvt.Contracts;

namespace Dvt.Engine.Runs;

// Budgets, costs and concurrency keys, both ways.
public static partial class RunEvents
{
    static void WriteConcurrency(Utf8JsonWriter writer, ConcurrencySlot? slot)
    {
        if (slot is null)
            return;
        writer.WriteStartObject("concurrency"u8);
        writer.WriteString("key"u8, slot.Key);
        writer.WriteNumber("limit"u8, slot.Limit);
        writer.WriteEndObject();
    }

    internal static ConcurrencySlot? ReadConcurrency(JsonElement json) =>
        json.TryGetProperty("concurrency", out var slot) ? new ConcurrencySlot(Text(slot, "key")!, Number(slot, "limit") ?? 1) : null;

    static void WriteBudgetData(IEvent e, Utf8JsonWriter writer)
    {
        switch (e)
        {
            case RunBudgetExceeded exceeded:
                writer.WriteString("budget"u8, exceeded.Budget);
                writer.WriteString("used"u8, exceeded.Used);
                writer.WriteString("limit"u8, exceeded.Limit);
                writer.Text("currency"u8, exceeded.Currency);
                break;
            case RunBudgetChanged changed:
                WriteSignalled(writer, changed.SignalId, changed.Reason);
                writer.Value("budget"u8, changed.Budget);
                break;
        }
    }

    static IEvent ReadBudgetEvent(string type, JsonElement data) => type == nameof(RunBudgetExceeded)
        ? new RunBudgetExceeded(Text(data, "budget")!, Text(data, "used")!, Text(data, "limit")!, Text(data, "currency"), Occurrence(data))
        : new RunBudgetChanged(Value(data, "budget") ?? Nothing, Text(data, "signalId"), Text(data, "reason"), Occurrence(data));

    static Cost? ReadCost(JsonElement data, string name = "cost") => data.TryGetProperty(name, out var cost)
        ? new Cost(
            cost.TryGetProperty("tokens", out var tokens) ? tokens.GetInt64() : null,
            cost.TryGetProperty("money", out var money) ? ReadSum(money) : null,
            cost.TryGetProperty("others", out var others) ? [.. others.EnumerateArray().Select(ReadSum)] : null)
        : null;

    static Money ReadSum(JsonElement json) => new(Text(json, "amount")!, Text(json, "currency")!);
}
