namespace Dvt.Bench;

/// <summary>Of measured times, in milliseconds.</summary>
sealed class Percentiles
{
    readonly double[] sorted;

    public Percentiles(IEnumerable<double> values)
    {
        sorted = [.. values];
        Array.Sort(sorted);
    }

    public int Count => sorted.Length;

    public double P50 => At(0.50);

    public double P99 => At(0.99);

    public double Max => Count == 0 ? 0 : sorted[^1];

    double At(double share) => Count == 0 ? 0 : sorted[Math.Min(Count - 1, (int)Math.Ceiling(share * Count) - 1)];
}
