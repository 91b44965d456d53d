using System.Diagnostics.Metrics;
using Dvt.Contracts;
using Dvt.Pipeline;

namespace Dvt.Workers.Runs;

/// <summary>What the engine counts.</summary>
static class RunMeters
{
    static readonly Counter<long> Started = PipelineMeters.Meter.CreateCounter<long>("dvt_runs_started_total");
    static readonly Counter<long> Completed = PipelineMeters.Meter.CreateCounter<long>("dvt_runs_completed_total");
    static readonly Counter<long> Retries = PipelineMeters.Meter.CreateCounter<long>("dvt_step_retries_total");
    static readonly Counter<long> Compensations = PipelineMeters.Meter.CreateCounter<long>("dvt_step_compensations_total");
    static readonly Histogram<double> RunDuration = PipelineMeters.Meter.CreateHistogram<double>("dvt_run_completion_duration_seconds", "s");
    static readonly Histogram<double> StepDuration = PipelineMeters.Meter.CreateHistogram<double>("dvt_step_duration_seconds", "s");
    public static readonly Counter<long> SignalsReceived = PipelineMeters.Meter.CreateCounter<long>("dvt_signals_received_total");
    public static readonly Counter<long> CompletionsIgnored = PipelineMeters.Meter.CreateCounter<long>("dvt_step_completions_ignored_total");

    public static void Count(IEvent e, RunRow row, DateTimeOffset now)
    {
        switch (e)
        {
            case RunStarted:
                Started.Add(1);
                break;
            case StepCompleted { Kept: false } or StepFailed:
                EndStep((IStepEvent)e, row, now);
                break;
            case StepRetryScheduled:
                Retries.Add(1);
                break;
            case StepCompensated:
                Compensations.Add(1, new KeyValuePair<string, object?>("status", "COMPLETED"));
                break;
            case StepCompensationFailed { Final: true }:
                Compensations.Add(1, new KeyValuePair<string, object?>("status", "FAILED"));
                break;
            case RunCompleted:
                End("COMPLETED", row, now);
                break;
            case RunFailed:
                End("FAILED", row, now);
                break;
            case RunCancelled:
                End("CANCELLED", row, now);
                break;
        }
    }

    static void EndStep(IStepEvent e, RunRow row, DateTimeOffset now)
    {
        if (row.Run.TookUntil(e, now) is { } ended)
            StepDuration.Record(ended.Took.TotalSeconds, new("kind", ended.Kind), new("status", e is StepCompleted ? "COMPLETED" : "FAILED"));
    }

    static void End(string status, RunRow row, DateTimeOffset now)
    {
        Completed.Add(1, new KeyValuePair<string, object?>("status", status));
        if (row.Run.QueuedAt is { } queued)
            RunDuration.Record((now - queued).TotalSeconds);
    }
}
