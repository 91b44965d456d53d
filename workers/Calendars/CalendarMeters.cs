using System.Diagnostics.Metrics;
using Dvt.Pipeline;

namespace Dvt.Workers.Calendars;

/// <summary>What is counted about calendars of other platforms.</summary>
static class CalendarMeters
{
    public static readonly Counter<long> Imported = PipelineMeters.Meter.CreateCounter<long>("ical_events_imported_total");
    public static readonly Counter<long> Errors = PipelineMeters.Meter.CreateCounter<long>("ical_sync_errors_total");
    public static readonly Histogram<double> JobTook = PipelineMeters.Meter.CreateHistogram<double>("ical_sync_job_duration_seconds", "s");

    /// <summary>Minutes since the last good answer, of the calendar that waits longest.</summary>
    public static readonly Gauge<double> LastSyncAge = PipelineMeters.Meter.CreateGauge<double>("ical_last_sync_age_minutes");

    /// <summary>The same for each channel.</summary>
    public static readonly Gauge<double> SyncAge = PipelineMeters.Meter.CreateGauge<double>("ical_sync_age_minutes");
}
