namespace Dvt.Bench;

/// <summary>Of what was measured several times.</summary>
static class Medians
{
    /// <summary>The round in the middle; of an even number the one behind it.</summary>
    public static T Median<T>(this IReadOnlyCollection<T> rounds, Func<T, double> by) => rounds.OrderBy(by).ElementAt(rounds.Count / 2);
}
