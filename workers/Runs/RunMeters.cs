using System.Diagnostics.Metrics;
using Dvt.Contracts;
using Dvt.Engine.Runs;
using Dvt.Pipeline;

namespace Dvt.Workers.Runs;

/// <summary>What the engine counts.</summary>
static class RunMeters
{
    static readonly Counter<long> Started = PipelineMeters.Meter.CreateCounter<long>("dvt_runs_started_total");
    static readonly Counter<long> Completed = PipelineMeters.Meter.CreateCounter<long>("dvt_runs_completed_total").FromZero("status", ["COMPLETED", "FAILED", "CANCELLED"]);
    static readonly Counter<long> Retries = PipelineMeters.Meter.CreateCounter<long>("dvt_step_retries_total");
    static readonly Counter<long> Compensations = PipelineMeters.Meter.CreateCounter<long>("dvt_step_compensations_total").FromZero("status", ["COMPLETED", "FAILED"]);
    static readonly Histogram<double> RunDuration = PipelineMeters.Meter.CreateHistogram<double>("dvt_run_completion_duration_seconds", "s");
    static readonly Histogram<double> StepDuration = PipelineMeters.Meter.CreateHistogram<double>("dvt_step_duration_seconds", "s");
    static readonly Counter<long> Approvals = PipelineMeters.Meter.CreateCounter<long>("dvt_approvals_decided_total");
    static readonly Counter<long> Emitted = PipelineMeters.Meter.CreateCounter<long>("dvt_events_emitted_total");
    public static readonly Counter<long> SignalsReceived = PipelineMeters.Meter.CreateCounter<long>("dvt_signals_received_total");
    public static readonly Counter<long> HistoriesNearLimit = PipelineMeters.Meter.CreateCounter<long>("dvt_run_histories_near_limit_total");
    public static readonly Counter<long> Archived = PipelineMeters.Meter.CreateCounter<long>("dvt_runs_archived_total");
    public static readonly Counter<long> Deleted = PipelineMeters.Meter.CreateCounter<long>("dvt_runs_deleted_total");
    static readonly Counter<long> Continued = PipelineMeters.Meter.CreateCounter<long>("dvt_runs_continued_total");
    public static readonly Counter<long> FoldsChecked = PipelineMeters.Meter.CreateCounter<long>("dvt_fold_checked_total");
    public static readonly Counter<long> FoldMismatches = PipelineMeters.Meter.CreateCounter<long>("dvt_fold_mismatches_total");
    public static readonly Counter<long> CompletionsIgnored = PipelineMeters.Meter.CreateCounter<long>("dvt_step_completions_ignored_total");

    static readonly Counter<long> SignalsDecided = PipelineMeters.Meter.CreateCounter<long>("dvt_signal_decisions_total");
    static readonly Counter<long> Destructive = PipelineMeters.Meter.CreateCounter<long>("dvt_signals_destructive_total").FromZero("type", SignalTypes.All.Where(SignalShape.IsDestructive));
    static readonly Counter<long> Alerts = PipelineMeters.Meter.CreateCounter<long>("dvt_run_alerts_total").FromZero("level", AlertLevels.All);

    public static readonly Counter<long> BulkSignals = PipelineMeters.Meter.CreateCounter<long>("dvt_bulk_signals_sent_total");

    public static void CountSignal(SignalRuling ruling)
    {
        SignalsDecided.Add(1, new("type", ruling.SignalType), new("decision", ruling.Verdict));
        if (ruling is { Verdict: SignalVerdicts.Accepted, Changed: true } && SignalShape.IsDestructive(ruling.SignalType))
            Destructive.Add(1, new KeyValuePair<string, object?>("type", ruling.SignalType));
    }

    public static void Count(IEvent e, RunRow row, DateTimeOffset now)
    {
        StepRetries.Count(e, row.Run.Plan, now);
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
            case RunAlertRaised raised:
                Alerts.Add(1, new KeyValuePair<string, object?>("level", raised.Level));
                break;
            case StepCompensated:
                Compensations.Add(1, new KeyValuePair<string, object?>("status", "COMPLETED"));
                break;
            case StepCompensationFailed { Final: true }:
                Compensations.Add(1, new KeyValuePair<string, object?>("status", "FAILED"));
                break;
            case ApprovalGranted { Missing: 0 }:
                Approvals.Add(1, new KeyValuePair<string, object?>("decision", "approved"));
                break;
            case ApprovalDenied:
                Approvals.Add(1, new KeyValuePair<string, object?>("decision", "denied"));
                break;
            case ApprovalExpired:
                Approvals.Add(1, new KeyValuePair<string, object?>("decision", "expired"));
                break;
            case EventEmitted:
                Emitted.Add(1);
                break;
            case RunContinued:
                Continued.Add(1);
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
