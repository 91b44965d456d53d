using System.Text.Json;
using System.Text.RegularExpressions;
using Dvt.Contracts;
using Xunit;

namespace Dvt.Tests.Style;

/// <summary>Alert rules and dashboard ask only for what the processes tell.</summary>
public sealed partial class MetricsTests
{
    const string Rules = "ops/alerts/dvt.rules.yml";
    const string Dashboard = "ops/grafana/dvt.json";

    /// <summary>Told by the framework or by Prometheus itself.</summary>
    static readonly string[] NotOurs = ["up", "http_server_request_duration_bucket", "http_server_request_duration_count", "http_server_request_duration_sum"];

    static readonly IReadOnlySet<string> Known = MetricsOf(Repository.Own.Where(f => f.IsCSharp && !f.IsUnder("tests"))).Concat(NotOurs).ToHashSet();

    static readonly List<Alert> Alerts = ReadAlerts(Repository.File(Rules).Text);

    sealed record Alert(string Name, string Expression, string For, string Severity, string Summary, string Description, string Runbook);

    public static TheoryData<string> Names => [.. Alerts.Select(a => a.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void An_alert_asks_for_metrics_that_exist_and_names_a_runbook(string name)
    {
        var alert = Alerts.Single(a => a.Name == name);
        Assert.Empty(Unknown(alert.Expression, Known));
        Assert.Matches(@"^\d+[smh]\z", alert.For);
        Assert.Contains(alert.Severity, (string[])["page", "ticket"]);
        Assert.NotEmpty(alert.Summary);
        Assert.NotEmpty(alert.Description);
        Assert.Contains(alert.Name, Repository.File(alert.Runbook).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_alert_of_the_file_is_read() =>
        Assert.Equal(Repository.File(Rules).Text.Split('\n').Count(l => l.Contains("- alert:", StringComparison.Ordinal)), Alerts.Count);

    [Fact]
    public void A_panel_asks_for_metrics_that_exist()
    {
        var asked = ExpressionsOf(Repository.File(Dashboard).Text);
        Assert.NotEmpty(asked);
        Assert.Empty(asked.SelectMany(e => Unknown(e, Known)));
    }

    [Fact]
    public void A_metric_nobody_tells_is_found() => Assert.Equal(
        ["dvt_made_up_total", "dvt_seen_bucket"],
        Unknown("""sum by (kind) (rate(dvt_made_up_total{kind="a"}[5m])) > 3 and dvt_seen > 1 or dvt_seen_bucket == 0""", new HashSet<string> { "dvt_seen" }));

    [Fact]
    public void A_histogram_is_asked_by_its_parts() => Assert.Equal(
        ["dvt_a_total", "dvt_b_bucket", "dvt_b_sum", "dvt_b_count"],
        MetricsOf([new SourceFile("api/A.cs", "x.CreateCounter<long>(\"dvt_a_total\"); y.CreateHistogram<double>(\n  \"dvt_b\", \"s\");")]));

    [Fact]
    public void The_rule_about_owners_knows_how_many_slots_there_are() =>
        Assert.Equal($"sum by (domain) (dvt_slots_owned) < {Slot.PerDomain}", Alerts.Single(a => a.Name == "DvtSlotsWithoutOwner").Expression);

    /// <summary>Otherwise the first thing they count is no increase, and no alert fires.</summary>
    [Theory]
    [InlineData("workers", "workers/WorkersHost.cs")]
    [InlineData("readmodels", "readmodels/ReadModelsHost.cs")]
    [InlineData("api", "api/ApiHost.cs")]
    public void What_counts_in_a_process_is_told_from_its_beginning(string role, string host)
    {
        var counting = Repository.Own.Where(f => f.IsCSharp && f.IsUnder(role)).SelectMany(f => Counting().Matches(f.Text)).Select(m => m.Groups["name"].Value).ToList();
        Assert.NotEmpty(counting);
        Assert.All(counting, name => Assert.Contains($"typeof({name})", Repository.File(host).Text, StringComparison.Ordinal));
    }

    static IEnumerable<string> MetricsOf(IEnumerable<SourceFile> files) => files
        .SelectMany(f => Instrument().Matches(f.Text))
        .SelectMany(m => m.Groups["kind"].Value == "Histogram"
            ? (string[])[.. new[] { "_bucket", "_sum", "_count" }.Select(part => m.Groups["name"].Value + part)]
            : [m.Groups["name"].Value]);

    /// <summary>Names of metrics in an expression: words that are no function, label, keyword or number.</summary>
    static IEnumerable<string> Unknown(string expression, IReadOnlySet<string> known) =>
        Metric().Matches(NoLabels().Replace(expression, "")).Select(m => m.Value).Distinct().Where(m => !known.Contains(m));

    static List<Alert> ReadAlerts(string yaml) =>
    [
        .. yaml.Split("- alert:").Skip(1).Select(block => new Alert(
            block[..block.IndexOf('\n', StringComparison.Ordinal)].Trim(), Value(block, "expr"), Value(block, "for"), Value(block, "severity"),
            Value(block, "summary"), Value(block, "description"), Value(block, "runbook"))),
    ];

    static string Value(string block, string key) =>
        Regex.Match(block, $@"^ +{key}: *(?<value>\S.*)$", RegexOptions.Multiline) is { Success: true } m ? m.Groups["value"].Value.Trim().Trim('"', '\'') : "";

    static List<string> ExpressionsOf(string json)
    {
        using var dashboard = JsonDocument.Parse(json);
        return
        [
            .. from panel in dashboard.RootElement.GetProperty("panels").EnumerateArray()
               where panel.TryGetProperty("targets", out _)
               from target in panel.GetProperty("targets").EnumerateArray()
               select target.GetProperty("expr").GetString(),
        ];
    }

    [GeneratedRegex(@"^static class (?<name>\w+Meters)$", RegexOptions.Multiline)]
    private static partial Regex Counting();

    [GeneratedRegex(@"Create(?<kind>Counter|UpDownCounter|Gauge|Histogram|ObservableGauge|ObservableCounter)<\w+>\(\s*""(?<name>\w+)""")]
    private static partial Regex Instrument();

    [GeneratedRegex(@"\{[^}]*\}|\[[^\]]*\]|\b(by|without|on|ignoring)\s*\([^)]*\)|""[^""]*""")]
    private static partial Regex NoLabels();

    [GeneratedRegex(@"\b(dvt_\w+|http_\w+|up)\b")]
    private static partial Regex Metric();
}
