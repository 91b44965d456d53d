using System.Globalization;
using System.Net;
using System.Text;
using Dvt.ReadModels;

namespace Dvt.Api;

/// <summary>The timeline as SVG: one bar an attempt, told apart by colour, pattern of the border and word.</summary>
static class ReportGantt
{
    const int MostBars = 200;
    const int Row = 18;
    const int Names = 190;
    const int Width = 960;
    const int Axis = 26;
    const int LongestName = 30;

    static readonly Dictionary<string, string> Colours = new()
    {
        ["COMPLETED"] = "#2f7d4f",
        ["FAILED"] = "#b3261e",
        ["SKIPPED"] = "#9aa0a6",
        ["CANCELLED"] = "#6b7280",
        ["RUNNING"] = "#1f5fa8",
        ["WAITING"] = "#e2b93b",
        ["WAITED"] = "#e2b93b",
    };

    /// <param name="now">Where bars end that have not ended.</param>
    public static string Svg(RunTimeline timeline, DateTimeOffset now, ReportTexts texts)
    {
        var bars = timeline.Bars.Take(MostBars).ToList();
        if (bars.Count == 0)
            return $"<p>{texts["none"]}</p>";
        var from = timeline.QueuedAt is { } queued && queued < bars[0].StartedAt ? queued : bars[0].StartedAt;
        var to = bars.Max(b => b.EndedAt ?? now);
        var span = Math.Max((to - from).TotalMilliseconds, 1);
        var height = Axis + (bars.Count * Row) + 4;
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" width=\"100%\" role=\"img\" aria-label=\"{texts["timeline"]}\" font-family=\"sans-serif\" font-size=\"11\">\n");
        AddAxis(svg, span, height);
        for (var i = 0; i < bars.Count; i++)
            AddBar(svg, bars[i], Axis + (i * Row), At(bars[i].StartedAt, from, span), At(bars[i].EndedAt ?? now, from, span), texts);
        svg.Append("</svg>\n");
        if (timeline.Bars.Count > MostBars)
            svg.Append(CultureInfo.InvariantCulture, $"<p>{MostBars} / {timeline.Bars.Count}. {texts["more"]}</p>\n");
        return svg.ToString();
    }

    static double At(DateTimeOffset time, DateTimeOffset from, double span) =>
        Names + (Math.Clamp((time - from).TotalMilliseconds / span, 0, 1) * (Width - Names - 90));

    static void AddAxis(StringBuilder svg, double span, int height)
    {
        for (var tick = 0; tick <= 4; tick++)
        {
            var x = Names + (tick / 4.0 * (Width - Names - 90));
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{x:0.#}\" y1=\"18\" x2=\"{x:0.#}\" y2=\"{height}\" stroke=\"#d7dade\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x:0.#}\" y=\"13\" fill=\"#4b5563\">{Pause(span * tick / 4)}</text>\n");
        }
    }

    static void AddBar(StringBuilder svg, TimelineBar bar, int y, double x1, double x2, ReportTexts texts)
    {
        var name = bar.Compensation ? $"↩ {bar.StepId}" : bar.StepId;
        var word = $"{texts[bar.Status]}{(bar.Attempt > 1 ? $" #{bar.Attempt.ToString(CultureInfo.InvariantCulture)}" : "")}";
        var colour = Colours.GetValueOrDefault(bar.Status, "#1f5fa8");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"0\" y=\"{y + 12}\" fill=\"#111827\">{Text(name.Length > LongestName ? name[..(LongestName - 1)] + "…" : name)}</text>");
        svg.Append(CultureInfo.InvariantCulture,
            $"<rect x=\"{x1:0.#}\" y=\"{y + 3}\" width=\"{Math.Max(x2 - x1, 2):0.#}\" height=\"11\" rx=\"2\" fill=\"{colour}\" stroke=\"#111827\" stroke-width=\"0.5\"{(bar.EndedAt is null ? " stroke-dasharray=\"3 2\"" : "")}>");
        svg.Append(CultureInfo.InvariantCulture, $"<title>{Text(bar.StepId)}: {Text(word)}</title></rect>");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Math.Max(x2, x1 + 2) + 4:0.#}\" y=\"{y + 12}\" fill=\"#4b5563\">{Text(word)}</text>\n");
    }

    static string Text(string text) => WebUtility.HtmlEncode(text);

    /// <summary>Such as <c>250 ms</c>, <c>3.2 s</c>, <c>5 min</c>, <c>2.5 h</c>.</summary>
    public static string Pause(double milliseconds) => milliseconds switch
    {
        < 1_000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0} ms"),
        < 120_000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1_000:0.#} s"),
        < 7_200_000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 60_000:0.#} min"),
        < 172_800_000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 3_600_000:0.#} h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 86_400_000:0.#} d"),
    };
}
