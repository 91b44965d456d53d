using Dvt.Contracts;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

static class Commands
{
    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Get("/v1/commands/{commandId}", Permission.ReadCommands, Find, "What became of a command") with
        {
            Answer = "Command", Reads = true, Problems = [Problems.NotFound, Problems.ViewBehind],
            AnswerExample = """{"commandId":"0197a3c4-0000-7000-8000-000000000001","type":"StartRun","status":"done","resource":{"type":"run","id":"0197a3c4-0000-7000-8000-000000000002"}}""",
        },
    ];

    static async Task Find(Call call)
    {
        var id = call.RouteId("commandId");
        await call.AtViewsAsync();
        var shown = await call.Backend.Existence.FindCommandAsync<object>(call.Caller.TenantId, id, () => DecidedAsync(call, id), known => new
        {
            commandId = id,
            known?.Type,
            status = "accepted",
            known?.Resource,
            known?.AcceptedAt,
        }, call.Stop);
        await call.JsonAsync(shown ?? throw new ProblemException(Problems.NotFound));
    }

    static async Task<object?> DecidedAsync(Call call, Guid id) =>
        await call.Backend.Commands.FindAsync(call.Caller.TenantId, id, call.Stop) is { } found ? Shown(call.Told(found)) : null;

    static object Shown(ReadModels.CommandRow row) => new
    {
        row.CommandId,
        row.Type,
        row.Status,
        row.Code,
        row.Detail,
        row.Resource,
        data = row.Data is { } data ? System.Text.Json.JsonElement.Parse(data) : (System.Text.Json.JsonElement?)null,
        position = row.Position.ToString(),
        row.AcceptedAt,
        row.FinishedAt,
    };
}
