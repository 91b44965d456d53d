using Dvt.Contracts;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

/// <summary>Conversations with guests: reading along, taking over, answering, handing back.</summary>
static class Conversations
{
    const string Path = "/v1/conversations";

    static readonly TimeSpan WriteWait = TimeSpan.FromSeconds(5);

    const string Shown = """
        {"conversationId":"0197a3c4-0000-7000-8000-000000000002","channelId":"0197a3c4-0000-7000-8000-000000000001","userId":"18095550199","name":"Ana","withPerson":false,
         "language":"es","bookingId":null,"bookingCode":null,"lastText":"hola","lastAt":"2026-11-26T10:00:00Z","heardAt":"2026-11-26T10:00:00Z"}
        """;

    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Get(Path, Permission.ReadConversations, List, "Conversations, the last ones first") with
        {
            Answer = "ConversationList", Lists = true, Parameters = [new("withPerson", "Only those that a person answers, or that nobody has to.", """{"type":"boolean"}""")],
        },
        Get($"{Path}/{{conversationId}}", Permission.ReadConversations, Find, "A conversation with its last hundred messages") with
        {
            Answer = "Conversation", Problems = [Problems.NotFound],
        },
        Post($"{Path}/{{conversationId}}/takeover", Permission.AnswerConversations, TakeOver, "Answer the guest oneself from now on") with
        {
            Body = "Nothing", BodyOptional = true, Answer = "Conversation", Queues = true, Problems = [Problems.NotFound],
        },
        Post($"{Path}/{{conversationId}}/handback", Permission.AnswerConversations, HandBack, "Let the guest be answered by itself again") with
        {
            Body = "Nothing", BodyOptional = true, Answer = "Conversation", Queues = true, Problems = [Problems.NotFound],
        },
        Post($"{Path}/{{conversationId}}/messages", Permission.AnswerConversations, Say, "Say something to the guest") with
        {
            Body = "NewConversationMessage", Answer = "Conversation", Status = 201, Queues = true, Problems = [Problems.NotFound], Example = """{"text":"¡Buenas! Soy Luis, de la recepción."}""",
            Description = "Free text reaches the guest within 24 hours of their last message; later it fails with the channel's code 131047.",
        },
    ];

    static async Task List(Call call)
    {
        call.CheckQueryNames();
        bool? withPerson = call.Query("withPerson") is null ? null : call.QueryFlag("withPerson");
        await call.JsonAsync(await call.Backend.Conversations.ListAsync(call.Caller.TenantId, withPerson, call.Limit(), call.Query("cursor"), call.Stop));
    }

    static async Task Find(Call call) => await TellAsync(call, status: 200);

    static async Task TellAsync(Call call, int status) =>
        await call.JsonAsync(await call.Backend.Conversations.FindAsync(call.Caller.TenantId, call.RouteId("conversationId"), call.Stop) ?? throw new ProblemException(Problems.NotFound), status);

    static async Task TakeOver(Call call) => await OrderAsync(call, (await call.BodyAsync()).Ids, new TakeOverConversation(call.RouteId("conversationId")), status: 200);

    static async Task HandBack(Call call) => await OrderAsync(call, (await call.BodyAsync()).Ids, new HandBackConversation(call.RouteId("conversationId")), status: 200);

    static async Task Say(Call call)
    {
        var body = await call.BodyAsync();
        var known = await call.Backend.Conversations.FindAsync(call.Caller.TenantId, call.RouteId("conversationId"), call.Stop) ?? throw new ProblemException(Problems.NotFound);
        var say = new SayMessage(new ConversationRef(known.ChannelId, known.UserId), new OutboundMessage(body.Text("text")!), $"said:{body.Ids.CommandId}");
        await OrderAsync(call, body.Ids, say, status: 201);
    }

    static async Task OrderAsync<TCommand>(Call call, RequestIds ids, TCommand command, int status) where TCommand : ICommand
    {
        var id = call.RouteId("conversationId");
        if (await call.Backend.Conversations.FindAsync(call.Caller.TenantId, id, call.Stop) is null)
            throw new ProblemException(Problems.NotFound);
        var wait = call.Wait() is { } wanted && wanted > WriteWait ? wanted : WriteWait;
        var order = Submit.Of(call, command, id.ToString(), ids, new Resource("conversation", id.ToString()), wait);
        await call.AnswerAsync(order, $"{Path}/{id}", _ => TellAsync(call, status));
    }
}
