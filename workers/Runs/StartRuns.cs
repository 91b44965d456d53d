using Dvt.Contracts;
using Dvt.Engine.Json;
using Dvt.Engine.Plans;
using Dvt.Engine.Runs;
using Dvt.Pipeline;

namespace Dvt.Workers.Runs;

/// <summary><see cref="StartRun"/>: a run of a published plan, once, however often it is told.</summary>
static class StartRuns
{
    public static async Task DecideAsync(RunBatch work, Delivery delivery, Plans plans, DateTimeOffset now, CancellationToken stop)
    {
        var envelope = delivery.Envelope;
        var command = ContractsJson.Read<StartRun>(envelope.Body);
        if (work.Find(delivery) is { } existing)
        {
            Repeat(work, delivery, existing, command, now);
            return;
        }
        if (await plans.FindAsync(envelope.TenantId, command.PlanId, command.PlanVersion, stop) is not { } plan)
        {
            work.Refuse(delivery, "PLAN_NOT_FOUND", $"there is no published plan {command.PlanId} {command.PlanVersion}".TrimEnd());
            return;
        }
        if (plan.CheckInput(command.Input) is [var fault, ..])
        {
            work.Refuse(delivery, "invalid_input", $"{fault.Pointer}: {fault.Message}");
            return;
        }
        var row = new RunRow(envelope.TenantId, Run.New(command.RunId, plan), delivery.Slot, envelope.Id, envelope.KeyId);
        Decision decision;
        try
        {
            decision = row.Run.Start(command, now);
        }
        catch (JsonRefused refused)
        {
            work.Refuse(delivery, refused.Code, refused.Message);
            return;
        }
        if (decision.Events.Count > 0)
            work.Add(row);
        work.Take(delivery, row, decision, now);
    }

    static void Repeat(RunBatch work, Delivery delivery, RunRow existing, StartRun command, DateTimeOffset now)
    {
        var envelope = delivery.Envelope;
        if (existing.CommandId == envelope.Id)
            work.Take(delivery, existing, existing.Run.Start(command, now), now);
        else if (envelope.KeyId is not null && envelope.KeyId == existing.KeyId)
            work.Refuse(delivery, "idempotency_key_reused", "the key was used before with another body");
        else
            work.Refuse(delivery, "RUN_ALREADY_EXISTS", $"run {command.RunId} exists already");
    }
}
