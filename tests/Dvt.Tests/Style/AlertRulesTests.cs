using Dvt.Tests.Support;
using Xunit;

namespace Dvt.Tests.Style;

/// <summary>The reader of alert rules that the fault tests rely on is one that can say no.</summary>
public sealed class AlertRulesTests
{
    static Scrape Of(params (string Name, string Label, double Value)[] samples) =>
        new(samples.Select(s => new Scrape.Sample("p", s.Name, s.Label.Length == 0 ? [] : new Dictionary<string, string> { [s.Label.Split('=')[0]] = s.Label.Split('=')[1] }, s.Value)));

    [Theory]
    [InlineData("max(a) > 1", true)]
    [InlineData("max(a) > 2", false)]
    [InlineData("sum(a) < 16", true)]
    [InlineData("sum(a) > 2", true)]
    [InlineData("max(none) > 0", false)]
    [InlineData("absent(none)", true)]
    [InlineData("absent(a{k=\"x\"})", false)]
    [InlineData("absent(a{k=\"z\"})", true)]
    [InlineData("max(a{k=~\"x|z\"}) > 1", true)]
    [InlineData("max(a{k=\"y\"}) > 1", false)]
    [InlineData("sum(increase(c[5m])) > 0", true)]
    [InlineData("sum(increase(c[5m])) > 3", false)]
    [InlineData("sum(increase(born[5m])) > 0", false)]
    [InlineData("sum(a) > 0 and sum(increase(c[5m])) == 0", false)]
    [InlineData("sum(rate(c{k=\"v\"}[5m])) / sum(rate(c[5m])) > 0.5", true)]
    public void It_reads_what_our_rules_say(string expression, bool holds) => Assert.Equal(holds, AlertRules.Holds(expression,
        Of(("c", "k=v", 5)), Of(("a", "k=x", 2), ("a", "k=y", 1), ("c", "k=v", 8), ("born", "", 1))));
}
