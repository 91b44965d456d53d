using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.ReadModels;

/// <summary>What became of a command.</summary>
/// <param name="Status"><c>done</c>, <c>refused</c> or <c>failed</c>.</param>
/// <param name="Data">JSON that helps the sender of a refused one on, such as <c>alternatives</c>, or that a done one was for.</param>
/// <param name="Position">Where its first event is visible.</param>
/// <param name="AcceptedAt">Where only its decision is known, as of commands with a key, when that was.</param>
public sealed record CommandRow(
    Guid CommandId,
    string Type,
    string Status,
    string? Code,
    string? Detail,
    Resource? Resource,
    string? Data,
    LogPosition Position,
    string Actor,
    DateTimeOffset AcceptedAt,
    DateTimeOffset FinishedAt);

/// <summary>
/// <c>read.command</c>: one row per command that has come to an end. Of several events of a command the weightiest
/// speaks, then the first, so that the order in which slots are read does not matter.
/// </summary>
sealed class CommandView : IView
{
    public string Name => "command";

    public int Version => 5;

    public IReadOnlyCollection<string> DataOf { get; } =
    [
        nameof(CommandRefused), nameof(CommandDone), nameof(CommandFailed), nameof(SignalRejected),
        nameof(PlanDrafted), nameof(PlanPublished), nameof(PlanArchived),
        nameof(ScheduleCreated), nameof(ScheduleChanged), nameof(ScheduleDeleted), nameof(ScheduleBackfilled),
    ];

    public void Project(IReadOnlyList<TailEvent> events, NpgsqlBatch writes, string table)
    {
        var firsts = new Dictionary<Guid, TailEvent>();
        foreach (var e in events)
            if (e.CommandId is { } id && (!firsts.TryGetValue(id, out var known) || Outweighs(e, known)))
                firsts[id] = e;
        if (firsts.Count == 0)
            return;
        var rows = new List<Row>(firsts.Count);
        foreach (var e in firsts.Values)
            rows.Add(Row.Of(e));
        rows.Sort(static (a, b) => a.TenantId.CompareTo(b.TenantId) is var t and not 0 ? t : a.CommandId.CompareTo(b.CommandId));
        writes.BatchCommands.Add(Upsert(rows, table));
    }

    static bool Outweighs(TailEvent one, TailEvent other) =>
        Weight(one.Type) is var weight && Weight(other.Type) is var known && weight != known
            ? weight > known
            : (one.Slot, one.Offset).CompareTo((other.Slot, other.Offset)) < 0;

    /// <summary>A failure is outweighed by whatever a replay leads to; a command's own event by nothing.</summary>
    internal static int Weight(string type) => type switch
    {
        nameof(CommandFailed) => 0,
        nameof(CommandRefused) or nameof(CommandDone) or nameof(SignalAccepted) or nameof(SignalRejected) or nameof(SignalRevisionRequired)
            or nameof(ExternalSignalReceived) or nameof(ApprovalGranted) or nameof(ApprovalDenied) or nameof(PlanDrafted) or nameof(PlanPublished) or nameof(PlanArchived)
            or nameof(ScheduleCreated) or nameof(ScheduleChanged) or nameof(ScheduleDeleted) or nameof(ScheduleBackfilled)
            or nameof(BulkRunsSelected) or nameof(BulkJobStarted) or nameof(BulkStartRecorded) or nameof(BulkJobCancelled)
            or nameof(BulkJobApproved) or nameof(BulkJobRejected) => 3,
        nameof(RunQueued) => 2,
        _ => 1,
    };

    const string Columns =
        "tenant_id, command_id, type, status, code, detail, resource_type, resource_id, actor, accepted_at, finished_at, slot, " +
        "\"offset\", weight, data";

    static NpgsqlBatchCommand Upsert(List<Row> rows, string table) => new NpgsqlBatchCommand(
        $"""
        insert into {table} as c ({Columns})
        select * from {Sql.Rows(Columns)} n
        on conflict (tenant_id, command_id) do update
        set type = excluded.type,
            status = excluded.status,
            code = excluded.code,
            detail = excluded.detail,
            resource_type = excluded.resource_type,
            resource_id = excluded.resource_id,
            actor = excluded.actor,
            accepted_at = excluded.accepted_at,
            finished_at = excluded.finished_at,
            slot = excluded.slot,
            "offset" = excluded."offset",
            weight = excluded.weight,
            data = excluded.data
        where (-excluded.weight, excluded.slot, excluded."offset") < (-c.weight, c.slot, c."offset")
        """)
        .Uuid(rows, r => r.TenantId).Uuid(rows, r => r.CommandId).Text(rows, r => r.Type).Text(rows, r => r.Status)
        .Text(rows, r => r.Code).Text(rows, r => r.Detail).Text(rows, r => r.Resource?.Type).Text(rows, r => r.Resource?.Id)
        .Text(rows, r => r.Actor).Time(rows, r => r.At).Time(rows, r => r.RecordedAt)
        .Int(rows, r => r.Slot).Long(rows, r => r.Offset).Int(rows, r => r.Heft).Text(rows, r => r.Data);

    internal sealed record Row(
        Guid TenantId, Guid CommandId, string Type, string Status, string? Code, string? Detail, Resource? Resource,
        string Actor, DateTime At, DateTime RecordedAt, int Slot, long Offset, int Heft, string? Data)
    {
        public static Row Of(TailEvent e)
        {
            var ended = Ended(e);
            return new(e.TenantId, e.CommandId!.Value, ended.Type, ended.Status, ended.Code, ended.Detail, ended.Resource,
                e.Actor, AcceptedAt(e), e.RecordedAt, e.Slot, e.Offset, Weight(e.Type), DataOf(e));
        }

        static string? DataOf(TailEvent e) => e.Type switch
        {
            nameof(CommandRefused) => JsonSerializer.Deserialize<CommandRefused>(e.Data, ContractsJson.Options)!.Data?.GetRawText(),
            nameof(CommandDone) => JsonSerializer.Deserialize<CommandDone>(e.Data, ContractsJson.Options)!.Data?.GetRawText(),
            _ => null,
        };

        /// <summary>An id that no key gave bears the moment it was made, in milliseconds (RFC 9562 §5.7); of others the event's own moment is all that is known.</summary>
        internal static DateTime AcceptedAt(TailEvent e)
        {
            if (e.CommandId is not { Version: 7 } id)
                return e.OccurredAt;
            Span<byte> bytes = stackalloc byte[16];
            id.TryWriteBytes(bytes, bigEndian: true, out _);
            var milliseconds = BinaryPrimitives.ReadInt64BigEndian(bytes) >>> 16;
            // Clocks differ: nothing was accepted after it was decided.
            return milliseconds < (e.OccurredAt - DateTime.UnixEpoch).TotalMilliseconds ? DateTime.UnixEpoch.AddMilliseconds(milliseconds) : e.OccurredAt;
        }

        static (string Type, string Status, string? Code, string? Detail, Resource? Resource) Ended(TailEvent e)
        {
            switch (e.Type)
            {
                case nameof(CommandRefused):
                    var refused = JsonSerializer.Deserialize<CommandRefused>(e.Data, ContractsJson.Options)!;
                    return (refused.CommandType, Outcome.Refused, refused.Code, refused.Detail, refused.Resource);
                case nameof(CommandFailed):
                    var failed = JsonSerializer.Deserialize<CommandFailed>(e.Data, ContractsJson.Options)!;
                    return (failed.CommandType, Outcome.Failed, failed.Code, failed.Detail, failed.Resource);
                case nameof(CommandDone):
                    var done = JsonSerializer.Deserialize<CommandDone>(e.Data, ContractsJson.Options)!;
                    return (done.CommandType, Outcome.Done, null, null, done.Resource);
                case nameof(SignalRejected) when JsonFields.Text(e.Data, "code") == "REVISION_REJECTED":
                    return (nameof(ReviewSignal), Outcome.Done, null, null, Run(e));
                case nameof(SignalRevisionRequired):
                    return (nameof(SignalRun), Outcome.Done, null, null, Run(e));
                case nameof(SignalRejected):
                    return (nameof(SignalRun), Outcome.Refused, JsonFields.Text(e.Data, "code"), $"{JsonFields.Text(e.Data, "signalType")} was rejected", Run(e));
                case nameof(SignalAccepted):
                    return (nameof(SignalRun), Outcome.Done, null, null, Run(e));
                case nameof(ExternalSignalReceived):
                    return (nameof(SendExternalSignal), Outcome.Done, null, null, Run(e));
                case nameof(ApprovalGranted) or nameof(ApprovalDenied):
                    return (nameof(DecideApproval), Outcome.Done, null, null, Run(e));
                case nameof(RunQueued):
                    return (nameof(StartRun), Outcome.Done, null, null, Run(e));
                case nameof(PlanDrafted):
                    return (nameof(SavePlan), Outcome.Done, null, null, Plan(e));
                case nameof(PlanPublished):
                    return (nameof(PublishPlan), Outcome.Done, null, null, Plan(e));
                case nameof(PlanArchived):
                    return (nameof(ArchivePlan), Outcome.Done, null, null, Plan(e));
                case nameof(ScheduleCreated):
                    return (nameof(CreateSchedule), Outcome.Done, null, null, OfSchedule(e));
                case nameof(ScheduleChanged):
                    return (nameof(ChangeSchedule), Outcome.Done, null, null, OfSchedule(e));
                case nameof(ScheduleDeleted):
                    return (nameof(DeleteSchedule), Outcome.Done, null, null, OfSchedule(e));
                case nameof(ScheduleBackfilled):
                    return (nameof(BackfillSchedule), Outcome.Done, null, null, OfSchedule(e));
                case nameof(BulkRunsSelected):
                    return (nameof(SelectRuns), Outcome.Done, null, null, OfBulkJob(e));
                case nameof(BulkJobStarted):
                    return (nameof(StartBulkJob), Outcome.Done, null, null, OfBulkJob(e));
                case nameof(BulkStartRecorded):
                    return (nameof(RecordBulkStart), Outcome.Done, null, null, OfBulkJob(e));
                case nameof(BulkJobApproved) or nameof(BulkJobRejected):
                    return (nameof(ReviewBulkJob), Outcome.Done, null, null, OfBulkJob(e));
                case nameof(BulkJobCancelled):
                    return (nameof(CancelBulkJob), Outcome.Done, null, null, OfBulkJob(e));
                case var type when BookingCommands.TryGetValue(type, out var command):
                    return (command, Outcome.Done, null, null, OfStream(e));
                default:
                    return (e.Type, Outcome.Done, null, null, Run(e));
            }
        }

        /// <summary>Which command each event of a unit, booking, block or guest speaks for.</summary>
        static readonly FrozenDictionary<string, string> BookingCommands = new Dictionary<string, string>
        {
            [nameof(UnitCreated)] = nameof(CreateUnit),
            [nameof(UnitChanged)] = nameof(ChangeUnit),
            [nameof(BookingHeld)] = nameof(HoldBooking),
            [nameof(BookingConfirmed)] = nameof(ConfirmBooking),
            [nameof(BookingCancelled)] = nameof(CancelBooking),
            [nameof(BookingExtended)] = nameof(ExtendBooking),
            [nameof(BookingDatesChanged)] = nameof(ChangeBookingDates),
            [nameof(BookingCheckedIn)] = nameof(CheckInBooking),
            [nameof(BookingCompleted)] = nameof(CompleteBooking),
            [nameof(BookingNoShow)] = nameof(MarkNoShow),
            [nameof(BookingPaymentRecorded)] = nameof(RecordBookingPayment),
            [nameof(BlockCreated)] = nameof(BlockDates),
            [nameof(BlockRemoved)] = nameof(RemoveBlock),
            [nameof(GuestErased)] = nameof(EraseGuest),
        }.ToFrozenDictionary();

        /// <summary>What the stream is called after: <c>booking-{id}</c>.</summary>
        static Resource OfStream(TailEvent e) => new(e.Stream[..e.Stream.IndexOf('-', StringComparison.Ordinal)], e.Stream[(e.Stream.IndexOf('-', StringComparison.Ordinal) + 1)..]);

        static Resource? Run(TailEvent e) => e.IsOfRun || e.IsOfDeletedRun ? new Resource("run", e.RunId) : null;

        static Resource OfBulkJob(TailEvent e) => new("bulk-job", e.Stream["bulk-job-".Length..]);

        static Resource OfSchedule(TailEvent e) => new("schedule", JsonFields.Text(e.Data, "scheduleId")!);

        static Resource Plan(TailEvent e) => new("plan", $"{JsonFields.Text(e.Data, "planId")}/{JsonFields.Text(e.Data, "version")}");
    }
}

/// <summary>Reads outcomes of commands.</summary>
/// <param name="api">Of role <c>dvt_api</c>.</param>
public sealed class CommandQueries(NpgsqlDataSource api)
{
    /// <summary>Null when the command is unknown or not decided yet.</summary>
    public async Task<Fresh<CommandRow>?> FindAsync(Guid tenantId, Guid commandId, CancellationToken stop)
    {
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            """
            select command_id, type, status, code, detail, resource_type, resource_id, slot, "offset", actor, accepted_at, finished_at, data
            from read.command
            where tenant_id = $1
              and command_id = $2
            """, tenantId, commandId);
        return await query.FirstAsync(Read, stop);
    }

    static CommandRow Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetString(2), row.TextOrNull(3), row.TextOrNull(4),
        row.TextOrNull(5) is { } type ? new Resource(type, row.GetString(6)) : null, row.TextOrNull(12),
        LogPosition.At(row.GetInt32(7), row.GetInt64(8)), row.GetString(9), row.Time(10), row.Time(11));
}
