using System.Text.Json;
using Dvt.Contracts;
using Dvt.Lodging;
using Dvt.Lodging.Conversations;
using Dvt.Pipeline;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dvt.Workers.Channels;

/// <summary>
/// Carries out the commands of the channels domain, one after the other: a guest writes now and then, and what a message leads to
/// depends on what a house has to offer at that moment.
/// </summary>
sealed class ChannelsHandler(
    NpgsqlDataSource postgres, Publisher publisher, DatabaseClock clock, PersonalDataCodec persons, WorkersOptions options, SendingWake wake,
    ILogger<ChannelsHandler> log) : ISlotHandler
{
    readonly PaymentLink? payments = PaymentLink.Of(options.PaymentLink);

    /// <summary>Nothing is remembered between messages.</summary>
    public void Forget(int slot)
    {
    }

    public async Task HandleAsync(IReadOnlyList<Delivery> batch, CancellationToken stop)
    {
        foreach (var delivery in batch)
            await HandleAsync(delivery, stop);
    }

    async Task HandleAsync(Delivery delivery, CancellationToken stop)
    {
        var envelope = delivery.Envelope;
        using var span = Spans.Of(envelope);
        var command = Read(envelope);
        var conversationId = Guid.Parse(envelope.Key);
        var (row, before, isTold) = await ConversationTable.LoadAsync(
            postgres, envelope.TenantId, conversationId, envelope.Id, (command as HearMessage)?.Message.MessageId, FactOf(command), stop);
        if (before is not null)
        {
            await FinishAsync(delivery, JsonSerializer.Deserialize<ConversationTable.OwedCommand[]>(before, ContractsJson.Options)!.Select(o => (o.Queue, o.Envelope)), refused: null, stop);
            return;
        }
        var work = new ConversationWork(delivery, row, await clock.NowAsync(stop)) { IsTold = isTold };
        if (!isTold || command is HearBooking)
            await DecideAsync(work, command, stop);
        await CommitAsync(work, command, delivery, stop);
        await FinishAsync(delivery, work.Commands, work.Refused, stop);
    }

    static string? FactOf(ICommand command) => command switch
    {
        SayMessage say => say.FactId,
        HearBooking news => GuestFacts.Of(news.EventType, news.BookingId),
        _ => null,
    };

    static ICommand Read(Envelope envelope) => envelope.Type switch
    {
        nameof(HearMessage) => ContractsJson.Read<HearMessage>(envelope.Body),
        nameof(HearAudio) => ContractsJson.Read<HearAudio>(envelope.Body),
        nameof(HearBooking) => ContractsJson.Read<HearBooking>(envelope.Body),
        nameof(SayMessage) => ContractsJson.Read<SayMessage>(envelope.Body),
        nameof(TakeOverConversation) => ContractsJson.Read<TakeOverConversation>(envelope.Body),
        nameof(HandBackConversation) => ContractsJson.Read<HandBackConversation>(envelope.Body),
        nameof(RecordSending) => ContractsJson.Read<RecordSending>(envelope.Body),
        _ => throw new NotSupportedException($"no worker of the channels domain knows {envelope.Type}"),
    };

    async Task DecideAsync(ConversationWork work, ICommand command, CancellationToken stop)
    {
        if (work.Row is null && command is not (HearMessage or SayMessage))
        {
            work.Refuse("conversation_not_found", "there is no such conversation");
            return;
        }
        Func<string, Guid> personOf = userId => persons.PersonOf(work.Cause.TenantId, Conversation.ContactOf(userId));
        switch (command)
        {
            case HearMessage heard:
                Deciding.Hear(work, heard, await HouseAsync(work, stop), personOf);
                break;
            case HearAudio audio:
                Deciding.Hear(work, audio, await HouseAsync(work, stop));
                break;
            case HearBooking news:
                Deciding.Learn(work, news, await HouseAsync(work, stop));
                break;
            case SayMessage say:
                Deciding.Say(work, say, personOf);
                break;
            case TakeOverConversation:
                Deciding.TakeOver(work);
                break;
            case HandBackConversation:
                Deciding.HandBack(work);
                break;
            case RecordSending told:
                Deciding.Record(work, told);
                break;
        }
    }

    Task<House> HouseAsync(ConversationWork work, CancellationToken stop) => HouseTable.LoadAsync(postgres, work.Cause.TenantId, payments, work.Now, stop);

    async Task CommitAsync(ConversationWork work, ICommand command, Delivery delivery, CancellationToken stop)
    {
        await using var connection = await postgres.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        var events = await EncodedAsync(work, delivery, connection, transaction, stop);
        await using var batch = new NpgsqlBatch(connection, transaction);
        ConversationTable.AddSave(batch, work);
        if (command is RecordSending told && work.Row is not null)
        {
            ConversationTable.AddStatus(batch, work.Cause.TenantId, told);
            NoticeFates.AddTo(batch, work.Cause.TenantId, told.ConversationId, told.MessageId.ToString(), factId: null);
        }
        // The conversation has told it already: how that went, the notice could not hear.
        if (command is SayMessage say && work is { IsTold: true, Row: { } row })
            NoticeFates.AddTo(batch, work.Cause.TenantId, row.ConversationId, messageId: null, say.FactId);
        if (events.Count > 0)
            EventLog.AddAppend(batch, events, _ => delivery.Epoch);
        try
        {
            await batch.ExecuteNonQueryAsync(stop);
            await transaction.CommitAsync(stop);
        }
        catch (PostgresException fault) when (LostRaceException.TryFrom(fault, out var race))
        {
            WorkersLog.RaceLost(log, fault.MessageText);
            throw race;
        }
        PipelineMeters.EventsAppended.Add(events.Count);
        foreach (var e in work.Events)
            ChannelMeters.Count(e);
        if (events.Count > 0)
            await publisher.TellLogGrewAsync(stop);
        if (work.Messages.Any(m => m.IsOutbound) || work.Audio is not null)
            wake.Up();
    }

    /// <summary>Events of the conversation, or the one result of a command that changed nothing.</summary>
    async Task<List<NewEvent>> EncodedAsync(ConversationWork work, Delivery delivery, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken stop)
    {
        var envelope = work.Cause;
        var events = new List<NewEvent>();
        foreach (var (index, e) in work.Events.Index())
            events.Add(new NewEvent(
                delivery.Slot, envelope.TenantId, work.Row!.Stream, work.StoredSeq + index + 1, e.GetType().Name, await persons.EncodeAsync(e, envelope.TenantId, connection, transaction, stop),
                envelope.Resource is null ? null : envelope.Id, envelope.CorrelationId, envelope.Actor, work.Now));
        if (envelope.Resource is null || events.Count > 0)
            return events;
        IEvent result = work.Refused is { } no ? new CommandRefused(envelope.Type, no.Code, no.Detail, envelope.Resource) : new CommandDone(envelope.Type, envelope.Resource);
        events.Add(new NewEvent(
            delivery.Slot, envelope.TenantId, $"command-{envelope.Id}", 1, result.GetType().Name, ContractsJson.Element<object>(result).GetRawText(),
            envelope.Id, envelope.CorrelationId, envelope.Actor, envelope.AcceptedAt));
        return events;
    }

    /// <summary>Published before the ack: a crash above means redelivery, which finds what was decided and publishes it again.</summary>
    async Task FinishAsync(Delivery delivery, IEnumerable<(string Queue, Envelope Envelope)> commands, ConversationWork.Denial? refused, CancellationToken stop)
    {
        await publisher.PublishAsync([.. commands], stop);
        if (delivery.Envelope.ReplyTo is not { } queue)
            return;
        var outcome = refused is null
            ? new Outcome(delivery.Envelope.Id, Outcome.Done, Resource: delivery.Envelope.Resource)
            : new Outcome(delivery.Envelope.Id, Outcome.Refused, refused.Code, refused.Detail, delivery.Envelope.Resource);
        await publisher.ReplyAsync(queue, Replies.Encode([outcome]), stop);
    }
}
