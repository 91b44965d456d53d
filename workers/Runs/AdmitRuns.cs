using Dvt.Pipeline;

namespace Dvt.Workers.Runs;

/// <summary><see cref="Dvt.Contracts.AdmitRun"/>: a slot of the run's concurrency key is its own until it ends.</summary>
static class AdmitRuns
{
    public static void Decide(RunBatch work, Delivery delivery, DateTimeOffset now)
    {
        if (work.Find(delivery) is { } row)
            work.Take(delivery, row, row.Run.Admit(now), now);
    }
}
