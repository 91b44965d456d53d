using System.Globalization;
using Dvt.Engine.Runs;
using Dvt.ReadModels;

namespace Dvt.Api;

/// <summary>What runs will likely cost, by what completed runs of the same plan version did.</summary>
static class PredictedCosts
{
    /// <summary>Null when nothing is known to have cost anything.</summary>
    /// <param name="runs">Completed ones, those that cost nothing among them.</param>
    /// <param name="soFar">Of a run under way: it is compared with runs only that cost at least as much.</param>
    public static object? Of(PlanCosts past, long runs, CostSnapshot? soFar = null)
    {
        if (past.ByUnit.Count == 0)
            return null;
        var spent = new Dictionary<string, double>(StringComparer.Ordinal) { [PlanCosts.Tokens] = soFar?.Tokens ?? 0 };
        foreach (var money in soFar?.Money ?? [])
            spent[money.Currency] = double.Parse(money.Amount, CultureInfo.InvariantCulture);
        return new { p50 = At(past, 0.5, runs, spent), p90 = At(past, 0.9, runs, spent) };
    }

    static object At(PlanCosts past, double share, long runs, Dictionary<string, double> spent)
    {
        double Cost(string unit) => Math.Max(spent.GetValueOrDefault(unit), past.Quantile(unit, share, runs, spent.GetValueOrDefault(unit)) ?? 0);
        return new
        {
            tokens = (long)Rounded(Cost(PlanCosts.Tokens)),
            money = past.ByUnit.Keys.Where(u => u != PlanCosts.Tokens)
                .Select(currency => new { amount = ((decimal)Rounded(Cost(currency))).ToString("0.##########", CultureInfo.InvariantCulture), currency }).ToArray(),
        };
    }

    /// <summary>Buckets are about a tenth wide: more than two digits would say what nobody knows.</summary>
    static double Rounded(double amount)
    {
        if (amount <= 0)
            return 0;
        var unit = Math.Pow(10, Math.Floor(Math.Log10(amount)) - 1);
        return Math.Round(amount / unit) * unit;
    }
}
