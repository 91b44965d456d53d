using Dvt.Contracts;
using Dvt.Engine.Runs;
using Dvt.Pipeline;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.Workers.Runs;

/// <summary>A batch in work: the runs it touches, and what its decisions have led to so far.</summary>
sealed partial class RunBatch(IReadOnlyList<Delivery> batch, RunCache cache)
{
    readonly Dictionary<(Guid, string), RunRow> runs = [];
    readonly HashSet<(Guid, string)> gone = [];
    readonly HashSet<RunRow> changed = [];
    readonly HashSet<RunRow> unfinished = [];
    readonly List<NewEvent> events = [];
    readonly List<PlanRow> savedPlans = [];
    readonly List<ScheduleRow> savedSchedules = [];
    readonly List<(string Queue, Envelope Envelope)> followUps = [];
    readonly RunStarts starts = new();
    readonly List<(string Queue, Outcome Outcome, int Slot)> replies = [];
    readonly Dictionary<int, long> epochs = batch.DistinctBy(d => d.Slot).ToDictionary(d => d.Slot, d => d.Epoch);
    IReadOnlyCollection<RunRow> saved = [];
    Dictionary<int, long> heads = [];
    bool unsure;

    public EarlierResults Earlier { get; } = new();

    /// <summary>Effect keys that a live worker holds, of the runs that were woken.</summary>
    public HashSet<(Guid TenantId, string Key)> Leased { get; } = [];

    public int EventCount => events.Count;

    public bool HasChanges => events.Count > 0 || changed.Count > 0 || bulkJobs.Count > 0 || starts.HasChanges || turns.HasChanges;

    public bool HasMore => unfinished.Count > 0;

    /// <summary>Reads what the cache does not hold. A first <see cref="StartRun"/> is taken to be new; its insert tells.</summary>
    public async Task LoadAsync(NpgsqlDataSource postgres, Plans plans, CancellationToken stop)
    {
        unsure = batch.Any(d => d.Redelivered || cache.IsUnsure(d.Slot));
        var wanted = new HashSet<(Guid, string)>();
        var seen = new HashSet<(Guid, string)>();
        foreach (var delivery in batch)
        {
            var key = (delivery.Envelope.TenantId, delivery.Envelope.Key);
            if (!IsAboutRuns(delivery) || !seen.Add(key))
                continue;
            if (cache.TryGet(delivery.Slot, key.TenantId, key.Key, out var row))
                runs[key] = row;
            else if (unsure || delivery.Envelope.Type is not nameof(StartRun))
                wanted.Add(key);
        }
        if (await Earlier.LoadAsync(postgres, batch, unsure, stop))
            await LoadHeadsAsync(postgres, stop);
        if (wanted.Count > 0)
            foreach (var stored in await RunTable.LoadAsync(postgres, wanted, stop))
                if (stored.Deleted)
                    gone.Add((stored.TenantId, stored.RunId));
                else
                    runs[(stored.TenantId, stored.RunId)] = await ReadAsync(stored, plans, stop);
        await LoadLeasesAsync(postgres, stop);
        await Keys.LoadAsync(postgres, batch, stop);
    }

    static bool IsAboutRuns(Delivery delivery) => !BulkJobs.Knows(delivery.Envelope.Type) && delivery.Envelope.Type is not (nameof(RepairRun) or nameof(SavePlan) or nameof(PublishPlan) or nameof(ArchivePlan)
        or nameof(CreateSchedule) or nameof(ChangeSchedule) or nameof(DeleteSchedule) or nameof(BackfillSchedule));

    static async Task<RunRow> ReadAsync(StoredRun stored, Plans plans, CancellationToken stop)
    {
        var plan = await plans.OfAsync(stored, stop);
        var row = new RunRow(stored.TenantId, stored.Restore(plan), stored.Slot, stored.CommandId, stored.KeyId) { TimerDue = stored.TimerDue };
        row.Stored(stored.Seq, stored.Owes, stored.Deferred);
        return row;
    }

    /// <summary>The heads that redelivered outcomes are visible at.</summary>
    async Task LoadHeadsAsync(NpgsqlDataSource postgres, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand("select slot, head from log.slot where slot = any ($1)");
        command.Parameters.Add(EventLog.Array(NpgsqlDbType.Integer, epochs.Keys.ToArray()));
        await using var reader = await command.ExecuteReaderAsync(stop);
        heads = new((await EventLog.ReadHeadsAsync(reader, stop)).Offsets);
    }

    async Task LoadLeasesAsync(NpgsqlDataSource postgres, CancellationToken stop)
    {
        var keys = (
            from delivery in batch
            where delivery.Envelope.Type == nameof(WakeRun)
            let row = Find(delivery)
            where row is not null
            from call in row.Run.Owed()
            select (delivery.Envelope.TenantId, call.EffectKey)).ToList();
        if (keys.Count == 0)
            return;
        await using var command = postgres.CreateCommand(
            """
            select e.tenant_id, e.key
            from unnest($1, $2) as k(tenant_id, key)
            join pipeline.effect e using (tenant_id, key)
            where e.status = 'intended'
              and e.leased_until > clock_timestamp()
            """);
        command.Parameters.Add(EventLog.Array(NpgsqlDbType.Uuid, keys.Select(k => k.TenantId).ToArray()));
        command.Parameters.Add(EventLog.Array(NpgsqlDbType.Text, keys.Select(k => k.EffectKey).ToArray()));
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
            Leased.Add((reader.GetGuid(0), reader.GetString(1)));
    }

    public RunRow? Find(Delivery delivery) => runs.GetValueOrDefault((delivery.Envelope.TenantId, delivery.Envelope.Key));

    /// <summary>There was such a run and its history is deleted: to everybody it is unknown, but its id is not given again.</summary>
    public bool IsGone(Delivery delivery) => gone.Contains((delivery.Envelope.TenantId, delivery.Envelope.Key));

    public void Add(RunRow row) => runs[(row.TenantId, row.Run.RunId)] = row;

    /// <summary>Takes a decision in: events, calls, answer.</summary>
    public void Take(Delivery delivery, RunRow row, Decision decision, DateTimeOffset now)
    {
        var envelope = delivery.Envelope;
        RecordRefusals(delivery, row, decision, now);
        Write(row, decision, envelope, now);
        if (unsure && decision.Events.Count == 0)
            PublishAgain(row, now);
        if (decision.PassTo is { } next)
        {
            followUps.Add(RunStarts.PassOn(envelope, next));
            return;
        }
        if (envelope.Resource is null)
            return;
        if (decision.Refusal is { } refusal && decision.Events.Count == 0)
            Refuse(delivery, refusal.Code, refusal.Detail);
        else if (decision.Refusal is { } denied)
            Answer(delivery, new Outcome(envelope.Id, Outcome.Refused, denied.Code, denied.Detail, envelope.Resource));
        else
        {
            if (decision.Events.Count == 0 && row.CommandId != envelope.Id)
                Finish(delivery, new CommandDone(envelope.Type, envelope.Resource));
            Answer(delivery, new Outcome(envelope.Id, Outcome.Done, Resource: envelope.Resource));
        }
    }

    void Write(RunRow row, Decision decision, Envelope? cause, DateTimeOffset now)
    {
        if (decision.Events.Count > 0)
            changed.Add(row);
        var command = cause?.Resource is null ? null : cause;
        if (decision.Events.Count > 0 && command is not null)
            Earlier.Decided(command.Id);
        if (decision.Events.Count > 0)
            Record(row, decision, command, now);
        var seq = row.Run.Seq - decision.Events.Count;
        foreach (var e in decision.Events)
        {
            events.Add(new NewEvent(row.Slot, row.TenantId, row.Stream, ++seq, RunEvents.TypeName(e), EventText.Of(e),
                command?.Id, row.Run.Context.CorrelationId, command?.Actor ?? "system", now, row.StreamId));
            RunMeters.Count(e, row, now);
            turns.Note(e, row, cause?.AcceptedAt ?? now);
        }
        GiveUp(row, decision.GivenUp);
        Publish(row, decision.Calls);
        Tell(row, decision.Tells);
        if (decision.NewRun is { } start)
            followUps.AddRange(starts.Start(row, start, cause, now, isNew: decision.Events.Count > 0));
        if (decision.More)
            unfinished.Add(row);
    }

    /// <summary>A no that belongs into no run's history.</summary>
    public void Refuse(Delivery delivery, string code, string detail)
    {
        var envelope = delivery.Envelope;
        Finish(delivery, new CommandRefused(envelope.Type, code, detail, envelope.Resource));
        Answer(delivery, new Outcome(envelope.Id, Outcome.Refused, code, detail, envelope.Resource));
    }

    /// <summary>Writes the one event of a message's own stream, unless an earlier delivery did.</summary>
    public void Finish(Delivery delivery, IEvent e)
    {
        if (Earlier.Finish(delivery, e) is not { } seq)
            return;
        var envelope = delivery.Envelope;
        events.Add(new NewEvent(delivery.Slot, envelope.TenantId, EarlierResults.SideStream(delivery), seq, e.GetType().Name,
            ContractsJson.Element<object>(e).GetRawText(), envelope.Resource is null ? null : envelope.Id, envelope.CorrelationId, envelope.Actor,
            envelope.AcceptedAt));
    }

    public void Answer(Delivery delivery, Outcome outcome)
    {
        if (delivery.Envelope.ReplyTo is { } queue)
            replies.Add((queue, outcome, delivery.Slot));
    }

    /// <summary>A version as an earlier message of this batch left it.</summary>
    public PlanRow? SavedPlan(Guid tenantId, string planId, string version) =>
        savedPlans.FindLast(p => p.TenantId == tenantId && p.PlanId == planId && p.Version == version);

    /// <summary>Its row is stored even without events: its timer has fired and must be set again or cleared.</summary>
    public void Woken(RunRow row)
    {
        if (row.TimerFired)
            changed.Add(row);
    }

    public void Save(PlanRow plan, NewEvent e)
    {
        savedPlans.Add(plan);
        events.Add(e);
        Earlier.Decided(e.CommandId!.Value);
    }

    /// <summary>A schedule as an earlier message of this batch left it.</summary>
    public ScheduleRow? SavedSchedule(Guid tenantId, string scheduleId) =>
        savedSchedules.FindLast(s => s.TenantId == tenantId && s.ScheduleId == scheduleId);

    public void Save(ScheduleRow schedule, NewEvent e)
    {
        savedSchedules.Add(schedule);
        events.Add(e);
        Earlier.Decided(e.CommandId!.Value);
    }

    public void ContinueAll(DateTimeOffset now)
    {
        var rows = unfinished.ToList();
        unfinished.Clear();
        foreach (var row in rows)
            Write(row, admitted.Remove(row) ? row.Run.Admit(now) : row.Run.Continue(now), cause: null, now);
    }

    /// <summary>The append comes last: slots are locked from it to the commit.</summary>
    public void AddTo(NpgsqlBatch statement)
    {
        foreach (var plan in savedPlans)
            PlanTable.AddSave(statement, plan);
        foreach (var schedule in savedSchedules)
            ScheduleTable.AddSave(statement, schedule);
        AddBulkJobs(statement);
        saved = RunTable.AddSave(statement, changed);
        starts.AddTo(statement);
        Keys.AddTo(statement);
        turns.AddTo(statement);
        AddGivenUp(statement);
        Earlier.AddTo(statement);
        if (events.Count > 0)
            EventLog.AddAppend(statement, events, slot => epochs[slot]);
    }

    public void Committed(LogPosition position)
    {
        foreach (var (slot, head) in position.Offsets)
            heads[slot] = head;
    }

    public List<(string Queue, Envelope Envelope)> TakeFollowUps()
    {
        List<(string, Envelope)> taken = [.. followUps];
        followUps.Clear();
        return taken;
    }

    public IEnumerable<(string Queue, List<Outcome> Outcomes)> TakeReplies()
    {
        var taken = replies
            .GroupBy(r => r.Queue, r => heads.TryGetValue(r.Slot, out var head)
                ? r.Outcome with { Position = LogPosition.At(r.Slot, head).ToString() }
                : r.Outcome)
            .Select(g => (g.Key, g.ToList()))
            .ToList();
        replies.Clear();
        return taken;
    }

    /// <summary>All of this is durable: remember it, and start anew for what is left.</summary>
    public void Settle()
    {
        foreach (var row in saved)
            row.Stored();
        foreach (var row in changed)
            cache.Keep(row);
        foreach (var slot in epochs.Keys)
            cache.BeSure(slot);
        saved = [];
        changed.Clear();
        events.Clear();
        turns.Clear();
        givenUp.Clear();
        savedPlans.Clear();
        savedSchedules.Clear();
        starts.Settle();
        SettleBulkJobs();
    }
}
