using Dvt.Contracts;
using Dvt.Engine.Predictions;
using Xunit;

namespace Dvt.Tests.Rules.Runs;

public sealed class PredictionTests
{
    static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    static Histogram Of(params TimeSpan[] took)
    {
        var histogram = new Histogram();
        foreach (var each in took)
            histogram.Add(Histogram.BucketOf(each), 1);
        return histogram;
    }

    static void About(TimeSpan expected, TimeSpan? found) => Assert.InRange(found!.Value / expected, 0.9, 1.1);

    [Fact]
    public void A_quantile_is_right_to_about_a_twentieth_over_any_length()
    {
        var random = new Random(4);
        for (var round = 0; round < 50; round++)
        {
            var scale = Math.Pow(10, random.Next(0, 12));
            var took = Enumerable.Range(0, 101).Select(_ => TimeSpan.FromMicroseconds(Math.Ceiling(scale * (1 + (9 * random.NextDouble()))))).Order().ToArray();
            var histogram = Of(took);
            Assert.InRange(histogram.Quantile(0.5)!.Value.TotalMicroseconds / took[50].TotalMicroseconds, 0.7, 1.8);
            if (scale >= 100)
                About(took[50], histogram.Quantile(0.5));
        }
        Assert.Null(new Histogram().Quantile(0.5));
    }

    [Fact]
    public void What_has_taken_long_already_is_compared_with_what_took_longer()
    {
        var histogram = Of([.. Enumerable.Repeat(TimeSpan.FromSeconds(1), 90), .. Enumerable.Repeat(TimeSpan.FromHours(1), 10)]);
        About(TimeSpan.FromSeconds(1), histogram.Quantile(0.5));
        About(TimeSpan.FromHours(1), histogram.Quantile(0.5, longerThan: TimeSpan.FromSeconds(10)));
        Assert.Null(histogram.Quantile(0.5, longerThan: TimeSpan.FromHours(2)));
    }

    [Fact]
    public void A_run_finishes_at_the_end_of_the_longest_way_through_what_is_not_done()
    {
        var s = Scenario.Of(
            """
            [{"stepId":"a","kind":"call","dependsOn":[]},{"stepId":"b","kind":"call","dependsOn":[]},
             {"stepId":"c","kind":"call","dependsOn":["a"]},{"stepId":"d","kind":"noop","dependsOn":["b","c"]}]
            """);
        var past = new Dictionary<string, Histogram> { ["a"] = Of(2 * Minute), ["b"] = Of(10 * Minute), ["c"] = Of(5 * Minute) };
        s.Start();
        About(10 * Minute, Left());
        s.Now += 4 * Minute;
        About(6 * Minute, Left());
        s.Complete("b");
        // `a` has taken longer than ever: nobody knows how much longer, so only `c` counts.
        About(5 * Minute, Left());
        s.Complete("a");
        s.Now += Minute;
        About(4 * Minute, Left());
        s.Fail("c", retryable: true);
        About(4 * Minute, Left());
        s.WakeWhenDue();
        s.Complete("c");
        Assert.Equal(TimeSpan.Zero, Left());

        TimeSpan Left() => CriticalPath.FinishOf(s.Run.Plan, s.Run.Snapshot(), id => past.GetValueOrDefault(id), s.Now, share: 0.5) - s.Now;
    }

    [Fact]
    public void A_cost_is_predicted_with_the_runs_that_cost_nothing_and_of_a_run_under_way_with_those_only_that_cost_as_much()
    {
        var past = new Histogram();
        foreach (var (amount, times) in ((double, int)[])[(0.002, 1), (1.5, 5), (120, 2)])
            past.Add(Histogram.BucketOf(amount), times);
        Assert.Equal(0, past.AmountAt(0.5, none: 10, atLeast: 0));
        Assert.InRange(past.AmountAt(0.5, none: 0, atLeast: 0)!.Value, 1.4, 1.6);
        Assert.InRange(past.AmountAt(0.9, none: 0, atLeast: 0)!.Value, 113, 127);
        Assert.InRange(past.AmountAt(0.5, none: 10, atLeast: 20)!.Value, 113, 127);
        Assert.Null(past.AmountAt(0.5, none: 10, atLeast: 1000));
        Assert.Null(new Histogram().AmountAt(0.5, none: 0, atLeast: 0));
        Assert.InRange(past.AmountAt(0.01, none: 0, atLeast: 0)!.Value, 0.0018, 0.0022);
    }
}
