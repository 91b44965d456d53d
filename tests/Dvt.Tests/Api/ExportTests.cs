using System.Text.Json;
using System.Xml.Linq;
using Dvt.Api;
using Dvt.Contracts;
using Dvt.Engine.Runs;
using Dvt.ReadModels;
using Xunit;

namespace Dvt.Tests.Api;

public sealed class ExportTests
{
    const string Nasty = "\"><script>alert(1)</script><img src=x onerror=alert(2)>'&";

    static readonly DateTimeOffset Start = new(2026, 11, 26, 10, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\t=1", "'\t=1")]
    [InlineData("\r=1", "\"'\r=1\"")]
    [InlineData("a=1", "a=1")]
    [InlineData("say \"hi\", ok", "\"say \"\"hi\"\", ok\"")]
    [InlineData("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\"")]
    [InlineData("", "")]
    public void A_cell_never_begins_a_formula(string text, string cell) => Assert.Equal(cell, CsvText.Cell(text));

    [Fact]
    public void A_line_has_a_cell_for_every_value() =>
        Assert.Equal("1,,a,2026-11-26T10:00:00.000000Z,-5,\r\n", CsvText.Line(1L, null, "a", Start, -5, ""));

    static RunReport Report(string said, bool isSound = true)
    {
        var json = JsonElement.Parse(JsonSerializer.Serialize(new { said, reason = said }));
        var step = new StepSnapshot(said, "http", "FAILED", 2, 1, Start, Start.AddSeconds(2), null, null, json, new StepError("HTTP_STATUS", said, true, "SYSTEM"), null, false, null);
        var snapshot = new RunSnapshot(said, "plan", "1.0.0", "abc", "FAILED", said, 3, json, new RunContext(said, new Dictionary<string, string> { [said] = said }),
            null, Start, Start, Start.AddSeconds(3), [step], json, step.Error, said, null);
        return new(Guid.NewGuid(), new RunDetail(snapshot, "s1:ff", said, said),
            new RunTimeline(said, "FAILED", Start, Start, Start.AddSeconds(3), [new(said, 1, "WAITED", Start, Start.AddSeconds(1)), new(said, 2, "FAILED", Start.AddSeconds(1), null, true)]),
            [Event(said, json)], [], [], Events: 2, isSound, Start.AddMinutes(1));
    }

    static RunEventView Event(string said, JsonElement data) =>
        new(Guid.NewGuid(), said, 1, said, said, said, said, 1, 1, said, Start, Start, said, said, data);

    static async IAsyncEnumerable<RunEventView> Events(RunReport report)
    {
        await Task.Yield();
        yield return report.Signals[0];
    }

    static async Task<string> HtmlAsync(RunReport report, ReportTexts texts)
    {
        await using var to = new StringWriter();
        await new ReportHtml(to, report, texts).WriteAsync(Events(report), () => Task.CompletedTask);
        return to.ToString();
    }

    [Fact]
    public async Task What_a_run_says_is_text_in_the_page()
    {
        var html = await HtmlAsync(Report(Nasty), ReportTexts.English);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(" style=", html, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(1)", html, StringComparison.Ordinal);
        Assert.Contains(WebEncoded(ReportHtml.Policy), html, StringComparison.Ordinal);
        // The drawing is XML by itself.
        var svg = html[html.IndexOf("<svg", StringComparison.Ordinal)..(html.IndexOf("</svg>", StringComparison.Ordinal) + 6)];
        Assert.Equal(2, XDocument.Parse(svg).Descendants().Count(e => e.Name.LocalName == "rect"));
    }

    static string WebEncoded(string text) => System.Net.WebUtility.HtmlEncode(text);

    [Fact]
    public async Task A_history_that_is_not_sound_is_told_in_the_readers_language()
    {
        Assert.Contains("HISTORIAL NO ES", System.Net.WebUtility.HtmlDecode(await HtmlAsync(Report("r1", isSound: false), ReportTexts.Spanish)), StringComparison.Ordinal);
        var html = await HtmlAsync(Report("r1"), ReportTexts.English);
        Assert.Contains("The history is complete", html, StringComparison.Ordinal);
        Assert.Contains("1 / 2. More", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("es", "en", "es")]
    [InlineData("en", "es", "en")]
    [InlineData(null, "es-DO,es;q=0.9,en;q=0.8", "es")]
    [InlineData(null, "fr, en", "en")]
    [InlineData(null, "", "en")]
    public void The_language_is_the_one_asked_for(string? asked, string header, string language) =>
        Assert.Equal(language, ReportTexts.Of(asked, header).Language);
}
