using System.Text.Json;
using Dvt.Contracts;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

/// <summary>Starting many runs at once.</summary>
static class BulkStarts
{
    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Post("/v1/runs/bulk", Permission.StartRuns, Start, "Start up to 1,000 runs; all are checked before the first is sent") with
        {
            Body = "StartRuns", Status = 202, Answer = "StartedRuns", Example = $$"""{"runs":[{{Runs.StartExample}}]}""",
            Description = "Either `runs`, each with all that a single start takes, or one `planRef` and `inputs`. How far they are tells `GET /v1/bulk-jobs/{bulkJobId}`.",
            Parameters = [new("Idempotency-Key", "Repeats are recognised by it.", In: "header")],
            Problems = [Problems.PlanNotFound, Problems.InvalidInput],
        },
    ];

    /// <param name="Pointer">Of the item in the request.</param>
    /// <param name="PlanPointer">Where the item's plan is named.</param>
    readonly record struct Item(JsonElement Json, string Pointer, string PlanPointer);

    static async Task Start(Call call)
    {
        var body = await call.BodyAsync();
        var (commands, faults) = await ReadAsync(call, body);
        if (faults.Count > 0)
            throw new ProblemException(Problems.ValidationFailed, "No run was started; see errors.", faults);
        var sent = await Task.WhenAll(commands.Select(c => call.Backend.Mediator.Send(
            Submit.Of(call, c.Command with { StartedBy = [call.Caller.Person] }, c.Command.RunId, c.Ids, new Resource("run", c.Command.RunId), wait: null, c.Command.Context.CorrelationId), call.Stop)));
        var jobId = body.Ids.KeyId.ToString();
        await call.Backend.Mediator.Send(
            Submit.Of(call, new RecordBulkStart(jobId, [.. commands.Select(c => c.Command.RunId)], [.. sent.Select(s => s.CommandId)]), jobId,
                body.Ids with { CommandId = NamedId.Of(body.Ids.CommandId.ToString(), "record") }, new Resource("bulk-job", jobId), wait: null), call.Stop);
        call.Http.Response.Headers.Location = $"/v1/bulk-jobs/{jobId}";
        await call.JsonAsync(
            new { bulkJobId = jobId, items = sent.Select(s => new { s.CommandId, status = "accepted", s.Resource }), links = new { resource = $"/v1/bulk-jobs/{jobId}" } },
            status: 202);
    }

    static async Task<(List<(StartRun Command, RequestIds Ids)>, List<Fault>)> ReadAsync(Call call, RequestBody body)
    {
        var (commands, faults) = (new List<(StartRun, RequestIds)>(), new List<Fault>());
        foreach (var (item, place) in Items(body.Json).Select((item, place) => (item, place)))
        {
            var ids = body.Ids.Keyed
                ? new RequestIds(NamedId.Of(body.Ids.KeyId.ToString(), $"{place}"), NamedId.Of(body.Ids.CommandId.ToString(), $"{place}"), Keyed: true)
                : RequestIds.Fresh();
            try
            {
                commands.Add((await Runs.ReadAsync(call, item.Json, ids.KeyId, item.Pointer), ids));
            }
            catch (ProblemException fault) when (fault.Kind.Status is 404 or 409 or 422)
            {
                faults.AddRange(fault.Faults.Count > 0 ? fault.Faults.Select(f => Placed(f, item)) : [new(item.PlanPointer, fault.Kind.Code, fault.Message)]);
            }
        }
        return (commands, [.. faults.Distinct()]);
    }

    static IEnumerable<Item> Items(JsonElement json)
    {
        if (json.TryGetProperty("runs", out var runs))
            return runs.EnumerateArray().Select((run, place) => new Item(run, $"/runs/{place}", $"/runs/{place}/planRef"));
        var planRef = json.GetProperty("planRef");
        JsonElement? context = json.TryGetProperty("context", out var given) ? given : null;
        return json.GetProperty("inputs").EnumerateArray().Select((input, place) => new Item(
            context is null ? ContractsJson.Element(new { planRef, input }) : ContractsJson.Element(new { planRef, input, context }), $"/inputs/{place}", "/planRef"));
    }

    /// <summary>An input of the short form stands in the request by itself.</summary>
    static Fault Placed(Fault fault, Item item) => item.PlanPointer == "/planRef" && fault.Pointer.StartsWith($"{item.Pointer}/input", StringComparison.Ordinal)
        ? fault with { Pointer = item.Pointer + fault.Pointer[(item.Pointer.Length + "/input".Length)..] }
        : fault;
}
