using Dvt.Contracts;

namespace Dvt.Engine.Runs;

public sealed partial class Run
{
    /// <summary>
    /// Queues and starts the run. Refuses a plan other than the command names (<c>PLAN_REF_MISMATCH</c>). Throws
    /// <see cref="Json.JsonRefused"/> for an input that is no storable JSON. On a run that exists already it writes nothing
    /// but what the state still owes.
    /// </summary>
    public Decision Start(StartRun c, DateTimeOffset now)
    {
        Begin(now);
        if (Seq > 0)
            return Decided() with { Ignored = true, Calls = [.. Owed()], More = HasInlineWork };
        if (c.PlanId != Plan.PlanId
            || (c.PlanVersion is { } version && version != Plan.Version)
            || (c.PlanDigest is { } digest && digest != Plan.Digest))
            return Decided(new Refusal("PLAN_REF_MISMATCH", $"plan {c.PlanId} {c.PlanVersion} is not the one at hand"));
        var input = c.Input.ValueKind == System.Text.Json.JsonValueKind.Undefined ? EmptyInput : Values.Canonical(c.Input);
        Write(new RunQueued(Plan.PlanId, Plan.Version, Plan.Digest, input, c.Context, c.Lineage));
        Advance();
        return Decided();
    }

    static readonly System.Text.Json.JsonElement EmptyInput = System.Text.Json.JsonElement.Parse("{}");
}
