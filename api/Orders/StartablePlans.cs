using System.Collections.Concurrent;
using System.Text.Json;
using Dvt.Engine.JsonSchemas;
using Dvt.ReadModels;

namespace Dvt.Api;

/// <summary>What starting a run needs of a plan version.</summary>
/// <param name="Input">Null when any input is taken.</param>
sealed record StartablePlan(string PlanId, string Version, string State, string Digest, JsonSchema? Input);

/// <summary>
/// Plans for starting runs. Contents by digest never change; which version is the newest is looked up again after a second,
/// and after each publication of this process.
/// </summary>
sealed class StartablePlans(PlanQueries plans)
{
    const int MaxEntries = 20_000;

    static readonly TimeSpan NewestFor = TimeSpan.FromSeconds(1);
    static readonly TimeSpan PinnedFor = TimeSpan.FromSeconds(30);

    readonly ConcurrentDictionary<(Guid Tenant, string PlanId, string? Version), Entry> entries = new();
    readonly ConcurrentDictionary<string, JsonSchema?> schemas = new();
    readonly ConcurrentDictionary<(Guid Tenant, string PlanId, string? Version), long> absent = new();

    sealed record Entry(StartablePlan Plan, long At);

    /// <summary>Null when there is none.</summary>
    /// <exception cref="Npgsql.NpgsqlException">The database is away and the plan is not in memory.</exception>
    public ValueTask<StartablePlan?> FindAsync(Guid tenantId, string planId, string? version, CancellationToken stop)
    {
        var maxAge = version is null ? NewestFor : PinnedFor;
        return entries.TryGetValue((tenantId, planId, version), out var known) && Environment.TickCount64 - known.At < maxAge.TotalMilliseconds
            ? new(known.Plan)
            : new(LoadAsync(tenantId, planId, version, known, stop));
    }

    async Task<StartablePlan?> LoadAsync(Guid tenantId, string planId, string? version, Entry? known, CancellationToken stop)
    {
        StoredPlan? stored;
        try
        {
            stored = await plans.ForStartAsync(tenantId, planId, version, stop);
        }
        catch (Exception fault) when (known is not null && Away.Is(fault))
        {
            // The worker judges again with what is committed; until then the last known plan is good enough.
            return known.Plan;
        }
        if (stored is null)
            return null;
        if (entries.Count >= MaxEntries)
            entries.Clear();
        var plan = new StartablePlan(stored.PlanId, stored.Version, stored.State, stored.Digest, SchemaOf(stored));
        entries[(tenantId, planId, version)] = new(plan, Environment.TickCount64);
        return plan;
    }

    JsonSchema? SchemaOf(StoredPlan stored)
    {
        if (schemas.TryGetValue(stored.Digest, out var known))
            return known;
        if (schemas.Count >= MaxEntries)
            schemas.Clear();
        using var document = JsonDocument.Parse(stored.Document);
        var schema = document.RootElement.TryGetProperty("inputSchema", out var given) ? JsonSchema.Compile(given.Clone()) : null;
        return schemas[stored.Digest] = schema;
    }

    /// <summary>True when it was looked for in vain within the last second.</summary>
    public bool IsKnownAbsent(Guid tenantId, string planId, string? version) =>
        absent.TryGetValue((tenantId, planId, version), out var since) && Environment.TickCount64 - since < NewestFor.TotalMilliseconds;

    public void Absent(Guid tenantId, string planId, string? version)
    {
        if (absent.Count >= MaxEntries)
            absent.Clear();
        absent[(tenantId, planId, version)] = Environment.TickCount64;
    }

    /// <summary>A version was published or archived by this process.</summary>
    public void Forget(Guid tenantId, string planId, string version)
    {
        entries.TryRemove((tenantId, planId, null), out _);
        entries.TryRemove((tenantId, planId, version), out _);
        absent.TryRemove((tenantId, planId, null), out _);
        absent.TryRemove((tenantId, planId, version), out _);
    }
}
