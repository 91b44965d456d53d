using Dvt.Contracts;
using Dvt.Lodging.Bookings;
using Dvt.Pipeline;
using Npgsql;

namespace Dvt.Workers.Bookings;

/// <summary>A batch in work: the units it touches, and what its decisions have led to so far.</summary>
sealed partial class BookingBatch(IReadOnlyList<Delivery> batch, PersonalDataCodec codec)
{
    readonly Dictionary<(Guid, Guid), UnitAtHand> units = [];
    readonly HashSet<UnitAtHand> savedUnits = [];
    readonly HashSet<BookingRow> changedBookings = [];
    readonly HashSet<BlockRow> changedBlocks = [];
    readonly HashSet<BookingRow> rearmed = [];
    readonly List<NewEvent> events = [];
    readonly List<IEvent> happened = [];
    readonly List<(string Queue, Outcome Outcome, int Slot)> replies = [];
    readonly Dictionary<int, long> epochs = batch.DistinctBy(d => d.Slot).ToDictionary(d => d.Slot, d => d.Epoch);
    readonly PersonKeys persons = new(batch, codec);
    readonly Dictionary<int, long> heads = [];

    public EraseGuests Erasing { get; } = new(batch);

    public CommandsBefore Earlier { get; } = new(batch);

    public int EventCount => events.Count;

    public bool HasChanges => events.Count > 0 || rearmed.Count > 0;

    /// <summary>One round trip for all that the batch needs to know.</summary>
    public async Task LoadAsync(NpgsqlDataSource postgres, CancellationToken stop)
    {
        foreach (var delivery in batch)
            if (IsAboutUnit(delivery) && Guid.Parse(delivery.Envelope.Key) is var unitId)
                units.TryAdd((delivery.Envelope.TenantId, unitId), new(delivery.Envelope.TenantId, unitId));
        await using var statement = postgres.CreateBatch();
        BookingTable.AddLoad(statement, units.Values, batch, epochs.Keys);
        Earlier.AddLoad(statement);
        persons.AddLoad(statement);
        Erasing.AddLoad(statement);
        await using var reader = await statement.ExecuteReaderAsync(stop);
        foreach (var (slot, head) in await BookingTable.ReadAsync(reader, units, stop))
            heads[slot] = head;
        await Earlier.ReadAsync(reader, stop);
        await persons.ReadAsync(reader, stop);
        await Erasing.ReadAsync(reader, stop);
    }

    static bool IsAboutUnit(Delivery delivery) => delivery.Envelope.Type is not nameof(EraseGuest);

    /// <summary>The unit that a message is about, its stale holds ended first.</summary>
    public UnitAtHand Unit(Delivery delivery, DateTimeOffset now)
    {
        var unit = units[(delivery.Envelope.TenantId, Guid.Parse(delivery.Envelope.Key))];
        foreach (var row in unit.Bookings.Values.Where(r => r.Booking.Status == BookingStatus.Held))
            if (row.Booking.IsOver(now))
                Write(delivery, unit, row, row.Booking.Expire(now), command: null, now);
            else if (delivery.Envelope.Type == nameof(ExpireHolds))
                // Woken by a clock that is a little ahead: the timer would ask again only much later.
                rearmed.Add(row);
        return unit;
    }

    public Guid PersonOf(Delivery delivery) => persons.Of(delivery);

    /// <summary>Nothing that messages before have said of a person is kept.</summary>
    /// <returns>False when they have said nothing.</returns>
    public bool Forget(Guid tenantId, Guid personId)
    {
        foreach (var row in changedBookings.Where(r => r.TenantId == tenantId && r.Booking.GuestId == personId))
            row.NewGuest = null;
        return persons.Forget(tenantId, personId);
    }

    /// <summary>A booking begins.</summary>
    public void Begin(Delivery delivery, UnitAtHand unit, BookingHeld held, DateTimeOffset now)
    {
        var row = new BookingRow(unit.TenantId, Booking.After(before: null, held, now), delivery.Envelope.Id, storedSeq: 0) { NewGuest = held.Guest };
        unit.Bookings[held.BookingId] = row;
        Write(delivery, unit, row, new([held]), delivery.Envelope, now);
        Told(delivery);
    }

    /// <summary>Takes in what a command about a booking comes to.</summary>
    public void Change(Delivery delivery, IBookingChange command, DateTimeOffset now, Func<UnitAtHand, BookingRow, Ruling> decide)
    {
        // Taken before a hold that is over ends here: its sender is told that it is over, not that it moved on.
        var revision = RowOf(delivery, command)?.Seq;
        var unit = Unit(delivery, now);
        if (RowOf(delivery, command) is not { } row)
        {
            Refuse(delivery, new("booking_not_found", $"the unit has no booking {command.BookingId}"));
            return;
        }
        if (command.ExpectedRevision is { } expected && expected != revision)
        {
            Refuse(delivery, new("REVISION_MISMATCH", $"the booking has revision {row.Seq}"));
            return;
        }
        var ruling = decide(unit, row);
        Write(delivery, unit, row, ruling, ruling.Refusal is null ? delivery.Envelope : null, now);
        if (ruling.Refusal is { } refusal)
            Refuse(delivery, refusal);
        else if (ruling.Events.Count == 0)
            Done(delivery);
        else
            Told(delivery);
    }

    BookingRow? RowOf(Delivery delivery, IBookingChange command) =>
        units[(delivery.Envelope.TenantId, Guid.Parse(delivery.Envelope.Key))].Bookings.GetValueOrDefault(command.BookingId);

    void Write(Delivery delivery, UnitAtHand unit, BookingRow row, Ruling ruling, Envelope? command, DateTimeOffset now)
    {
        if (ruling.Events.Count == 0)
            return;
        changedBookings.Add(row);
        foreach (var e in ruling.Events)
        {
            row.Booking = Booking.After(e is BookingHeld ? null : row.Booking, e, now);
            Append(delivery, row.Stream, ++row.Seq, e, command, now);
        }
        if (row.Booking.KeepsNights)
            unit.Taken.Take(row.Booking.BookingId, row.Booking.BookingId, row.Booking.Stay);
        else
            unit.Taken.Free(row.Booking.BookingId);
        GiveNightsToBlocks(delivery, unit, now);
    }

    public void Save(Delivery delivery, UnitAtHand unit, UnitRow row, IEvent e, DateTimeOffset now)
    {
        unit.Row = row;
        savedUnits.Add(unit);
        Append(delivery, $"unit-{row.UnitId}", row.Seq, e, delivery.Envelope, now);
        Told(delivery);
    }

    /// <summary>Something that concerns no unit.</summary>
    public void Happened(Delivery delivery, string stream, long seq, IEvent e, DateTimeOffset now)
    {
        Append(delivery, stream, seq, e, delivery.Envelope, now);
        Told(delivery);
    }

    void Append(Delivery delivery, string stream, long seq, IEvent e, Envelope? command, DateTimeOffset now)
    {
        if (command is { Resource: not null })
            Earlier.Decided(command.Id);
        happened.Add(e);
        events.Add(new NewEvent(
            delivery.Slot, delivery.Envelope.TenantId, stream, seq, e.GetType().Name, persons.Encode(e, delivery.Envelope.TenantId),
            command?.Resource is null ? null : command.Id, command?.CorrelationId, command?.Actor ?? "system", now));
    }

    /// <summary>Another command used the key of this one.</summary>
    public void RefuseKey(Delivery delivery)
    {
        Earlier.Tally.Correct(delivery, KeyUse.Reused);
        Refuse(delivery, new(IdempotencyKeys.ReusedCode, IdempotencyKeys.ReusedDetail));
    }

    /// <summary>A no that belongs into no history.</summary>
    public void Refuse(Delivery delivery, Refusal refusal)
    {
        var envelope = delivery.Envelope;
        if (envelope.Resource is null)
            return;
        Finish(delivery, new CommandRefused(envelope.Type, refusal.Code, refusal.Detail, envelope.Resource, AlternativesOf(refusal)));
        Answer(delivery, new Outcome(envelope.Id, Outcome.Refused, refusal.Code, refusal.Detail, envelope.Resource, Data: AlternativesOf(refusal)));
    }

    static System.Text.Json.JsonElement? AlternativesOf(Refusal refusal) =>
        refusal.Alternatives is { } alternatives ? ContractsJson.Element(new { alternatives }) : null;

    /// <summary>It is as wanted already.</summary>
    public void Done(Delivery delivery)
    {
        if (delivery.Envelope.Resource is null)
            return;
        Finish(delivery, new CommandDone(delivery.Envelope.Type, delivery.Envelope.Resource));
        Told(delivery);
    }

    void Finish(Delivery delivery, IEvent result)
    {
        var envelope = delivery.Envelope;
        happened.Add(result);
        events.Add(new NewEvent(
            delivery.Slot, envelope.TenantId, $"command-{envelope.Id}", Earlier.Finish(delivery, result), result.GetType().Name,
            ContractsJson.Element<object>(result).GetRawText(), envelope.Id, envelope.CorrelationId, envelope.Actor, envelope.AcceptedAt));
    }

    void Told(Delivery delivery) => Answer(delivery, new Outcome(delivery.Envelope.Id, Outcome.Done, Resource: delivery.Envelope.Resource));

    public void Answer(Delivery delivery, Outcome outcome)
    {
        if (delivery.Envelope.ReplyTo is { } queue)
            replies.Add((queue, outcome, delivery.Slot));
    }

    /// <summary>The append comes last: slots are locked from it to the commit.</summary>
    public void AddTo(NpgsqlBatch statement)
    {
        Erasing.AddTo(statement);
        persons.AddTo(statement);
        Earlier.AddTo(statement);
        BookingTable.AddUnits(statement, savedUnits);
        BookingTable.AddClaims(statement, units.Values);
        BookingRows.AddSave(statement, changedBookings);
        BlockTable.AddSave(statement, changedBlocks);
        HoldTimers.AddTo(statement, [.. changedBookings.Union(rearmed)]);
        if (events.Count > 0)
            EventLog.AddAppend(statement, events, slot => epochs[slot]);
    }

    public void Committed(LogPosition position)
    {
        foreach (var (slot, head) in position.Offsets)
            heads[slot] = head;
    }

    /// <summary>All of this is durable: count it.</summary>
    public void Count() => happened.ForEach(BookingMeters.Count);

    public IEnumerable<(string Queue, List<Outcome> Outcomes)> Replies() => replies.GroupBy(
        r => r.Queue, r => r.Outcome with { Position = LogPosition.At(r.Slot, heads.GetValueOrDefault(r.Slot)).ToString() },
        (queue, outcomes) => (queue, outcomes.ToList()));
}
