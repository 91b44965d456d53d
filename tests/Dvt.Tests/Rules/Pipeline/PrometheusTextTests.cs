using Dvt.Pipeline;
using Dvt.Pipeline.Watching;
using Xunit;

namespace Dvt.Tests.Rules.Pipeline;

public sealed class PrometheusTextTests
{
    static List<string> Lines(PrometheusText text, string name) =>
        [.. text.Write().Split('\n').Where(line => line.StartsWith(name, StringComparison.Ordinal))];

    /// <summary>Otherwise the first thing counted is no increase, and an alert on it never fires.</summary>
    [Fact]
    public void A_counter_is_told_as_zero_before_anything_is_counted()
    {
        using var text = new PrometheusText();
        var counter = PipelineMeters.Meter.CreateCounter<long>("made_for_test_a_total");
        Assert.Equal(["made_for_test_a_total 0"], Lines(text, "made_for_test_a_total"));
        counter.Add(2);
        Assert.Equal(["made_for_test_a_total 2"], Lines(text, "made_for_test_a_total"));
    }

    [Fact]
    public void One_that_counts_by_label_is_told_by_label_from_zero()
    {
        using var text = new PrometheusText();
        var counter = PipelineMeters.Meter.CreateCounter<long>("made_for_test_b_total").FromZero("level", ["low", "high"]);
        counter.Add(1, new KeyValuePair<string, object?>("level", "high"));
        Assert.Equal(["made_for_test_b_total{level=\"high\"} 1", "made_for_test_b_total{level=\"low\"} 0"], Lines(text, "made_for_test_b_total"));
    }
}
