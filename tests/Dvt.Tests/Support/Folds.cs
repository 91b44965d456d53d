using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Engine.Runs;
using Dvt.Pipeline;
using Dvt.Workers.Runs;
using Xunit;

namespace Dvt.Tests.Support;

/// <summary>Every run folded from its history again.</summary>
static class Folds
{
    const int Page = 500;

    /// <summary>2: the stored state of every run is the fold of its history, by its snapshot's hash.</summary>
    public static async Task EqualStateAsync(DvtSystem system)
    {
        var plans = await PlansAsync(system);
        var keys = (await system.RowsAsync("select tenant_id, run_id from runs.run"))
            .Select(row => row.Split(' ', 2)).Select(row => (Guid.Parse(row[0]), row[1]));
        foreach (var page in keys.Chunk(Page))
            foreach (var stored in await RunTable.LoadAsync(system.Database, page, CancellationToken.None))
            {
                var plan = plans[(stored.TenantId, stored.PlanId, stored.PlanVersion)];
                var live = stored.Restore(plan);
                var folded = await FoldAsync(system, stored, plan);
                Assert.True(live.Seq == folded.Seq && (stored.Seq == live.Seq || !live.IsTerminal), $"{stored.RunId}: stored at {stored.Seq}, state at {live.Seq}, history at {folded.Seq}");
                Assert.True(live.SnapshotHash() == folded.SnapshotHash(), $"{stored.RunId}: the state is not the fold of its history");
            }
    }

    static async Task<Run> FoldAsync(DvtSystem system, StoredRun stored, Plan plan)
    {
        var folded = Run.New(stored.RunId, plan);
        await using var connection = await system.Database.OpenConnectionAsync();
        foreach (var e in await EventLog.ReadStreamAsync(connection, stored.TenantId, $"run-{stored.RunId}", afterSeq: 0, int.MaxValue, CancellationToken.None))
            folded.Apply(RunEvents.Read(e.Type, e.Json), e.OccurredAt);
        return folded;
    }

    static async Task<Dictionary<(Guid, string, string), Plan>> PlansAsync(DvtSystem system)
    {
        await using var command = system.Database.CreateCommand("select tenant_id, plan_id, version, document from runs.plan");
        await using var reader = await command.ExecuteReaderAsync();
        var plans = new Dictionary<(Guid, string, string), Plan>();
        while (await reader.ReadAsync())
            plans[(reader.GetGuid(0), reader.GetString(1), reader.GetString(2))] =
                Plan.Check(JsonElement.Parse(reader.GetFieldValue<byte[]>(3)), DomainKinds.All).Plan!;
        return plans;
    }
}
