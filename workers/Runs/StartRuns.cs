using Dvt.Contracts;
using Dvt.Engine.Json;
using Dvt.Engine.Plans;
using Dvt.Engine.Runs;
using Dvt.Pipeline;
using Npgsql;

namespace Dvt.Workers.Runs;

/// <summary><see cref="StartRun"/>: a run of a published plan, once, however often it is told.</summary>
static class StartRuns
{
    public static async Task DecideAsync(RunBatch work, Delivery delivery, NpgsqlDataSource postgres, Plans plans, DateTimeOffset now, CancellationToken stop)
    {
        var envelope = delivery.Envelope;
        var command = ContractsJson.Read<StartRun>(envelope.Body);
        if (command.Lineage is not null)
            work.Arrived(delivery);
        if (work.Find(delivery) is { } existing)
        {
            Repeat(work, delivery, existing, command, now);
            return;
        }
        // The same command has the same result, whatever has been published since.
        if (work.Earlier.Finished(delivery) is { } before)
        {
            work.Answer(delivery, before);
            return;
        }
        if (work.IsGone(delivery))
        {
            Refuse(work, delivery, command, "RUN_ALREADY_EXISTS", $"there was a run {command.RunId}, and its history is deleted");
            return;
        }
        var plan = await plans.FindAsync(envelope.TenantId, command.PlanId, command.PlanVersion, stop);
        var faults = plan?.CheckInput(command.Input) ?? [];
        // Its run may be there, begun while the plan still was: what is refused is looked for first.
        if ((plan is null || faults.Count > 0) && await work.FindStoredAsync(postgres, plans, delivery, stop) is { } begun)
        {
            Repeat(work, delivery, begun, command, now);
            return;
        }
        if (plan is null)
        {
            Refuse(work, delivery, command, "PLAN_NOT_FOUND", $"there is no published plan {command.PlanId} {command.PlanVersion}".TrimEnd());
            return;
        }
        if (faults is [var fault, ..])
        {
            Refuse(work, delivery, command, "invalid_input", $"{fault.Pointer}: {fault.Message}");
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
            Refuse(work, delivery, command, refused.Code, refused.Message);
            return;
        }
        if (decision.Events.Count > 0)
        {
            work.Earlier.First(delivery);
            work.Add(row);
        }
        else if (decision.Refusal is { } no)
        {
            Refuse(work, delivery, command, no.Code, no.Detail);
            return;
        }
        work.Take(delivery, row, decision, now);
    }

    static void Repeat(RunBatch work, Delivery delivery, RunRow existing, StartRun command, DateTimeOffset now)
    {
        var envelope = delivery.Envelope;
        if (existing.CommandId == envelope.Id)
            work.Take(delivery, existing, existing.Run.Start(command, now), now);
        else if (envelope.KeyId is not null && envelope.KeyId == existing.KeyId)
            work.RefuseKey(delivery);
        else
            Refuse(work, delivery, command, "RUN_ALREADY_EXISTS", $"run {command.RunId} exists already");
    }

    static void Refuse(RunBatch work, Delivery delivery, StartRun command, string code, string detail)
    {
        if (command.Lineage?.Continued is not null)
            work.GiveBackSlot(delivery);
        // A sub-run is asked for again until its parent has heard; nobody else waits for it.
        if (command.Lineage?.Above is not null)
            work.TellRefusal(delivery, command, code, detail);
        else
            work.Refuse(delivery, code, detail);
    }
}
