using Dvt.Engine.Predictions;
using Npgsql;

namespace Dvt.ReadModels;

/// <summary>What completed runs of a plan version cost.</summary>
/// <param name="ByUnit"><c>tokens</c> and currencies, of those runs that cost any.</param>
public sealed record PlanCosts(IReadOnlyDictionary<string, Histogram> ByUnit)
{
    public const string Tokens = CostView.Tokens;

    /// <summary>What is not exceeded in this share of <paramref name="runs"/> completed ones, those that cost nothing among them.</summary>
    /// <param name="spent">Only runs that cost at least as much are compared; 0 for all.</param>
    public double? Quantile(string unit, double share, long runs, double spent = 0)
    {
        if (!ByUnit.TryGetValue(unit, out var known))
            return spent > 0 ? null : 0;
        return known.AmountAt(share, none: Math.Max(0, runs - known.Count), atLeast: spent);
    }
}

/// <summary>Reads past costs.</summary>
/// <param name="api">Of role <c>dvt_api</c>.</param>
public sealed class CostQueries(NpgsqlDataSource api)
{
    public async Task<PlanCosts> OfPlanAsync(Guid tenantId, string planId, string version, CancellationToken stop)
    {
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            """
            select unit, bucket, runs
            from read.cost
            where tenant_id = $1
              and plan_id = $2
              and version = $3
            """, tenantId, planId, version);
        return (await query.ReadAsync(async reader =>
        {
            var byUnit = new SortedDictionary<string, Histogram>(StringComparer.Ordinal);
            while (await reader.ReadAsync(stop))
            {
                if (!byUnit.TryGetValue(reader.GetString(0), out var histogram))
                    byUnit.Add(reader.GetString(0), histogram = new());
                histogram.Add(reader.GetInt32(1), reader.GetInt64(2));
            }
            return new PlanCosts(byUnit);
        }, stop)).Value;
    }
}
