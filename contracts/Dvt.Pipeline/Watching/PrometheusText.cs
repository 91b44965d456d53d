using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Dvt.Pipeline.Watching;

/// <summary>
/// Collects what the meters of this process record and writes it as Prometheus text (exposition format 0.0.4).
/// </summary>
public sealed class PrometheusText : IDisposable
{
    static readonly string[] Listened =
        [PipelineMeters.Name, "Npgsql", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime", "Quartz"];

    /// <summary>Upper bounds for durations in seconds; those in milliseconds and sizes use the same numbers × 1,000.</summary>
    static readonly double[] Bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

    /// <summary>A label nobody bounded must not eat the memory.</summary>
    const int MaxSeries = 5_000;

    readonly MeterListener listener = new();
    readonly ConcurrentDictionary<(string Name, string Labels), Series> series = new();

    sealed class Series(Instrument instrument, double[]? bounds)
    {
        public Instrument Instrument => instrument;
        public double[]? Bounds => bounds;
        public long[] Counts { get; } = new long[(bounds?.Length ?? 0) + 1];
        public double Sum;
        public long Count;
    }

    public PrometheusText()
    {
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (!Listened.Contains(instrument.Meter.Name))
                return;
            // A counter that is first seen at one has not increased for Prometheus, and no alert fires.
            if (instrument.Meter.Name == PipelineMeters.Name && instrument is Counter<long>)
                series.TryAdd((instrument.Name, ""), new Series(instrument, bounds: null));
            listening.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((i, value, tags, _) => Record(i, value, tags));
        listener.SetMeasurementEventCallback<long>((i, value, tags, _) => Record(i, value, tags));
        listener.SetMeasurementEventCallback<int>((i, value, tags, _) => Record(i, value, tags));
        listener.Start();
    }

    void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var key = (instrument.Name, Labels(tags));
        if (!series.TryGetValue(key, out var one))
        {
            if (series.Count >= MaxSeries)
                return;
            one = series.GetOrAdd(key, _ => new Series(instrument, IsHistogram(instrument) ? BoundsOf(instrument) : null));
        }
        lock (one)
        {
            if (one.Bounds is { } bounds)
            {
                var place = Array.FindIndex(bounds, bound => value <= bound);
                one.Counts[place < 0 ? bounds.Length : place]++;
                one.Sum += value;
                one.Count++;
            }
            else if (instrument is ObservableInstrument<long> or ObservableInstrument<double> or ObservableInstrument<int> or Gauge<long> or Gauge<double>)
                one.Sum = value;
            else
                one.Sum += value;
        }
    }

    static bool IsHistogram(Instrument instrument) => instrument is Histogram<double> or Histogram<long> or Histogram<int>;

    static double[] BoundsOf(Instrument instrument) => instrument.Unit is "s" ? Bounds : [.. Bounds.Select(b => b * 1_000)];

    static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length == 0)
            return "";
        var text = new StringBuilder();
        foreach (var (name, value) in tags)
            text.Append(text.Length == 0 ? "" : ",").Append(Sane(name)).Append("=\"")
                .Append(Convert.ToString(value, CultureInfo.InvariantCulture)?.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n"))
                .Append('"');
        return text.ToString();
    }

    /// <summary>All series, grouped by name, observables read now.</summary>
    public string Write()
    {
        listener.RecordObservableInstruments();
        var text = new StringBuilder();
        foreach (var named in series.OrderBy(s => s.Key.Name, StringComparer.Ordinal).ThenBy(s => s.Key.Labels, StringComparer.Ordinal).GroupBy(s => s.Key.Name))
        {
            var name = Sane(named.Key);
            var kind = named.First().Value switch
            {
                { Bounds: not null } => "histogram",
                { Instrument: Counter<long> or Counter<double> or Counter<int> or ObservableCounter<long> or ObservableCounter<double> } => "counter",
                _ => "gauge",
            };
            text.Append("# TYPE ").Append(name).Append(' ').Append(kind).Append('\n');
            foreach (var ((_, labels), one) in named.Where(s => !IsBare(s.Value, s.Key.Labels, named.Count())))
                lock (one)
                    Write(text, name, labels, one);
        }
        return text.ToString();
    }

    /// <summary>The zero that a counter begins with, once it counts by label.</summary>
    static bool IsBare(Series one, string labels, int count) => labels.Length == 0 && one is { Sum: 0, Instrument: Counter<long> } && count > 1;

    static void Write(StringBuilder text, string name, string labels, Series one)
    {
        if (one.Bounds is not { } bounds)
        {
            Line(text, name, labels, one.Sum);
            return;
        }
        var sum = 0L;
        for (var i = 0; i <= bounds.Length; i++)
        {
            sum += one.Counts[i];
            var le = i == bounds.Length ? "+Inf" : bounds[i].ToString(CultureInfo.InvariantCulture);
            Line(text, name + "_bucket", labels + (labels.Length == 0 ? "" : ",") + $"le=\"{le}\"", sum);
        }
        Line(text, name + "_sum", labels, one.Sum);
        Line(text, name + "_count", labels, one.Count);
    }

    static void Line(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
            text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(value.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    static string Sane(string name) => string.Create(name.Length, name, static (to, from) =>
    {
        for (var i = 0; i < from.Length; i++)
            to[i] = char.IsAsciiLetterOrDigit(from[i]) ? from[i] : '_';
    });

    public void Dispose() => listener.Dispose();
}
