using Dvt.Contracts;
using Dvt.Engine.Schedules;
using Dvt.Pipeline;
using Npgsql;

namespace Dvt.Workers.Runs;

/// <summary>Commands about schedules; what they start is the tick's business.</summary>
static class SaveSchedules
{
    public static async Task DecideAsync(RunBatch work, Delivery delivery, NpgsqlDataSource postgres, DateTimeOffset now, CancellationToken stop)
    {
        // What an earlier delivery decided stands, whatever has happened since.
        if (work.Earlier.Of(delivery) is { } before)
        {
            work.Answer(delivery, before);
            return;
        }
        var (tenantId, body) = (delivery.Envelope.TenantId, delivery.Envelope.Body);
        var scheduleId = body.GetProperty("scheduleId").GetString()!;
        var change = new ScheduleChange(work, delivery, now);
        var current = work.SavedSchedule(tenantId, scheduleId) ?? await ScheduleTable.FindAsync(postgres, tenantId, scheduleId, stop);
        if (delivery.Envelope.Type == nameof(CreateSchedule))
            change.Create(current, ContractsJson.Read<CreateSchedule>(body));
        else if (current is null or { Deleted: true })
            work.Refuse(delivery, "SCHEDULE_NOT_FOUND", $"there is no schedule {scheduleId}");
        else if (delivery.Envelope.Type == nameof(ChangeSchedule))
            change.Change(current, ContractsJson.Read<ChangeSchedule>(body));
        else if (delivery.Envelope.Type == nameof(DeleteSchedule))
            change.Delete(current, ContractsJson.Read<DeleteSchedule>(body).ExpectedRevision);
        else
            change.Backfill(current, ContractsJson.Read<BackfillSchedule>(body));
    }
}

/// <summary>What one command makes of one schedule.</summary>
sealed class ScheduleChange(RunBatch work, Delivery delivery, DateTimeOffset now)
{
    /// <summary>Occurrences of one range, at the most.</summary>
    public const int MaxBackfill = 10_000;

    Envelope Envelope => delivery.Envelope;

    public void Create(ScheduleRow? current, CreateSchedule c)
    {
        // The id is made from the caller's key, so another command about it is the key with another body.
        if (current is not null && current.CommandId != Envelope.Id)
            work.RefuseKey(delivery);
        else if (current is not null)
            Done(current);
        else
            Store(new(Envelope.TenantId, c.ScheduleId, Envelope.Id, Seq: 1, Revision: 1, c.Definition, Deleted: false, BeginsAt: now),
                new ScheduleCreated(c.ScheduleId, c.Definition, Revision: 1));
    }

    public void Change(ScheduleRow current, ChangeSchedule c)
    {
        var (old, changed) = (current.Definition, c.ApplyTo(current.Definition));
        if (IsMoved(current, c.ExpectedRevision))
            return;
        if (ContractsJson.Bytes(old).AsSpan().SequenceEqual(ContractsJson.Bytes(changed)))
        {
            work.Finish(delivery, new CommandDone(Envelope.Type, Envelope.Resource));
            Done(current);
            return;
        }
        changed = changed.By(c.Person);
        var anew = changed.Enabled && (!old.Enabled || changed.Cron != old.Cron || changed.TimeZone != old.TimeZone);
        Store(current with { Seq = current.Seq + 1, Revision = current.Revision + 1, Definition = changed, BeginsAt = anew ? now : null, Backfill = null },
            new ScheduleChanged(c.ScheduleId, changed, current.Revision + 1));
    }

    public void Delete(ScheduleRow current, long? expected)
    {
        if (IsMoved(current, expected))
            return;
        Store(current with { Seq = current.Seq + 1, Revision = current.Revision + 1, Deleted = true, BeginsAt = null, Backfill = null },
            new ScheduleDeleted(current.ScheduleId, current.Revision + 1));
    }

    public void Backfill(ScheduleRow current, BackfillSchedule c)
    {
        var occurrences = Occurrences.Of(current.Definition.Cron, current.Definition.TimeZone).Between(c.From, c.To).Take(MaxBackfill + 1).Count();
        if (occurrences > MaxBackfill)
        {
            work.Refuse(delivery, "TOO_MANY_OCCURRENCES", $"the range has more than {MaxBackfill} occurrences");
            return;
        }
        Store(current with { Seq = current.Seq + 1, BeginsAt = null, Backfill = (Envelope.Id, c.From, c.To, c.Person) },
            new ScheduleBackfilled(c.ScheduleId, c.From, c.To, occurrences), occurrences);
    }

    bool IsMoved(ScheduleRow current, long? expected)
    {
        if (expected is null || expected == current.Revision)
            return false;
        work.Refuse(delivery, "REVISION_MISMATCH", $"the schedule has revision {current.Revision}");
        return true;
    }

    void Store(ScheduleRow row, IEvent e, int? occurrences = null)
    {
        work.Save(row, new NewEvent(delivery.Slot, row.TenantId, $"schedule-{row.ScheduleId}", row.Seq, e.GetType().Name,
            ContractsJson.Element<object>(e).GetRawText(), Envelope.Id, Envelope.CorrelationId, Envelope.Actor, now));
        Done(row, occurrences);
    }

    void Done(ScheduleRow row, int? occurrences = null) => work.Answer(delivery, new Outcome(
        Envelope.Id, Outcome.Done, Resource: Envelope.Resource, Data: ContractsJson.Element(new { row.Revision, occurrences })));
}
