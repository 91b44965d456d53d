using Dvt.Contracts;
using Dvt.Engine.Runs;
using Dvt.Pipeline;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dvt.Workers.Runs;

/// <summary>
/// Carries out the commands of the runs domain, a batch in a transaction: load what is not remembered, decide each
/// message in order, store states and events in one round trip, then publish what follows.
/// </summary>
sealed class RunsHandler(
    NpgsqlDataSource postgres, Publisher publisher, DatabaseClock clock, Plans plans, WorkersOptions options, ILogger<RunsHandler> log) : ISlotHandler
{
    readonly RunCache cache = new();

    public void Forget(int slot) => cache.Forget(slot);

    public bool GoesAlone(Delivery delivery) => delivery.Envelope.Type == nameof(RepairRun);

    public async Task HandleAsync(IReadOnlyList<Delivery> batch, CancellationToken stop)
    {
        var work = new RunBatch(batch, cache);
        await work.LoadAsync(postgres, plans, stop);
        foreach (var delivery in batch)
            await DecideAsync(work, delivery, stop);
        await CommitAsync(work, stop);
        while (work.HasMore)
        {
            work.ContinueAll(await clock.NowAsync(stop));
            await CommitAsync(work, stop);
        }
    }

    async Task DecideAsync(RunBatch work, Delivery delivery, CancellationToken stop)
    {
        var now = await clock.NowAsync(stop);
        var envelope = delivery.Envelope;
        using var span = Spans.Of(envelope);
        if (work.IsKeyReused(delivery))
        {
            work.RefuseKey(delivery);
            return;
        }
        switch (envelope.Type)
        {
            case nameof(StartRun):
                await StartRuns.DecideAsync(work, delivery, postgres, plans, now, stop);
                break;
            case nameof(SignalRun):
                SignalRuns.Decide(work, delivery, ContractsJson.Read<SignalRun>(envelope.Body), now);
                break;
            case nameof(ReviewSignal):
                SignalRuns.Decide(work, delivery, ContractsJson.Read<ReviewSignal>(envelope.Body), now);
                break;
            case nameof(SendExternalSignal):
                SignalRuns.Decide(work, delivery, ContractsJson.Read<SendExternalSignal>(envelope.Body), now);
                break;
            case nameof(DecideApproval):
                DecideApprovals.Decide(work, delivery, ContractsJson.Read<DecideApproval>(envelope.Body), now);
                break;
            case nameof(CloseStep):
                CloseSteps.Decide(work, delivery, ContractsJson.Read<CloseStep>(envelope.Body), now);
                break;
            case nameof(WakeRun):
                WakeRuns.Decide(work, delivery, now);
                break;
            case nameof(AdmitRun):
                AdmitRuns.Decide(work, delivery, now);
                break;
            case nameof(VerifyRun):
                work.End(delivery, await VerifyRuns.AnswerAsync(postgres, plans, delivery, stop));
                break;
            case nameof(RepairRun):
                cache.Forget(delivery.Slot, envelope.TenantId, envelope.Key);
                work.End(delivery, await RepairRuns.DecideAsync(work, delivery, postgres, plans, now, log, stop));
                break;
            case nameof(SavePlan) or nameof(PublishPlan) or nameof(ArchivePlan):
                await SavePlans.DecideAsync(work, delivery, postgres, now, stop);
                break;
            case nameof(CreateSchedule) or nameof(ChangeSchedule) or nameof(DeleteSchedule) or nameof(BackfillSchedule):
                await SaveSchedules.DecideAsync(work, delivery, postgres, now, stop);
                break;
            case var type when BulkJobs.Knows(type):
                await BulkJobs.DecideAsync(work, delivery, postgres, now, stop);
                break;
            case nameof(TestPoison):
                TestPoison.Take(options, delivery);
                break;
            default:
                throw new NotSupportedException($"no worker of the runs domain knows {envelope.Type}");
        }
    }

    async Task CommitAsync(RunBatch work, CancellationToken stop)
    {
        if (work.HasChanges)
        {
            var began = TimeProvider.System.GetTimestamp();
            List<(Guid, string)> granted = [];
            await using var batch = postgres.CreateBatch();
            work.AddTo(batch);
            try
            {
                await using var reader = await batch.ExecuteReaderAsync(stop);
                do
                {
                    if (ConcurrencyTurns.IsResult(reader))
                        granted = await ConcurrencyTurns.ReadAsync(reader, stop);
                    if (EventLog.IsHeads(reader))
                        work.Committed(await EventLog.ReadHeadsAsync(reader, stop));
                }
                while (await reader.NextResultAsync(stop));
            }
            catch (PostgresException fault) when (LostRaceException.TryFrom(fault, out var race))
            {
                WorkersLog.RaceLost(log, fault.MessageText);
                throw race;
            }
            PipelineMeters.StateWrite.Record(TimeProvider.System.GetElapsedTime(began).TotalMilliseconds);
            PipelineMeters.EventsAppended.Add(work.EventCount);
            work.Grant(granted);
        }
        work.Keys.Tally.Count();
        // Before the ack: a crash here means redelivery, and the state says what it still owes.
        await publisher.PublishAsync(work.TakeFollowUps(), stop);
        await ReplyAsync(work, stop);
    }

    async Task ReplyAsync(RunBatch work, CancellationToken stop)
    {
        if (work.HasChanges)
            await publisher.TellLogGrewAsync(stop);
        foreach (var (queue, outcomes) in work.TakeReplies())
            await publisher.ReplyAsync(queue, Replies.Encode(outcomes), stop);
        work.Settle();
    }
}
