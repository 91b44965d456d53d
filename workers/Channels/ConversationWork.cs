using Dvt.Contracts;
using Dvt.Lodging.Conversations;
using Dvt.Lodging.Understanding;
using Dvt.Pipeline;

namespace Dvt.Workers.Channels;

/// <summary>One message in work: the conversation as it stands, and what the decision has led to so far.</summary>
sealed class ConversationWork(Delivery delivery, ConversationRow? stored, DateTimeOffset now)
{
    readonly List<IEvent> events = [];
    readonly List<MessageRow> messages = [];
    readonly List<(string Queue, Envelope Envelope)> commands = [];

    public Envelope Cause => delivery.Envelope;

    public DateTimeOffset Now => now;

    public long StoredSeq { get; } = stored?.Seq ?? 0;

    /// <summary>Null while there is no such conversation.</summary>
    public ConversationRow? Row { get; private set; } = stored;

    public IReadOnlyList<IEvent> Events => events;

    public IReadOnlyList<MessageRow> Messages => messages;

    public IReadOnlyList<(string Queue, Envelope Envelope)> Commands => commands;

    public (string MediaId, string MessageId)? Audio { get; private set; }

    /// <summary>Streams of bookings that the conversation is told of from now on.</summary>
    public List<(string Stream, Guid? BookingId)> Awaited { get; } = [];

    /// <summary>The person is to be forgotten: what was said goes.</summary>
    public bool IsErased { get; private set; }

    /// <summary>The fact that the message is about has been told, by a notice: it is learned and not said again.</summary>
    public bool IsTold { get; init; }

    public Denial? Refused { get; private set; }

    public sealed record Denial(string Code, string Detail);

    public void Refuse(string code, string detail) => Refused = new(code, detail);

    public void Begin(ConversationRef with, string channel, string? name, Guid personId)
    {
        var id = with.IdIn(Cause.TenantId);
        Row = new ConversationRow(Cause.TenantId, id, with, name, personId, Seq: 0, new Talk { Name = name });
        Happen(new ConversationStarted(id, with.ChannelId, channel, personId, new ChannelContact(with.UserId, name)));
        Awaited.Add(($"guest-{personId}", null));
    }

    public void Happen(IEvent e)
    {
        events.Add(e);
        Row = Row! with { Seq = Row.Seq + 1 };
    }

    public void Hear(InboundMessage message)
    {
        Happen(new MessageHeard(message.MessageId, message.Kind, Row!.PersonId, message.Text, message.At));
        messages.Add(new MessageRow(message.MessageId, Row.Seq, IsOutbound: false, message.At, message.Kind, ContractsJson.Element(new { message.Text }).GetRawText(), FactId: null, Status: null));
        Row = Row with { Talk = Row.Talk.At(now) with { Name = message.Name ?? Row.Talk.Name }, Name = message.Name ?? Row.Name };
    }

    public void Understand(string messageId, Understood u) => Happen(new MessageUnderstood(
        messageId, u.Intent.ToString().ToLowerInvariant(), u.CheckIn, u.CheckOut, u.Guests, u.Unit, u.Language, u.Confidence));

    public void Listen(string messageId, string mediaId) => Audio = (mediaId, messageId);

    /// <summary>The guest writes from here, also after having been forgotten.</summary>
    public void Reach(ConversationRef with) => Row = Row! with { With = with };

    public void Erase()
    {
        IsErased = true;
        Row = Row! with { Name = null, With = Row.With with { UserId = "" }, Talk = new Talk { Language = Row.Talk.Language, HeardAt = Row.Talk.HeardAt } };
        Happen(new ConversationErased());
    }

    public void Change(Func<Talk, Talk> change) => Row = Row! with { Talk = change(Row.Talk) };

    /// <summary>Takes in what a decision comes to.</summary>
    public void Take(Reply reply)
    {
        var wasWithPerson = Row!.Talk.IsWithPerson;
        Row = Row with { Talk = reply.After };
        foreach (var (index, message) in reply.Says.Index())
        {
            var factId = index == 0 ? reply.FactId : null;
            if (factId is null || !IsTold)
                Say(message, factId);
        }
        if (reply.After.IsWithPerson && !wasWithPerson)
            Happen(new ConversationTakenOver("guest"));
        if (reply.Order is { } order)
            Order(order);
    }

    public Guid Say(OutboundMessage message, string? factId)
    {
        var id = NamedId.Of("say", Cause.Id.ToString(), messages.Count.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Happen(new MessageOwed(id, Row!.PersonId, message, factId));
        messages.Add(new MessageRow(id.ToString(), Row.Seq, IsOutbound: true, now, MessageKinds.Text, ContractsJson.Element(message).GetRawText(), factId, SendingStatus.Owed));
        return id;
    }

    void Order(BookingOrder order)
    {
        var id = NamedId.Of("order", Cause.Id.ToString());
        switch (order)
        {
            case BookingOrder.Hold hold:
                var bookingId = BookingIds.Of(id, Row!.TenantId, hold.UnitId);
                Send(id, bookingId, hold.UnitId, new HoldBooking(
                    bookingId, hold.UnitId, hold.Stay.CheckIn, hold.Stay.CheckOut, hold.Guests,
                    new Guest(Row.Name is { Length: > 0 } name ? name : "WhatsApp", "+" + Row.With.UserId), ChannelKinds.WhatsApp));
                Awaited.Add(($"booking-{bookingId}", bookingId));
                Change(t => t with { Booking = new Booked(bookingId, hold.UnitId, hold.Stay.CheckIn, hold.Stay.CheckOut, hold.Guests, Dvt.Lodging.Conversations.Booked.Ordered) });
                Happen(new ConversationBooked(bookingId, hold.UnitId));
                break;
            case BookingOrder.Cancel cancel:
                Send(id, cancel.Booking.BookingId, cancel.Booking.UnitId, new CancelBooking(cancel.Booking.BookingId, cancel.Booking.UnitId, "guest"));
                break;
            case BookingOrder.Change change:
                Send(id, change.Booking.BookingId, change.Booking.UnitId,
                    new ChangeBookingDates(change.Booking.BookingId, change.Booking.UnitId, change.Stay.CheckIn, change.Stay.CheckOut, change.Guests));
                break;
        }
    }

    /// <summary>To the unit's queue; a refusal is in the command's own stream.</summary>
    void Send<TCommand>(Guid id, Guid bookingId, Guid unitId, TCommand command) where TCommand : ICommand
    {
        Awaited.Add(($"command-{id}", bookingId));
        commands.Add((Slot.Queue(Slot.Of(TCommand.Domain, Row!.TenantId, unitId.ToString())), new Envelope(
            id, typeof(TCommand).Name, Row.TenantId, unitId.ToString(), $"conversation:{Row.ConversationId}", now, ContractsJson.Element(command),
            Cause.CorrelationId, Cause.TraceParent, ReplyTo: null, new Resource("booking", bookingId.ToString()))));
    }
}
