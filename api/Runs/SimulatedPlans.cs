using System.Text.Json;
using Dvt.Contracts;
using Dvt.ReadModels;

namespace Dvt.Api;

/// <summary>Stored plans for simulations: drafts and archived versions too.</summary>
static class SimulatedPlans
{
    /// <exception cref="ProblemException">404, or 409 for another digest.</exception>
    public static async Task<byte[]> DocumentAsync(Call call, JsonElement planRef)
    {
        var (planId, version) = (planRef.GetProperty("planId").GetString()!, Text(planRef, "version"));
        var stored = await FindAsync(call, planId, version)
            ?? throw new ProblemException(Problems.PlanNotFound, version is null ? $"There is no published version of plan {planId}." : $"There is no version {version} of plan {planId}.");
        return Text(planRef, "digest") is { } digest && digest != stored.Digest
            ? throw new ProblemException(Problems.VersionConflict, $"Version {stored.Version} of plan {planId} has digest {stored.Digest}.")
            : stored.Document;
    }

    static async Task<StoredPlan?> FindAsync(Call call, string planId, string? version)
    {
        var tenantId = call.Caller.TenantId;
        if (await call.Backend.Plans.ForStartAsync(tenantId, planId, version, call.Stop) is { } found)
            return found;
        if (call.Backend.Startable.IsKnownAbsent(tenantId, planId, version))
            return null;
        // Its saving may be on the way; what comes behind it in the slot's queue answers for it.
        if (!await call.Backend.Existence.FenceAsync(Domain.Runs, tenantId, planId, call.Stop))
            throw new ProblemException(Problems.ViewBehind, "It may have been accepted without being visible yet.") { RetryAfter = 2 };
        if (await call.Backend.Plans.ForStartAsync(tenantId, planId, version, call.Stop) is { } late)
            return late;
        call.Backend.Startable.Absent(tenantId, planId, version);
        return null;
    }

    static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;
}
