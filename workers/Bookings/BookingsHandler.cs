using Dvt.Contracts;
using Dvt.Pipeline;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dvt.Workers.Bookings;

/// <summary>
/// Carries out the commands of the bookings domain, a batch in a transaction: one round trip to read the units that are
/// touched, then each message in order against what those before it left, then one round trip to store all of it. Should the
/// constraint on nights know better, the batch is read and decided again.
/// </summary>
sealed class BookingsHandler(NpgsqlDataSource postgres, Publisher publisher, DatabaseClock clock, PersonalDataCodec persons, ILogger<BookingsHandler> log) : ISlotHandler
{
    /// <summary>Nothing is remembered between batches.</summary>
    public void Forget(int slot)
    {
    }

    public async Task HandleAsync(IReadOnlyList<Delivery> batch, CancellationToken stop)
    {
        var work = new BookingBatch(batch, persons);
        await work.LoadAsync(postgres, stop);
        foreach (var delivery in batch)
            Decide(work, delivery, await clock.NowAsync(stop));
        await CommitAsync(work, stop);
        work.Earlier.Tally.Count();
        foreach (var (queue, outcomes) in work.Replies())
            await publisher.ReplyAsync(queue, Replies.Encode(outcomes), stop);
    }

    static void Decide(BookingBatch work, Delivery delivery, DateTimeOffset now)
    {
        var envelope = delivery.Envelope;
        using var span = Spans.Of(envelope);
        // What an earlier delivery decided stands, whatever has happened since.
        if (work.Earlier.Of(delivery) is { } before)
        {
            work.Earlier.Tally.Meet(delivery, KeyTally.UseOf(before));
            work.Answer(delivery, before);
            return;
        }
        if (work.Earlier.IsReused(delivery))
        {
            work.RefuseKey(delivery);
            return;
        }
        switch (envelope.Type)
        {
            case nameof(HoldBooking):
                HoldBookings.Decide(work, delivery, ContractsJson.Read<HoldBooking>(envelope.Body), now);
                break;
            case nameof(ConfirmBooking):
                ConfirmBookings.Decide(work, delivery, ContractsJson.Read<ConfirmBooking>(envelope.Body), now);
                break;
            case nameof(CancelBooking):
                CancelBookings.Decide(work, delivery, ContractsJson.Read<CancelBooking>(envelope.Body), now);
                break;
            case nameof(ExtendBooking):
                ExtendBookings.Decide(work, delivery, ContractsJson.Read<ExtendBooking>(envelope.Body), now);
                break;
            case nameof(ChangeBookingDates):
                ChangeDates.Decide(work, delivery, ContractsJson.Read<ChangeBookingDates>(envelope.Body), now);
                break;
            case nameof(CheckInBooking):
                CheckInBookings.Decide(work, delivery, ContractsJson.Read<CheckInBooking>(envelope.Body), now);
                break;
            case nameof(CompleteBooking):
                CompleteBookings.Decide(work, delivery, ContractsJson.Read<CompleteBooking>(envelope.Body), now);
                break;
            case nameof(MarkNoShow):
                MarkNoShows.Decide(work, delivery, ContractsJson.Read<MarkNoShow>(envelope.Body), now);
                break;
            case nameof(RecordBookingPayment):
                RecordPayments.Decide(work, delivery, ContractsJson.Read<RecordBookingPayment>(envelope.Body), now);
                break;
            case nameof(BlockDates):
                BlockNights.Decide(work, delivery, ContractsJson.Read<BlockDates>(envelope.Body), now);
                break;
            case nameof(RemoveBlock):
                RemoveBlocks.Decide(work, delivery, ContractsJson.Read<RemoveBlock>(envelope.Body), now);
                break;
            case nameof(ImportBlocks):
                TakeInBlocks.Decide(work, delivery, ContractsJson.Read<ImportBlocks>(envelope.Body), now);
                break;
            case nameof(EraseGuest):
                work.Erasing.Decide(work, delivery, now);
                break;
            case nameof(ExpireHolds):
                work.Unit(delivery, now);
                break;
            case nameof(CreateUnit) or nameof(ChangeUnit):
                SaveUnits.Decide(work, delivery, now);
                break;
            default:
                throw new NotSupportedException($"no worker of the bookings domain knows {envelope.Type}");
        }
    }

    async Task CommitAsync(BookingBatch work, CancellationToken stop)
    {
        if (!work.HasChanges)
            return;
        var began = TimeProvider.System.GetTimestamp();
        await using var batch = postgres.CreateBatch();
        work.AddTo(batch);
        try
        {
            await using var reader = await batch.ExecuteReaderAsync(stop);
            do
            {
                if (EventLog.IsHeads(reader))
                    work.Committed(await EventLog.ReadHeadsAsync(reader, stop));
            }
            while (await reader.NextResultAsync(stop));
        }
        catch (PostgresException fault) when (LostRaceException.TryFrom(fault, out var race))
        {
            if (fault.SqlState == PostgresErrorCodes.ExclusionViolation)
                BookingMeters.LockFailed.Add(1);
            WorkersLog.RaceLost(log, fault.MessageText);
            throw race;
        }
        PipelineMeters.StateWrite.Record(TimeProvider.System.GetElapsedTime(began).TotalMilliseconds);
        PipelineMeters.EventsAppended.Add(work.EventCount);
        work.Count();
        await publisher.TellLogGrewAsync(stop);
    }
}
