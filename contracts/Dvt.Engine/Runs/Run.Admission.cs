using System.Text.Json;
using Dvt.Contracts;

namespace Dvt.Engine.Runs;

// Runs with a concurrency key begin once a slot of it was granted to them. Who is granted one is not decided here.
public sealed partial class Run
{
    const int MaxConcurrencyKey = 512;

    bool admitted;

    /// <summary>Null when the run waits for nobody.</summary>
    public ConcurrencySlot? Concurrency { get; private set; }

    /// <summary>It may not begin yet. It can be paused and cancelled all the same.</summary>
    public bool WaitsForSlot => Concurrency is not null && !admitted && !IsTerminal;

    /// <summary>
    /// The run that this one, at its end, hands its slot to: the one that goes on for it with the same key. Null when the slot is
    /// for whoever waits.
    /// </summary>
    public string? SlotHeir => admitted && Continuation is { } next
        && TryConcurrency(Values.Canonical(next.Input), out var wanted, out _) && wanted == Concurrency ? next.AsRunId : null;

    /// <summary>A slot was granted; told twice it changes nothing. A paused run keeps its slot.</summary>
    public Decision Admit(DateTimeOffset now)
    {
        Begin(now);
        FinishEnding();
        if (!WaitsForSlot)
            return Decided();
        Write(new RunAdmitted());
        Advance();
        return Decided();
    }

    /// <summary>The key's value for an input. False when the input gives none: then the run cannot be started.</summary>
    bool TryConcurrency(JsonElement input, out ConcurrencySlot? slot, out Refusal? refusal)
    {
        (slot, refusal) = (null, null);
        if (Plan.Concurrency is not { } rule)
            return true;
        (var before, inputSeen) = (inputSeen, input);
        var hasValue = TryEvaluate(rule.Key, out var value, out var fault);
        inputSeen = before;
        if (!hasValue)
            refusal = new Refusal("SCHEMA_VALIDATION_FAILED", $"the input gives no concurrency key: {fault!.Message}");
        else if (value is { } key && KeyText(key) is { } text)
        {
            if (text.Length > MaxConcurrencyKey)
                refusal = new Refusal("SCHEMA_VALIDATION_FAILED", $"the concurrency key has more than {MaxConcurrencyKey} characters");
            else
                slot = new ConcurrencySlot(text, rule.Limit);
        }
        return refusal is null;
    }

    static string? KeyText(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        JsonValueKind.String => value.GetString(),
        _ => value.GetRawText(),
    };
}
