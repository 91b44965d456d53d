using Dvt.Engine.Plans;
using Dvt.Engine.Runs;

namespace Dvt.Engine.Predictions;

/// <summary>When a run will likely be through: the longest way through the steps that are not done, each as long as it usually takes.</summary>
public static class CriticalPath
{
    /// <param name="durations">Of a step in past runs; null when nobody knows: it is taken to need no time.</param>
    /// <param name="share">0.5 for the median of each step, 0.9 for nine in ten.</param>
    public static DateTimeOffset FinishOf(Plan plan, RunSnapshot run, Func<string, Histogram?> durations, DateTimeOffset now, double share)
    {
        var finish = new DateTimeOffset[plan.Steps.Count];
        var last = now;
        foreach (var step in plan.Steps.OrderBy(s => s.Place))
        {
            var begins = now;
            foreach (var parent in step.Parents)
                begins = begins > finish[parent] ? begins : finish[parent];
            finish[step.Index] = begins + Remaining(run.Steps[step.Index], durations(step.StepId), now, share);
            last = last > finish[step.Index] ? last : finish[step.Index];
        }
        return last;
    }

    static TimeSpan Remaining(StepSnapshot step, Histogram? durations, DateTimeOffset now, double share)
    {
        if (durations is null || step.Status is not ("PENDING" or "RUNNING") && step is not { Status: "FAILED", DueAt: not null })
            return TimeSpan.Zero;
        if (step.Status == "PENDING" || step.StartedAt is not { } startedAt || startedAt >= now)
            return durations.Quantile(share) ?? TimeSpan.Zero;
        // What has taken this long already is compared with those only that took longer.
        var elapsed = now - startedAt;
        return durations.Quantile(share, elapsed) is { } whole ? whole - elapsed : TimeSpan.Zero;
    }
}
