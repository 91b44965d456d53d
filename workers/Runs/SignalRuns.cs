using Dvt.Contracts;
using Dvt.Engine.Runs;
using Dvt.Pipeline;

namespace Dvt.Workers.Runs;

/// <summary>Signals to runs: the eleven that steer, and those that a <c>wait</c> step waits for.</summary>
static class SignalRuns
{
    public static void Decide(RunBatch work, Delivery delivery, SignalRun command, DateTimeOffset now)
    {
        // Made from the command, so that a second delivery names the same decision record.
        var decisionId = NamedId.Of("decision", delivery.Envelope.Id.ToString());
        Decide(work, delivery, command.SignalId, run => run.Signal(command, decisionId, now), now);
        RunMeters.SignalsReceived.Add(1, new KeyValuePair<string, object?>("type", command.SignalType));
    }

    public static void Decide(RunBatch work, Delivery delivery, ReviewSignal command, DateTimeOffset now)
    {
        var decisionId = NamedId.Of("decision", delivery.Envelope.Id.ToString());
        Decide(work, delivery, command.SignalId, run => run.Review(command, decisionId, now), now);
    }

    public static void Decide(RunBatch work, Delivery delivery, SendExternalSignal command, DateTimeOffset now) =>
        Decide(work, delivery, command.SignalId, run => run.ExternalSignal(command, now), now);

    /// <summary>From here on somebody should know that the run will soon take no more signals.</summary>
    const double NearlyFull = 0.8;

    static void Decide(RunBatch work, Delivery delivery, string signalId, Func<Run, Decision> decide, DateTimeOffset now)
    {
        var envelope = delivery.Envelope;
        if (work.Earlier.Finished(delivery) is { } before)
        {
            work.Answer(delivery, before);
            return;
        }
        if (work.Find(delivery) is not { } row)
        {
            // Passed down from a parent to a sub-run that never came to be.
            if (envelope.Resource is null)
                return;
            work.Refuse(delivery, "RUN_NOT_FOUND", $"there is no run {envelope.Key}");
            return;
        }
        var used = row.Run.HistoryUse;
        var decision = decide(row.Run);
        if (used < NearlyFull && row.Run.HistoryUse >= NearlyFull)
            RunMeters.HistoriesNearLimit.Add(1);
        // The signal's id came from the key: it is the key that was used again.
        if (decision.Refusal is { Code: "SIGNAL_DUPLICATE" } && envelope.KeyId?.ToString() == signalId)
            decision = decision with { Refusal = work.NoToKey(delivery) };
        work.Take(delivery, row, decision, now);
    }
}
