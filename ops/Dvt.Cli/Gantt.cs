using System.Globalization;
using System.Text.Json;

namespace Dvt.Cli;

/// <summary>A run's timeline as bars of letters.</summary>
static class Gantt
{
    /// <summary>Letters from the run's beginning to its end.</summary>
    const int Width = 48;

    public static void Write(TextWriter output, JsonElement timeline)
    {
        var bars = timeline.List("bars").ToList();
        var moments = bars.SelectMany(bar => new[] { bar.Time("startedAt"), bar.Time("endedAt") })
            .Append(timeline.Time("startedAt")).Append(timeline.Time("endedAt")).OfType<DateTimeOffset>().ToList();
        if (moments.Count == 0)
        {
            output.WriteLine("nothing has begun yet");
            return;
        }
        var (first, last) = (moments.Min(), moments.Max());
        new Table(
            Column.Of("STEP", "stepId"), Column.Of("TRY", "attempt", right: true), Column.Of("STATUS", "status"),
            new Column("SECONDS", bar => Seconds(bar), Right: true), new Column("", bar => Bar(bar, first, last))).Write(output, bars);
    }

    static string Seconds(JsonElement bar) => bar.Time("startedAt") is { } began && bar.Time("endedAt") is { } ended
        ? (ended - began).TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture)
        : "";

    /// <summary>What has not ended goes on to the right edge, with a mark.</summary>
    static string Bar(JsonElement bar, DateTimeOffset first, DateTimeOffset last)
    {
        var began = Place(bar.Time("startedAt") ?? first, first, last);
        var ended = Place(bar.Time("endedAt") ?? last, first, last);
        var bars = new string('=', Math.Max(ended - began, 1));
        return "|" + new string(' ', began) + (bar.Time("endedAt") is null ? bars[..^1] + ">" : bars);
    }

    static int Place(DateTimeOffset at, DateTimeOffset first, DateTimeOffset last) =>
        last == first ? 0 : (int)Math.Clamp((at - first).Ticks * (double)Width / (last - first).Ticks, 0, Width);
}
