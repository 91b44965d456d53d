namespace Dvt.Engine.Predictions;

/// <summary>
/// How long something took so far, as counts in buckets that each are about a tenth wider than the one before. Small, and a sum of
/// two is the histogram of both.
/// </summary>
public sealed class Histogram
{
    /// <summary>Buckets per factor of e. Part of what is stored: another one is another view.</summary>
    public const int Resolution = 10;

    readonly SortedDictionary<int, long> counts = [];

    public long Count { get; private set; }

    public static int BucketOf(TimeSpan took) => (int)Math.Floor(Math.Log(Math.Max(1, took.TotalMicroseconds)) * Resolution);

    /// <summary>Of a cost. Amounts are counted by the millionth: a bucket is as wide as that of so many microseconds.</summary>
    public static int BucketOf(double amount) => (int)Math.Floor(Math.Log(Math.Max(1, amount * 1e6)) * Resolution);

    /// <summary>The middle of a bucket.</summary>
    public static TimeSpan ValueOf(int bucket) => TimeSpan.FromMicroseconds(Math.Exp((bucket + 0.5) / Resolution));

    public void Add(int bucket, long count)
    {
        counts[bucket] = counts.GetValueOrDefault(bucket) + count;
        Count += count;
    }

    /// <summary>What is not exceeded in this share of cases; null when there are none.</summary>
    public TimeSpan? Quantile(double share) => Quantile(share, longerThan: TimeSpan.Zero);

    /// <summary>The cost that is not exceeded in this share of cases; null when there are none.</summary>
    /// <param name="none">Cases that cost nothing, which no bucket has.</param>
    /// <param name="atLeast">Only cases that cost so much are looked at; then <paramref name="none"/> are not.</param>
    public double? AmountAt(double share, long none, double atLeast)
    {
        var from = atLeast > 0 ? BucketOf(atLeast) : int.MinValue;
        var free = atLeast > 0 ? 0 : none;
        var total = free;
        foreach (var (bucket, count) in counts)
            total += bucket >= from ? count : 0;
        if (total == 0)
            return null;
        var wanted = Math.Max(1, (long)Math.Ceiling(share * total)) - free;
        if (wanted <= 0)
            return 0;
        foreach (var (bucket, count) in counts)
            if (bucket >= from && (wanted -= count) <= 0)
                return Math.Max(atLeast, ValueOf(bucket).TotalMicroseconds / 1e6);
        return null;
    }

    /// <summary>The same of those cases only that took longer; null when none did.</summary>
    public TimeSpan? Quantile(double share, TimeSpan longerThan)
    {
        var from = longerThan > TimeSpan.Zero ? BucketOf(longerThan) : int.MinValue;
        var total = 0L;
        foreach (var (bucket, count) in counts)
            total += bucket >= from ? count : 0;
        var wanted = Math.Max(1, (long)Math.Ceiling(share * total));
        foreach (var (bucket, count) in counts)
            if (bucket >= from && (wanted -= count) <= 0)
                return ValueOf(bucket) is var value && value > longerThan ? value : longerThan;
        return null;
    }
}
