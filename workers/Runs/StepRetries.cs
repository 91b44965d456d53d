using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Pipeline;

namespace Dvt.Workers.Runs;

/// <summary>Attempts of steps, items of maps and compensations that failed: when the next one comes, or that it was the last.</summary>
static class StepRetries
{
    public static void Count(IEvent e, Plan plan, DateTimeOffset now)
    {
        switch (e)
        {
            case StepRetryScheduled again:
                RetryMeters.Again(RetryMeters.Step, again.DueAt - now);
                break;
            case StepFailed { Final: true } failed when plan.TryStep(failed.StepId, out var step):
                Count(RetryMeters.Step, step.Retry, failed.Attempt, failed.Error, pause: null);
                break;
            case StepItemsFailed failed when plan.TryStep(failed.StepId, out var map):
                foreach (var item in failed.Items)
                    Count(RetryMeters.Step, map.Child!.Retry, item.Attempt, item.Error, item.DueAt - now);
                break;
            case StepCompensationFailed failed when plan.TryStep(failed.StepId, out var undone):
                Count(RetryMeters.Compensation, undone.Compensation!.Retry, failed.Attempt, failed.Error, failed.DueAt - now);
                break;
            case StepCompensationRetryScheduled:
                RetryMeters.Again(RetryMeters.Compensation, TimeSpan.Zero);
                break;
        }
    }

    // What is permanent, what the run's end cut off and what may be tried once only did not run out of attempts.
    static void Count(string operation, RetryPolicy policy, int attempt, StepError error, TimeSpan? pause)
    {
        if (pause is not null || (error.Retryable && attempt > 1 && attempt >= policy.MaxAttempts))
            RetryMeters.Count(operation, pause);
    }
}
