using Dvt.Contracts;
using Dvt.ReadModels;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

/// <summary>Messages to guests: what was sent to whom, and what is said by which template.</summary>
static class Messages
{
    const string Path = "/v1/messages";

    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Get(Path, Permission.ReadMessages, List, "Messages to guests, newest first") with
        {
            Answer = "MessageList", Lists = true,
            Parameters =
            [
                new("booking", "Of this booking: its id or code."),
                new("status", "Only these.", """{"enum":["owed","sending","accepted","delivered","read","failed","unknown","skipped"]}"""),
                new("channel", "Only by this one.", """{"enum":["whatsapp","email"]}"""),
            ],
        },
        Get($"{Path}/{{messageId}}", Permission.ReadMessages, Find, "A message; with what it said for those who may read guests, until the guest is erased") with
        {
            Answer = "MessageDetail", Problems = [Problems.NotFound],
        },
        .. MessageTemplates.Routes,
    ];

    static async Task List(Call call)
    {
        call.CheckQueryNames();
        var filter = new MessageFilter(call.Query("booking"), call.Query("status"), call.Query("channel"), call.Limit(), call.Query("cursor"));
        await call.JsonAsync((await call.Backend.Messages.ListAsync(call.Caller.TenantId, filter, call.Stop)).Value);
    }

    static async Task Find(Call call)
    {
        var found = await call.Backend.Messages.FindAsync(call.Caller.TenantId, call.RouteId("messageId"), call.Stop) ?? throw new ProblemException(Problems.NotFound);
        var content = found is { Sent: { } sent, GuestId: { } guestId } && call.Caller.May(Permission.ReadGuests)
            ? await call.Backend.Personal.ReadAsync<MessageContent>(sent.GetProperty("content"), call.Caller.TenantId, guestId.ToString(), call.Stop)
            : null;
        var m = found.Row;
        await call.JsonAsync(new
        {
            m.MessageId,
            m.Fact,
            m.Channel,
            m.Template,
            m.Language,
            m.BookingId,
            m.BookingCode,
            m.RunId,
            m.Status,
            m.Recipient,
            m.Attempt,
            m.DueAt,
            m.Code,
            m.Detail,
            m.CreatedAt,
            m.FinishedAt,
            content?.To,
            content?.Subject,
            content?.Text,
            erased = found.Sent is not null && content is null && call.Caller.May(Permission.ReadGuests) ? true : (bool?)null,
        });
    }
}
