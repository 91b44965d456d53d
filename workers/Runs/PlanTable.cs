using System.Collections.Concurrent;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Pipeline;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.Workers.Runs;

/// <summary>A stored plan version.</summary>
sealed record PlanRow(Guid TenantId, string PlanId, string Version, string State, string Digest, byte[] Document, long Revision);

/// <summary>The SQL of <c>runs.plan</c>.</summary>
static class PlanTable
{
    public static async Task<PlanRow?> FindAsync(NpgsqlDataSource postgres, Guid tenantId, string planId, string version, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            select state, digest, document, revision
            from runs.plan
            where tenant_id = $1
              and plan_id = $2
              and version = $3
            """);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = planId });
        command.Parameters.Add(new() { Value = version });
        await using var reader = await command.ExecuteReaderAsync(stop);
        return await reader.ReadAsync(stop)
            ? new PlanRow(tenantId, planId, version, reader.GetString(0), reader.GetString(1), reader.GetFieldValue<byte[]>(2), reader.GetInt64(3))
            : null;
    }

    public static async Task<List<string>> PublishedVersionsAsync(NpgsqlDataSource postgres, Guid tenantId, string planId, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            select version
            from runs.plan
            where tenant_id = $1
              and plan_id = $2
              and state = 'published'
            """);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = planId });
        await using var reader = await command.ExecuteReaderAsync(stop);
        var versions = new List<string>();
        while (await reader.ReadAsync(stop))
            versions.Add(reader.GetString(0));
        return versions;
    }

    /// <summary>Stores a version as it is now; a row that moved on since it was read fails the transaction.</summary>
    public static void AddSave(NpgsqlBatch batch, PlanRow row) =>
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            """
            with saved as (
              insert into runs.plan (tenant_id, plan_id, version, state, digest, document, revision, published_at)
              values ($1, $2, $3, $4, $5, $6, $7, case when $4 = 'published' then clock_timestamp() end)
              on conflict (tenant_id, plan_id, version) do update
              set state = excluded.state, digest = excluded.digest, document = excluded.document, revision = excluded.revision,
                  published_at = coalesce(plan.published_at, excluded.published_at)
              where plan.revision < excluded.revision
              returning 1
            )
            select log.expect((select count(*) from saved), 1, 'runs.plan')
            """)
        {
            Parameters =
            {
                new() { Value = row.TenantId }, new() { Value = row.PlanId }, new() { Value = row.Version }, new() { Value = row.State },
                new() { Value = row.Digest }, new() { Value = row.Document }, new() { Value = row.Revision },
            },
        });
}

/// <summary>Compiled plans by version. A published version never changes, so what is here stays true.</summary>
sealed class Plans(NpgsqlDataSource postgres, StepKinds kinds)
{
    const int Remembered = 1_000;

    readonly ConcurrentDictionary<(Guid, string, string), Plan> compiled = new();

    /// <summary>The published or archived version; the newest published one when none is named. Null when there is none.</summary>
    public ValueTask<Plan?> FindAsync(Guid tenantId, string planId, string? version, CancellationToken stop) =>
        version is not null && compiled.TryGetValue((tenantId, planId, version), out var known)
            ? new(known)
            : new(LoadAsync(tenantId, planId, version, stop));

    /// <summary>The plan of a run, which stays as long as the run.</summary>
    public async ValueTask<Plan> OfAsync(StoredRun stored, CancellationToken stop) =>
        await FindAsync(stored.TenantId, stored.PlanId, stored.PlanVersion, stop)
            ?? throw new InvalidOperationException($"plan {stored.PlanId} {stored.PlanVersion} of a stored run is gone");

    async Task<Plan?> LoadAsync(Guid tenantId, string planId, string? version, CancellationToken stop)
    {
        version ??= SemanticVersion.Newest(await PlanTable.PublishedVersionsAsync(postgres, tenantId, planId, stop));
        if (version is null)
            return null;
        if (compiled.TryGetValue((tenantId, planId, version), out var known))
            return known;
        var row = await PlanTable.FindAsync(postgres, tenantId, planId, version, stop);
        if (row is null or { State: "draft" })
            return null;
        using var document = JsonDocument.Parse(row.Document);
        var plan = Plan.Check(document.RootElement.Clone(), kinds).Plan
            ?? throw new InvalidOperationException($"plan {planId} {version} was stored but does not compile");
        if (compiled.Count >= Remembered)
            compiled.Clear();
        return compiled[(tenantId, planId, version)] = plan;
    }
}
