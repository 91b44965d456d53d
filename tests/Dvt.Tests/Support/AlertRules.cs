using System.Globalization;
using System.Text.RegularExpressions;

namespace Dvt.Tests.Support;

/// <summary>What all processes of a system tell at one moment; a process that does not answer tells nothing, as for Prometheus.</summary>
sealed class Scrape
{
    public sealed record Sample(string Process, string Name, IReadOnlyDictionary<string, string> Labels, double Value);

    public IReadOnlyList<Sample> Samples { get; }

    public Scrape(IEnumerable<Sample> samples) => Samples = [.. samples];

    public static async Task<Scrape> OfAsync(DvtSystem system)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        var samples = new List<Sample>();
        foreach (var process in system.Told)
            try
            {
                samples.AddRange(Read($"{process.Role} {process.Pid}", await http.GetStringAsync(new Uri(process.Url!, "/metrics?own=true"))));
            }
            catch (Exception silent) when (silent is HttpRequestException or TaskCanceledException)
            {
                continue;
            }
        return new Scrape(samples);
    }

    /// <summary>By how much the series of a name have grown, of all processes and labels together; those of processes that are gone are left out.</summary>
    public double Since(Scrape before, string name, string? label = null) => Sum(name, label) - before.Sum(name, label);

    double Sum(string name, string? label) => Samples.Where(s => s.Name == name && (label is null || s.Labels.Values.Contains(label))).Sum(s => s.Value);

    static IEnumerable<Sample> Read(string process, string text) =>
        from line in text.Split('\n')
        let m = Regex.Match(line, @"^(?<name>\w+)(\{(?<labels>.*)\})? (?<value>\S+)$")
        where m.Success
        select new Sample(process, m.Groups["name"].Value,
            Regex.Matches(m.Groups["labels"].Value, "(?<key>\\w+)=\"(?<value>[^\"]*)\"").ToDictionary(l => l.Groups["key"].Value, l => l.Groups["value"].Value),
            double.Parse(m.Groups["value"].Value, CultureInfo.InvariantCulture));
}

/// <summary>
/// The part of Prometheus' language that our alert rules use, between two scrapes. A series that the first scrape does not
/// have has not increased: that is how Prometheus sees it too.
/// </summary>
static partial class AlertRules
{
    static readonly Dictionary<string, string> Expressions = Style.Repository.File("ops/alerts/dvt.rules.yml").Text.Split("- alert: ").Skip(1)
        .ToDictionary(rule => rule[..rule.IndexOf('\n', StringComparison.Ordinal)].Trim(), rule => Regex.Match(rule, @"expr: (?<e>.+)").Groups["e"].Value.Trim());

    /// <summary>True when the rule's condition holds; how long it must hold is Prometheus' affair.</summary>
    public static bool Fires(string alert, Scrape before, Scrape now) => Holds(Expressions[alert], before, now);

    public static bool Holds(string expression, Scrape before, Scrape now) =>
        expression.Split(" and ").All(part => HoldsAlone(part.Trim(), before, now));

    static bool HoldsAlone(string part, Scrape before, Scrape now)
    {
        if (Absent().Match(part) is { Success: true } absent)
            return !Select(absent.Groups["selector"].Value, now).Any();
        var comparison = Comparison().Match(part);
        if (!comparison.Success)
            throw new NotSupportedException(part);
        var limit = double.Parse(comparison.Groups["limit"].Value, CultureInfo.InvariantCulture);
        return ValueOf(comparison.Groups["left"].Value, before, now) is { } value && comparison.Groups["operator"].Value switch
        {
            ">" => value > limit,
            "<" => value < limit,
            _ => value == limit,
        };
    }

    /// <summary>Null without any series. Of values by label the greatest.</summary>
    static double? ValueOf(string text, Scrape before, Scrape now)
    {
        if (text.Split(" / ") is [var above, var below])
            return ValueOf(above, before, now) / ValueOf(below, before, now);
        var m = Aggregate().Match(text);
        if (!m.Success)
            throw new NotSupportedException(text);
        var values = m.Groups["function"].Success ? Increases(m.Groups["selector"].Value, before, now) : [.. Select(m.Groups["selector"].Value, now).Select(s => s.Value)];
        return values.Count == 0 ? null : m.Groups["how"].Value == "max" || m.Groups["by"].Success ? values.Max() : values.Sum();
    }

    static List<double> Increases(string selector, Scrape before, Scrape now)
    {
        var known = Select(selector, before).ToDictionary(Key, s => s.Value);
        return [.. Select(selector, now).Where(s => known.ContainsKey(Key(s))).Select(s => s.Value - known[Key(s)])];
    }

    static string Key(Scrape.Sample s) => $"{s.Process} {s.Name} {string.Join(',', s.Labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value}"))}";

    static IEnumerable<Scrape.Sample> Select(string selector, Scrape scrape)
    {
        var m = Selector().Match(selector);
        var wanted = LabelOf().Matches(m.Groups["labels"].Value)
            .Select(l => (Key: l.Groups["key"].Value, Pattern: l.Groups["like"].Success ? l.Groups["value"].Value : Regex.Escape(l.Groups["value"].Value))).ToList();
        return scrape.Samples.Where(s => s.Name == m.Groups["name"].Value
            && wanted.All(w => Regex.IsMatch(s.Labels.GetValueOrDefault(w.Key, ""), $@"^({w.Pattern})\z")));
    }

    [GeneratedRegex(@"^absent\((?<selector>.+)\)$")]
    private static partial Regex Absent();

    [GeneratedRegex(@"^(?<left>.+) (?<operator>>|<|==) (?<limit>[\d.]+)$")]
    private static partial Regex Comparison();

    [GeneratedRegex(@"^(?<how>sum|max)( by \((?<by>\w+)\) )?\(((?<function>increase|rate|deriv)\()?(?<selector>\w+(\{[^}]*\})?)(\[\w+\])?\)?\)$")]
    private static partial Regex Aggregate();

    [GeneratedRegex(@"^(?<name>\w+)(\{(?<labels>[^}]*)\})?$")]
    private static partial Regex Selector();

    [GeneratedRegex("(?<key>\\w+)=(?<like>~)?\"(?<value>[^\"]*)\"")]
    private static partial Regex LabelOf();
}
