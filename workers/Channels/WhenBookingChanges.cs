using Dvt.Contracts;
using Dvt.Lodging.Conversations;
using Dvt.Pipeline;
using Dvt.Workers.Reactions;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.Workers.Channels;

/// <summary>
/// Tells conversations what has become of their bookings: confirmed when paid, expired, cancelled, refused; and that their person is to
/// be forgotten. Told again after a crash, the conversation hears it once.
/// </summary>
static class WhenBookingChanges
{
    public static readonly Reaction Reaction = new("channels.booking-changes", Domain.Bookings, [.. Conversation.News, nameof(GuestErased)], ReactAsync);

    static async Task<IReadOnlyCollection<(string Queue, Envelope Envelope)>> ReactAsync(
        NpgsqlConnection connection, IReadOnlyList<LoggedEvent> events, CancellationToken stop)
    {
        var awaiting = await AwaitingAsync(connection, events, stop);
        return [.. events.SelectMany(e => awaiting[(e.TenantId, e.Stream)].Select(c => ToConversation.Of(
            CommandId(e.EventId, c.ConversationId), e.TenantId, c.ConversationId, new HearBooking(c.ConversationId, c.BookingId, e.Type, e.Json), e.RecordedAt)))];
    }

    /// <summary>A person may have several conversations: each hears of the event by a command of its own.</summary>
    internal static Guid CommandId(Guid eventId, Guid conversationId) => NamedId.Of("booking-changes", eventId.ToString(), conversationId.ToString());

    static async Task<ILookup<(Guid TenantId, string Stream), (Guid ConversationId, Guid BookingId)>> AwaitingAsync(
        NpgsqlConnection connection, IReadOnlyList<LoggedEvent> events, CancellationToken stop)
    {
        var streams = events.Select(e => (e.TenantId, e.Stream)).Distinct().ToList();
        await using var command = new NpgsqlCommand(
            """
            select a.tenant_id, a.stream, a.conversation_id, a.booking_id
            from unnest($1, $2) as b(tenant_id, stream)
            join channels.awaited a using (tenant_id, stream)
            """, connection)
        {
            Parameters =
            {
                EventLog.Array(NpgsqlDbType.Uuid, streams.Select(s => s.TenantId).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, streams.Select(s => s.Stream).ToArray()),
            },
        };
        await using var row = await command.ExecuteReaderAsync(stop);
        var awaiting = new List<(Guid TenantId, string Stream, Guid ConversationId, Guid BookingId)>();
        while (await row.ReadAsync(stop))
            awaiting.Add((row.GetGuid(0), row.GetString(1), row.GetGuid(2), row.IsDBNull(3) ? Guid.Empty : row.GetGuid(3)));
        return awaiting.ToLookup(a => (a.TenantId, a.Stream), a => (a.ConversationId, a.BookingId));
    }
}
