namespace Dvt.Engine.Runs;

public enum RunStatus
{
    Pending,
    Approved,
    Running,
    Paused,
    Completed,
    Failed,
    Cancelled,
}

public enum StepStatus
{
    Pending,
    Running,
    Completed,
    Failed,
    Skipped,
    Cancelled,
    Compensated,
}

/// <summary>How states are written outside: upper case.</summary>
public static class StatusNames
{
    public static string Of(RunStatus status) => status switch
    {
        RunStatus.Pending => "PENDING",
        RunStatus.Approved => "APPROVED",
        RunStatus.Running => "RUNNING",
        RunStatus.Paused => "PAUSED",
        RunStatus.Completed => "COMPLETED",
        RunStatus.Failed => "FAILED",
        _ => "CANCELLED",
    };

    /// <summary>Lower case: no state of a run or step.</summary>
    internal static string Of(ApprovalOutcome outcome) => outcome switch
    {
        ApprovalOutcome.Open => "open",
        ApprovalOutcome.Approved => "approved",
        ApprovalOutcome.Denied => "denied",
        ApprovalOutcome.Withdrawn => "withdrawn",
        _ => "expired",
    };

    public static string Of(StepStatus status) => status switch
    {
        StepStatus.Pending => "PENDING",
        StepStatus.Running => "RUNNING",
        StepStatus.Completed => "COMPLETED",
        StepStatus.Failed => "FAILED",
        StepStatus.Skipped => "SKIPPED",
        StepStatus.Cancelled => "CANCELLED",
        _ => "COMPENSATED",
    };
}
