using Dvt.Contracts;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

/// <summary>The telephones of a tenant that guests write to.</summary>
static class ChannelEndpoints
{
    const string Path = "/v1/channels";

    const string Shown = """{"channelId":"0197a3c4-0000-7000-8000-000000000001","kind":"whatsapp","phoneNumberId":"106540352242922","name":"Recepción","hasToken":true,"createdAt":"2026-11-26T10:00:00Z"}""";

    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Get(Path, Permission.ReadChannels, List, "List channels, without their tokens") with { Answer = "ChannelList", Lists = true },
        Post(Path, Permission.ManageChannels, Create, "Register a telephone that guests write to") with
        {
            Body = "NewChannel", Answer = "Channel", Status = 201, Problems = [Problems.AlreadyExists, Problems.IdempotencyKeyReused],
            Description = "A telephone belongs to one tenant. `accessToken` is stored wrapped and never shown; without it the installation's own is used.",
            Example = """{"kind":"whatsapp","phoneNumberId":"106540352242922","name":"Recepción"}""", AnswerExample = Shown,
        },
        Get($"{Path}/{{channelId}}", Permission.ReadChannels, Find, "A channel") with { Answer = "Channel", Problems = [Problems.NotFound], AnswerExample = Shown },
        Delete($"{Path}/{{channelId}}", Permission.ManageChannels, Remove, "Delete a channel; its conversations stay readable") with { Status = 204, Problems = [Problems.NotFound] },
    ];

    static async Task List(Call call)
    {
        call.CheckQueryNames();
        await call.JsonAsync(await call.Backend.Conversations.ChannelsAsync(call.Caller.TenantId, call.Limit(), call.Query("cursor"), call.Stop));
    }

    static async Task Create(Call call)
    {
        var body = await call.BodyAsync();
        var channelId = await call.Backend.Mediator.Send(new RegisterChannel(
            call.Caller, body.Text("kind")!, body.Text("phoneNumberId")!, body.Text("name")!, body.Text("accessToken"), body.Ids), call.Stop);
        call.Http.Response.Headers.Location = $"{Path}/{channelId}";
        await call.JsonAsync(await call.Backend.Conversations.ChannelAsync(call.Caller.TenantId, channelId, call.Stop), status: 201);
    }

    static async Task Find(Call call) =>
        await call.JsonAsync(await call.Backend.Conversations.ChannelAsync(call.Caller.TenantId, call.RouteId("channelId"), call.Stop) ?? throw new ProblemException(Problems.NotFound));

    static async Task Remove(Call call)
    {
        await call.Backend.Mediator.Send(new DeleteChannel(call.Caller, call.RouteId("channelId")), call.Stop);
        await call.NoContentAsync();
    }
}
