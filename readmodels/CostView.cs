using System.Globalization;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Predictions;
using Npgsql;

namespace Dvt.ReadModels;

/// <summary>
/// <c>read.cost</c>: what completed runs cost, per plan version and unit, in the buckets of <see cref="Histogram"/>. A run that cost
/// nothing has no row: how many completed there are is known from <c>read.duration</c>.
/// </summary>
sealed class CostView : IView
{
    public const string Tokens = "tokens";

    public string Name => "cost";

    public int Version => 1;

    // Few runs cost anything: the others are passed over without being read.
    public IReadOnlyCollection<string> DataOf { get; } = [];

    public void Project(IReadOnlyList<TailEvent> events, NpgsqlBatch writes, string table)
    {
        var costs = new List<(Guid TenantId, string PlanId, string Version, string Unit, int Bucket)>();
        foreach (var e in events)
            if (e.Type == nameof(RunCompleted) && e.Facts is { PlanId: { } planId, PlanVersion: { } version } && e.Raw.Span.IndexOf("\"cost\""u8) >= 0)
                foreach (var (unit, amount) in CostIn(e.Raw))
                    costs.Add((e.TenantId, planId, version, unit, Histogram.BucketOf(amount)));
        if (costs.Count == 0)
            return;
        writes.BatchCommands.Add(new NpgsqlBatchCommand(
            $"""
            insert into {table} as c (tenant_id, plan_id, version, unit, bucket, runs)
            select tenant_id, plan_id, version, unit, bucket, count(*)
            from unnest($1, $2, $3, $4, $5) as t(tenant_id, plan_id, version, unit, bucket)
            group by 1, 2, 3, 4, 5
            order by 1, 2, 3, 4, 5
            on conflict (tenant_id, plan_id, version, unit, bucket) do update
            set runs = c.runs + excluded.runs
            """)
            .Uuid(costs, t => t.TenantId).Text(costs, t => t.PlanId).Text(costs, t => t.Version).Text(costs, t => t.Unit).Int(costs, t => t.Bucket));
    }

    static IEnumerable<(string Unit, double Amount)> CostIn(ReadOnlyMemory<byte> completed)
    {
        using var json = JsonDocument.Parse(completed, RunHead.Deep);
        // A member of the output may be called so as well.
        if (!json.RootElement.TryGetProperty("cost", out var cost))
            yield break;
        var known = ContractsJson.Read<Cost>(cost);
        if (known.Tokens is > 0 and var tokens)
            yield return (Tokens, tokens);
        foreach (var money in (known.Money is { } one ? [one] : Array.Empty<Money>()).Concat(known.Others ?? []))
            yield return (money.Currency, double.Parse(money.Amount, CultureInfo.InvariantCulture));
    }
}
