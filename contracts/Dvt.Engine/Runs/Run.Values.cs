using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Json;
using Dvt.Engine.Plans;

namespace Dvt.Engine.Runs;

// What steps are given and what is kept of their results.
public sealed partial class Run
{
    bool TryInput(StepPlan step, out JsonElement? input, out StepError? error)
    {
        error = null;
        input = steps[step.Index]?.InputOverride;
        return input is not null || step.With is null || TryEvaluate(step.With, out input, out error);
    }

    static bool TryEvaluate(ValueTemplate template, out JsonElement? value, out StepError? error) =>
        TryKeep(template.Literal, out value, out error);

    static bool TryKeep(JsonElement? given, out JsonElement? value, out StepError? error)
    {
        value = null;
        error = null;
        try
        {
            value = Values.Canonical(given);
        }
        catch (JsonRefused refused)
        {
            error = Permanent("RESULT_INVALID", refused.Message);
            return false;
        }
        if (value is not { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } kept)
        {
            value = null;
            return true;
        }
        if (Values.Size(kept) > Values.MaxResultBytes)
            error = Permanent("RESULT_TOO_LARGE", $"{Values.Size(kept)} bytes; at most {Values.MaxResultBytes} are kept");
        else if (Values.HoldsNull(kept))
            error = Permanent("RESULT_INVALID", "a text holds U+0000");
        return error is null;
    }

    static StepError Permanent(string code, string message) => new(code, message, Retryable: false, "USER");

    const int MaxMessage = 2_000;

    static StepError Bounded(StepError error) => error with
    {
        Message = Storable(error.Message),
        Code = Storable(error.Code),
    };

    static string Storable(string text)
    {
        var cut = text.Length <= MaxMessage ? text : text[..MaxMessage];
        return cut.AsSpan().ContainsAnyInRange('\ud800', '\udfff') || cut.Contains('\0', StringComparison.Ordinal)
            ? string.Concat(cut.EnumerateRunes().Where(r => r.Value != 0))
            : cut;
    }
}
