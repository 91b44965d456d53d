using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Dvt.Pipeline;

namespace Dvt.Tests.Support;

/// <summary>What the test that made it has counted since. Others count in the same process at the same time, and are left out.</summary>
sealed class Counted : IDisposable
{
    static readonly AsyncLocal<Counted?> OfTest = new();

    readonly MeterListener listener = new();
    readonly ConcurrentDictionary<string, double> sums = new();

    public Counted()
    {
        OfTest.Value = this;
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Meter.Name == PipelineMeters.Name && !instrument.IsObservable)
                listening.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();
    }

    void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (OfTest.Value != this)
            return;
        var labels = string.Join(',', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"));
        var series = labels.Length == 0 ? instrument.Name : $"{instrument.Name}{{{labels}}}";
        sums.AddOrUpdate(series, value, (_, sum) => sum + value);
        sums.AddOrUpdate($"times {series}", 1, (_, times) => times + 1);
    }

    /// <summary>The sum of a series such as <c>name</c> or <c>name{label=value}</c>; 0 for one that nothing was counted of.</summary>
    public double this[string series] => sums.GetValueOrDefault(series);

    /// <summary>How often something was recorded.</summary>
    public double Times(string series) => this[$"times {series}"];

    public void Dispose() => listener.Dispose();
}
