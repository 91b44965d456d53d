using Dvt.Engine.Plans;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

/// <summary>Secrets that <c>http</c> steps name in headers. A value comes in and never out again.</summary>
static class TenantSecrets
{
    const string Path = "/v1/secrets";

    const string Shown = """{"name":"crm","hosts":["crm.example"],"revision":1,"createdAt":"2026-11-26T10:00:00Z","changedAt":"2026-11-26T10:00:00Z"}""";

    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Get(Path, Permission.ReadSecrets, List, "List secrets by name, without their values") with { Answer = "SecretList", Lists = true },
        Get($"{Path}/{{name}}", Permission.ReadSecrets, Find, "A secret, without its value") with { Answer = "Secret", Problems = [Problems.NotFound], AnswerExample = Shown },
        Put($"{Path}/{{name}}", Permission.ManageSecrets, Change, "Set a secret's value and the hosts that it may be sent to") with
        {
            Body = "NewSecret", Answer = "Secret", Matches = true, Problems = [Problems.PreconditionFailed], AnswerExample = Shown,
            Description = "Headers of `http` steps name it as `${secrets.name}`; the value is put there at the moment of the call. It is stored wrapped and never shown.",
            Example = """{"value":"crm-key-0123456789","hosts":["crm.example"]}""",
        },
        Delete($"{Path}/{{name}}", Permission.ManageSecrets, Remove, "Delete a secret; steps that name it fail from now on") with
        {
            Status = 204, Matches = true, Problems = [Problems.NotFound, Problems.PreconditionFailed],
        },
    ];

    static async Task List(Call call)
    {
        call.CheckQueryNames();
        var (limit, after) = (call.Limit(), call.Query("cursor"));
        if (after is not null && !PlanNames.IsSecret(after))
            throw new ProblemException(Problems.InvalidCursor);
        var rows = await call.Backend.SecretRows.ListAsync(call.Caller.TenantId, after ?? "", limit + 1, call.Stop);
        await call.JsonAsync(Cursors.Page(rows.ConvertAll(View), limit, s => s.Name));
    }

    static async Task Find(Call call) => await TellAsync(call, await call.Backend.SecretRows.FindAsync(call.Caller.TenantId, NameOf(call), call.Stop));

    static string NameOf(Call call) => call.Route("name") is var name && PlanNames.IsSecret(name) ? name : throw new ProblemException(Problems.NotFound);

    static async Task TellAsync(Call call, SecretRow? row)
    {
        if (row is null or { Deleted: true })
            throw new ProblemException(Problems.NotFound);
        call.Tag(row.Revision);
        await call.JsonAsync(View(row));
    }

    static async Task Change(Call call)
    {
        var body = await call.BodyAsync();
        await TellAsync(call, await call.Backend.Mediator.Send(
            new SetSecret(call.Caller, call.Route("name"), body.Text("value")!, body.Texts("hosts"), call.IfMatch(), body.Ids), call.Stop));
    }

    static async Task Remove(Call call)
    {
        await call.Backend.Mediator.Send(new DeleteSecret(call.Caller, NameOf(call), call.IfMatch()), call.Stop);
        await call.NoContentAsync();
    }

    static SecretView View(SecretRow row) => new(row.Name, row.Hosts, row.Revision, row.CreatedAt, row.ChangedAt);
}

/// <summary>What is shown of a secret.</summary>
sealed record SecretView(string Name, IReadOnlyList<string> Hosts, long Revision, DateTime CreatedAt, DateTime ChangedAt);
