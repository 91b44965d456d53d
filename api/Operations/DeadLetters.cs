using Dvt.Contracts;
using Dvt.ReadModels;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

static class DeadLetters
{
    /// <summary>Replayed by one request with a filter, at the most; asking again takes the next.</summary>
    const int MaxReplayed = 1_000;

    static readonly Parameter[] Filter =
    [
        new("type", "Of this command type, such as StartRun."),
        new("errorGroup", "Of this cause."),
    ];

    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Get("/v1/dead-letters", Permission.ReadDeadLetters, List, "List dead letters") with
        {
            Answer = "DeadLetterList", Lists = true,
            Parameters = [new("status", "Only these.", """{"enum":["open","waiting","replayed","discarded"]}"""), .. Filter],
        },
        Get("/v1/dead-letters/groups", Permission.ReadDeadLetters, Groups, "Open dead letters by cause") with { Answer = "DeadLetterGroups" },
        Post("/v1/dead-letters/replay", Permission.ManageDeadLetters, ReplayMany, "Replay open dead letters by filter, up to 1,000 at once") with
        {
            Body = "ReplayFilter", Status = 202, Answer = "Replayed", Example = """{"errorGroup":"HTTP_STATUS-1f2e3d4c5b6a"}""",
            Parameters = [new("Idempotency-Key", "Repeats are recognised by it.", In: "header")],
        },
        Get("/v1/dead-letters/{deadLetterId}", Permission.ReadDeadLetters, Find, "A dead letter with its message and what waits behind it") with
        {
            Answer = "DeadLetterDetail", Problems = [Problems.NotFound],
        },
        Post("/v1/dead-letters/{deadLetterId}/replay", Permission.ManageDeadLetters, Replay, "Send it, and what waits behind it, through its queue again") with
        {
            Body = "Replay", BodyOptional = true, Answer = "DeadLetterDetail", Queues = true, Problems = [Problems.NotFound, Problems.NotOpen, Problems.IdempotencyKeyReused],
            Example = """{"body":{"runId":"r-1"}}""",
        },
        Post("/v1/dead-letters/{deadLetterId}/discard", Permission.ManageDeadLetters, Discard, "Give it up and let what waits behind it go on") with
        {
            Body = "Discard", Answer = "DeadLetterDetail", Queues = true, Problems = [Problems.NotFound, Problems.NotOpen, Problems.IdempotencyKeyReused],
            Example = """{"reason":"sent by mistake"}""",
        },
    ];

    static async Task List(Call call)
    {
        call.CheckQueryNames();
        var filter = new DeadLetterFilter(call.Query("status"), call.Query("type"), call.Query("errorGroup"), call.Limit(), call.Query("cursor"));
        await call.JsonAsync(call.Told(await call.Backend.DeadLetters.ListAsync(call.Caller.TenantId, filter, call.Stop)));
    }

    static async Task Groups(Call call) =>
        await call.JsonAsync(new { items = call.Told(await call.Backend.DeadLetters.GroupsAsync(call.Caller.TenantId, call.Stop)) });

    static async Task Find(Call call) => await TellAsync(call, call.RouteId("deadLetterId"));

    static async Task TellAsync(Call call, Guid id)
    {
        var found = await call.Backend.DeadLetters.FindAsync(call.Caller.TenantId, id, call.Stop) ?? throw new ProblemException(Problems.NotFound);
        await call.JsonAsync(Shown(call.Told(found)));
    }

    static object Shown(DeadLetterDetail detail) => new
    {
        detail.Row.Id,
        detail.Row.Queue,
        detail.Row.Key,
        detail.Row.MessageId,
        detail.Row.Type,
        detail.Row.Status,
        detail.Row.Behind,
        detail.Row.ErrorCode,
        detail.Row.ErrorDetail,
        detail.Row.ErrorGroup,
        detail.Row.Tries,
        detail.Row.CreatedAt,
        detail.Row.ClosedAt,
        detail.Row.ClosedBy,
        detail.Row.Reason,
        detail.Message,
        detail.Raw,
        detail.Waiting,
    };

    static async Task Replay(Call call)
    {
        var body = await call.BodyAsync();
        var row = await OpenAsync(call, body.Ids);
        await SendAsync(call, row, body.Ids, new ReplayDeadLetter(row.Id, row.Key, body.Element("body")));
    }

    static async Task Discard(Call call)
    {
        var body = await call.BodyAsync();
        var row = await OpenAsync(call, body.Ids);
        await SendAsync(call, row, body.Ids, new DiscardDeadLetter(row.Id, row.Key, body.Text("reason")!));
    }

    /// <summary>Open, or closed by what this request repeats: then the worker answers as before.</summary>
    static async Task<DeadLetterRow> OpenAsync(Call call, RequestIds ids)
    {
        var tenantId = call.Caller.TenantId;
        var found = await call.Backend.DeadLetters.FindAsync(tenantId, call.RouteId("deadLetterId"), call.Stop)
            ?? throw new ProblemException(Problems.NotFound);
        var row = found.Value.Row;
        if (row.Status == "open" || (ids.Keyed && await call.Backend.Existence.IsAcceptedAsync(tenantId, ids.CommandId, call.Stop)))
            return row;
        throw ids.Keyed && await call.Backend.DeadLetters.CommandOfKeyAsync(tenantId, ids.KeyId, call.Stop) is not null
            ? RequestIds.Reused()
            : new ProblemException(Problems.NotOpen, $"It is {row.Status}.");
    }

    static Task SendAsync<TCommand>(Call call, DeadLetterRow row, RequestIds ids, TCommand command) where TCommand : notnull =>
        call.AnswerAsync(Order(call, row, ids, command, call.Wait()), $"/v1/dead-letters/{row.Id}", _ => TellAsync(call, row.Id));

    static Submit Order<TCommand>(Call call, DeadLetterRow row, RequestIds ids, TCommand command, TimeSpan? wait) where TCommand : notnull => new(
        call.Caller, call.Endpoint.Permission, DomainOf(row.Queue), typeof(TCommand).Name, row.Key, ContractsJson.Element(command), ids,
        new Resource("dead-letter", row.Id.ToString()), CorrelationId: null, wait);

    /// <summary>Queues of step kinds belong to runs.</summary>
    static Domain DomainOf(string queue) =>
        queue.Split('.') is [_, var name, _] && Enum.TryParse<Domain>(name, ignoreCase: true, out var domain) ? domain : Domain.Runs;

    static async Task ReplayMany(Call call)
    {
        var body = await call.BodyAsync();
        var sent = new List<Submitted>();
        string? cursor = null;
        do
        {
            var page = await call.Backend.DeadLetters.ListAsync(
                call.Caller.TenantId, new DeadLetterFilter("open", body.Text("type"), body.Text("errorGroup"), Limit: 100, cursor), call.Stop);
            sent.AddRange(await Task.WhenAll(page.Value.Items.Select(row => call.Backend.Mediator.Send(
                Order(call, row, IdsOf(body.Ids, row), new ReplayDeadLetter(row.Id, row.Key, Body: null), wait: null), call.Stop))));
            cursor = page.Value.NextCursor;
        }
        while (cursor is not null && sent.Count < MaxReplayed);
        await call.JsonAsync(new { items = sent.Select(s => new { s.CommandId, status = "accepted", s.Resource }), more = cursor is not null }, status: 202);
    }

    static RequestIds IdsOf(RequestIds ids, DeadLetterRow row) => ids.Keyed
        ? new(NamedId.Of(ids.KeyId.ToString(), row.Id.ToString()), NamedId.Of(ids.CommandId.ToString(), row.Id.ToString()), Keyed: true)
        : RequestIds.Fresh();
}
