using Dvt.Contracts;
using Dvt.Engine.Runs;
using Dvt.Pipeline;

namespace Dvt.Workers.Runs;

// What runs tell each other: parents start and steer sub-runs, sub-runs tell their end.
sealed partial class RunBatch
{
    void Tell(RunRow row, IEnumerable<ToRun> tells) =>
        followUps.AddRange(tells.Select(told => Telling.Of(row.TenantId, told, row.Run.Context.CorrelationId)));

    /// <summary>A sub-run that cannot be: its parent's step fails.</summary>
    public void TellRefusal(Delivery delivery, StartRun command, string code, string detail)
    {
        if (command.Lineage?.Above is not { } above)
            return;
        var error = new StepError(code, $"plan {command.PlanId}: {detail}", Retryable: false, "USER");
        followUps.Add(Telling.Of(
            delivery.Envelope.TenantId, new ToRun(above.ParentRunId, new CloseStep(above.ParentRunId, above.StepId, above.Attempt, Result: null, error)),
            delivery.Envelope.CorrelationId));
    }
}

/// <summary>A message from one run to another: the same id however often it is sent.</summary>
static class Telling
{
    public static (string Queue, Envelope Envelope) Of(Guid tenantId, ToRun told, string? correlationId)
    {
        var (tenant, (type, id, actor)) = (tenantId.ToString(), (told.Command.GetType().Name, "", "system"));
        (id, actor) = told.Command switch
        {
            StartRun start => ($"sub-run\n{start.RunId}", $"run:{start.Lineage!.ParentRunId}"),
            SignalRun signal => ($"pass\n{signal.RunId}\n{signal.SignalId}", actor),
            WakeRun wake => ($"wake\n{wake.RunId}", actor),
            CloseStep close => ($"close\n{close.RunId}:{close.StepId}:{close.Attempt}", actor),
            _ => throw new ArgumentException($"no run is told {type}", nameof(told)),
        };
        return (
            Slot.Queue(Slot.Of(Domain.Runs, tenantId, told.RunId)),
            new Envelope(
                NamedId.Of("tell", tenant, id), type, tenantId, told.RunId, actor, TimeProvider.System.GetUtcNow(), ContractsJson.Element(told.Command),
                correlationId, Spans.Current, ReplyTo: null, told.Command is StartRun ? new Resource("run", told.RunId) : null));
    }
}
