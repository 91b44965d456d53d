using System.Text.Json;
using Dvt.Bench;
using Dvt.Tests.Style;
using Xunit;

namespace Dvt.Tests.Bench;

public sealed class FigureTests
{
    [Theory]
    [InlineData(2_500, true)]
    [InlineData(2_499, false)]
    public void A_ratio_below_its_target_is_reported_as_missed(double value, bool passes)
    {
        var figure = new Figure("run3", Part: null, value, "runs/s") { Yardstick = 100, Wanted = Target.RatioAtLeast(25), Inputs = new { } };
        Assert.Equal(passes, figure.Pass);
    }

    [Fact]
    public void The_page_has_every_bench_in_its_order_and_no_other() => Assert.Equal(
        Benches.Names, Repository.File("ops/benches.md").Text.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('`')[1]));

    [Fact]
    public void A_target_on_a_ratio_without_a_yardstick_is_missed() =>
        Assert.False(new Figure("run3", Part: null, 1, "runs/s") { Wanted = Target.RatioAtLeast(0), Inputs = new { } }.Pass);

    [Fact]
    public void A_figure_is_one_line_that_names_its_target_and_leaves_out_what_it_has_not()
    {
        var line = new Figure("latency", "committed-p50@100", 3.14159, "ms") { Wanted = Target.ValueAtMost(4), Inputs = new { runs = 10 } }.ToJson();
        Assert.DoesNotContain('\n', line);
        var json = JsonElement.Parse(line);
        Assert.Equal("value <= 4", json.GetProperty("target").GetString());
        Assert.True(json.GetProperty("pass").GetBoolean());
        Assert.Equal(3.142, json.GetProperty("value").GetDouble());
        Assert.False(json.TryGetProperty("yardstick", out _));
    }

    [Fact]
    public void Percentiles_name_a_value_that_was_measured()
    {
        var times = new Percentiles(Enumerable.Range(1, 100).Select(n => (double)n));
        Assert.Equal((50, 99, 100), (times.P50, times.P99, times.Max));
        Assert.Equal(0, new Percentiles([]).P99);
    }
}
