using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Json;

namespace Dvt.Engine.Runs;

public sealed partial class Run
{
    /// <summary>
    /// Queues and starts the run. Refuses a plan other than the command names (<c>PLAN_REF_MISMATCH</c>) and an input that the
    /// plan's schema or the log does not take (<c>SCHEMA_VALIDATION_FAILED</c>). On a run that exists already it writes nothing
    /// and offers what the state still owes.
    /// </summary>
    public Decision Start(StartRun c, DateTimeOffset now)
    {
        Begin(now);
        if (Seq > 0)
            return Decided() with { Ignored = true, Calls = [.. Owed()], Tells = [.. OwedTells()], More = HasInlineWork };
        if (c.PlanId != Plan.PlanId
            || (c.PlanVersion is { } version && version != Plan.Version)
            || (c.PlanDigest is { } digest && digest != Plan.Digest))
            return Decided(new Refusal("PLAN_REF_MISMATCH", $"plan {c.PlanId} {c.PlanVersion} is not the one at hand"));
        if (!TryAccept(c, out var input, out var refusal) || !TryConcurrency(input, out var slot, out refusal))
            return Decided(refusal);
        var context = c.Context with { Priority = Math.Clamp(c.Context.Priority ?? Plan.Priority, 0, 9) };
        Write(new RunQueued(Plan.PlanId, Plan.Version, Plan.Digest, input, context, c.Lineage, slot,
            Plan.TellsStarters && c.StartedBy is { Count: > 0 } ? c.StartedBy : null));
        Advance();
        return Decided();
    }

    bool TryAccept(StartRun c, out JsonElement input, out Refusal? refusal)
    {
        input = EmptyInput;
        refusal = null;
        try
        {
            if (c.Input.ValueKind != JsonValueKind.Undefined)
                input = Values.Canonical(c.Input);
        }
        catch (JsonRefused refused)
        {
            refusal = new Refusal("SCHEMA_VALIDATION_FAILED", $"input{refused.Pointer}: {refused.Message}");
            return false;
        }
        if (Values.HoldsNull(input) || !ContextTexts(c.Context).All(Values.IsStorable))
            refusal = new Refusal("SCHEMA_VALIDATION_FAILED", "a text holds U+0000 or half of a surrogate pair");
        else if (Plan.CheckInput(input) is [var fault, ..])
            refusal = new Refusal("SCHEMA_VALIDATION_FAILED", $"input{fault.Pointer}: {fault.Message}");
        return refusal is null;
    }

    static IEnumerable<string> ContextTexts(RunContext context) =>
        [context.ActorId ?? "", context.CorrelationId ?? "", .. context.Labels?.SelectMany(l => new[] { l.Key, l.Value }) ?? []];

    static readonly JsonElement EmptyInput = JsonElement.Parse("{}");
}
