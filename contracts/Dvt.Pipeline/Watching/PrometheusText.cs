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
    readonly ConcurrentDictionary<string, Named> names = new();
    int count;

    /// <summary>All that is recorded under one name: a series without labels, and one for each combination of them.</summary>
    sealed class Named(Instrument instrument)
    {
        public Instrument Instrument => instrument;

        public double[]? Bounds { get; } = IsHistogram(instrument) ? BoundsOf(instrument) : null;

        public ConcurrentDictionary<string, Series> Series { get; } = new();

        /// <summary>Asked for most: found without looking for it.</summary>
        public Series? Bare { get; set; }
    }

    sealed class Series(double[]? bounds)
    {
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
            var named = names.GetOrAdd(instrument.Name, _ => new Named(instrument));
            // A counter that is first seen at one has not increased for Prometheus, and no alert fires.
            if (instrument.Meter.Name == PipelineMeters.Name && instrument is Counter<long>)
                Of(named, tags: []);
            listening.EnableMeasurementEvents(instrument, named);
        };
        listener.SetMeasurementEventCallback<double>((_, value, tags, named) => Record((Named)named!, value, tags));
        listener.SetMeasurementEventCallback<long>((_, value, tags, named) => Record((Named)named!, value, tags));
        listener.SetMeasurementEventCallback<int>((_, value, tags, named) => Record((Named)named!, value, tags));
        listener.Start();
    }

    void Record(Named named, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (Of(named, tags) is not { } one)
            return;
        lock (one)
        {
            if (one.Bounds is { } bounds)
            {
                var place = Array.FindIndex(bounds, bound => value <= bound);
                one.Counts[place < 0 ? bounds.Length : place]++;
                one.Sum += value;
                one.Count++;
            }
            else if (named.Instrument is ObservableInstrument<long> or ObservableInstrument<double> or ObservableInstrument<int> or Gauge<long> or Gauge<double>)
                one.Sum = value;
            else
                one.Sum += value;
        }
    }

    /// <summary>Null where there are too many already.</summary>
    Series? Of(Named named, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length == 0)
            return named.Bare ??= Add(named, "");
        var text = Labels(tags);
        foreach (var labels in text.GetChunks())
            if (labels.Length == text.Length && named.Series.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(labels.Span, out var one))
                return one;
        return Add(named, text.ToString());
    }

    Series? Add(Named named, string labels) =>
        named.Series.TryGetValue(labels, out var one) ? one
        : Volatile.Read(ref count) >= MaxSeries || Interlocked.Increment(ref count) > MaxSeries ? null
        : named.Series.GetOrAdd(labels, _ => new Series(named.Bounds));

    static bool IsHistogram(Instrument instrument) => instrument is Histogram<double> or Histogram<long> or Histogram<int>;

    static double[] BoundsOf(Instrument instrument) => instrument.Unit is "s" ? Bounds : [.. Bounds.Select(b => b * 1_000)];

    /// <summary>Of this thread, until it asks again: nothing is made for a series that is known.</summary>
    static StringBuilder Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = (labels ??= new StringBuilder(1024)).Clear();
        foreach (var (name, value) in tags)
        {
            if (text.Length > 0)
                text.Append(',');
            foreach (var letter in name)
                text.Append(Sane(letter));
            text.Append("=\"").Append(Convert.ToString(value, CultureInfo.InvariantCulture)?.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n"))
                .Append('"');
        }
        return text;
    }

    [ThreadStatic]
    static StringBuilder? labels;

    /// <summary>All series, grouped by name, observables read now.</summary>
    public string Write()
    {
        listener.RecordObservableInstruments();
        var text = new StringBuilder();
        foreach (var (told, named) in names.Where(n => !n.Value.Series.IsEmpty).OrderBy(n => n.Key, StringComparer.Ordinal))
        {
            var name = string.Concat(told.Select(Sane));
            var kind = named switch
            {
                { Bounds: not null } => "histogram",
                { Instrument: Counter<long> or Counter<double> or Counter<int> or ObservableCounter<long> or ObservableCounter<double> } => "counter",
                _ => "gauge",
            };
            text.Append("# TYPE ").Append(name).Append(' ').Append(kind).Append('\n');
            foreach (var (labels, one) in named.Series.Where(s => !IsZeroToBeginWith(named, s.Key, s.Value)).OrderBy(s => s.Key, StringComparer.Ordinal))
                lock (one)
                    Write(text, name, labels, one);
        }
        return text.ToString();
    }

    /// <summary>What a counter has told until it counts by label.</summary>
    static bool IsZeroToBeginWith(Named named, string labels, Series one) =>
        labels.Length == 0 && one.Sum == 0 && named.Instrument is Counter<long> && named.Series.Count > 1;

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

    static char Sane(char letter) => char.IsAsciiLetterOrDigit(letter) ? letter : '_';

    public void Dispose() => listener.Dispose();
}
