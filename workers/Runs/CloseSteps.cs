using Dvt.Contracts;
using Dvt.Pipeline;

namespace Dvt.Workers.Runs;

/// <summary><see cref="CloseStep"/>: a called step came to its end. A closed attempt stays as it is.</summary>
static class CloseSteps
{
    public static void Decide(RunBatch work, Delivery delivery, CloseStep command, DateTimeOffset now)
    {
        if (work.Find(delivery) is not { } row)
        {
            Orphan(work, delivery, command);
            return;
        }
        var decision = row.Run.Close(command, now);
        if (decision.Ignored)
            RunMeters.CompletionsIgnored.Add(1);
        if (decision.Orphan)
            Orphan(work, delivery, command);
        work.Take(delivery, row, decision, now);
    }

    static void Orphan(RunBatch work, Delivery delivery, CloseStep command) =>
        work.Finish(delivery, new CompletionOrphaned(command.RunId, command.StepId, command.Attempt, command.Error is null));
}
