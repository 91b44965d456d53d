using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Cel;
using Dvt.Engine.Json;
using Dvt.Engine.Plans;

namespace Dvt.Engine.Runs;

// What steps are given and what is kept of their results.
public sealed partial class Run
{
    RunBindings? bindings;

    RunBindings Bindings => bindings ??= new RunBindings(this);

    bool TryInput(
        StepPlan step, JsonElement? inputOverride, out JsonElement? input, out StepError? error, JsonElement? target = null, ICelBindings? of = null)
    {
        error = null;
        input = inputOverride;
        if (input is null && step.With is not null && !TryEvaluate(step.With, out input, out error, of))
            return false;
        if (target is { } aim && input is { } given)
            input = Values.Canonical(step.Kind.Target!.Replace(given, aim));
        var asWritten = step.With?.IsLiteral != false && inputOverride is null && target is null;
        if (asWritten)
            return true;
        // Only now do expressions have values that the kind's schema can judge.
        if (step.Kind.Schema.Validate(input ?? EmptyInput, assertFormat: true) is not [var fault, ..])
            return true;
        error = Permanent("INVALID_WITH", $"with{fault.Pointer}: {fault.Message}");
        return false;
    }

    bool TryEvaluate(
        ValueTemplate template, out JsonElement? value, out StepError? error, ICelBindings? of = null, int maxBytes = Values.MaxResultBytes)
    {
        value = null;
        try
        {
            return TryKeep(template.Literal ?? template.Evaluate(of ?? Bindings), isCanonical: true, out value, out error, maxBytes);
        }
        catch (CelEvaluationException fault)
        {
            error = Permanent("EXPRESSION_FAILED", Storable(fault.Message));
        }
        catch (JsonRefused refused)
        {
            error = Permanent("EXPRESSION_FAILED", Storable(refused.Message));
        }
        return false;
    }

    static bool TryKeep(JsonElement? given, bool isCanonical, out JsonElement? value, out StepError? error, int maxBytes = Values.MaxResultBytes)
    {
        value = null;
        error = null;
        try
        {
            value = isCanonical && given is not { ValueKind: JsonValueKind.Null } ? given : Values.Canonical(given);
        }
        catch (JsonRefused refused)
        {
            error = Permanent("RESULT_INVALID", Storable(refused.Message));
            return false;
        }
        if (value is not { } kept)
            return true;
        if (Values.Size(kept) > maxBytes)
            error = Permanent("RESULT_TOO_LARGE", $"{Values.Size(kept)} bytes; at most {maxBytes} are kept");
        else if (Values.HoldsNull(kept))
            error = Permanent("RESULT_INVALID", "a text holds U+0000");
        if (error is not null)
            value = null;
        return error is null;
    }

    static StepError Permanent(string code, string message) => new(code, message, Retryable: false, "USER");

    const int MaxMessage = 2_000;

    static StepError Bounded(StepError error) => error with
    {
        Message = Storable(error.Message ?? ""),
        Code = Storable(error.Code ?? "STEP_FAILED"),
        Category = Storable(error.Category ?? "SYSTEM"),
    };

    // The log cannot hold U+0000 or half of a surrogate pair.
    static string Storable(string text)
    {
        var cut = text.Length <= MaxMessage ? text : text[..MaxMessage];
        return cut.AsSpan().ContainsAnyInRange('\ud800', '\udfff') || cut.Contains('\0', StringComparison.Ordinal)
            ? string.Concat(cut.EnumerateRunes().Where(r => r.Value != 0))
            : cut;
    }
}
