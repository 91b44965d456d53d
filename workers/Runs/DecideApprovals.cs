using Dvt.Contracts;
using Dvt.Engine.Runs;
using Dvt.Pipeline;

namespace Dvt.Workers.Runs;

/// <summary><see cref="DecideApproval"/>: a person answers a step that asks.</summary>
static class DecideApprovals
{
    public static void Decide(RunBatch work, Delivery delivery, DecideApproval command, DateTimeOffset now)
    {
        // What an earlier delivery decided stands, whatever has happened since.
        if (work.Earlier.Of(delivery) is { } before)
            work.Answer(delivery, before);
        else if (work.Find(delivery) is not { } row)
            work.Refuse(delivery, "RUN_NOT_FOUND", $"there is no run {command.RunId}");
        else
            work.Take(delivery, row, row.Run.Decide(command, now), now);
    }
}
