using Dvt.Contracts;
using Dvt.Engine.Runs;
using Dvt.Pipeline;
using Dvt.Workers.Effects;
using Npgsql;

namespace Dvt.Workers.Runs;

// What is published after the commit: calls of steps, and runs that runs ask for. What is told with it: calls that are given up.
sealed partial class RunBatch
{
    readonly List<(Guid TenantId, CallStep Call)> givenUp = [];

    void GiveUp(RunRow row, IEnumerable<CallStep> calls) => givenUp.AddRange(calls.Select(call => (row.TenantId, call)));

    void AddGivenUp(NpgsqlBatch statement) => EffectTable.AddGivenUp(statement, givenUp);

    /// <summary>An earlier delivery may have died between its commit and its publishing; the state says what it owes.</summary>
    void PublishAgain(RunRow row, DateTimeOffset now)
    {
        Publish(row, row.Run.Owed());
        Tell(row, row.Run.OwedTells());
        if (row.Run.NextLink() is { } next)
            followUps.AddRange(starts.Start(row, next, cause: null, now, isNew: false));
        if (row.Run.HasInlineWork)
            unfinished.Add(row);
    }

    /// <summary>Takes the place of what is stored, and of what this process remembered; what it owes is asked for again.</summary>
    public void Repair(RunRow row, DateTimeOffset now)
    {
        Add(row);
        changed.Add(row);
        PublishAgain(row, now);
    }

    void Publish(RunRow row, IEnumerable<CallStep> calls) =>
        followUps.AddRange(calls.Select(call => (Topology.StepQueue(call.Kind), Call(row, call))));

    static Envelope Call(RunRow row, CallStep call) => new(
        NamedId.Of("call", row.TenantId.ToString(), call.EffectKey, call.EngineAttempt.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        nameof(CallStep), row.TenantId, call.RunId, "system", DateTimeOffset.UnixEpoch, ContractsJson.Element(call),
        row.Run.Context.CorrelationId, Spans.Current);

    /// <summary>The run that another one asked for is decided on; it need not be asked for again.</summary>
    public void Arrived(Delivery delivery) => starts.Arrived(delivery.Envelope);
}
