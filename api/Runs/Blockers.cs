using Dvt.ReadModels;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

/// <summary>Why a run does not move.</summary>
static class Blockers
{
    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Get("/v1/runs/{runId}/blockers", Permission.ReadRuns, OfRun, "Why a run does not move: what it waits for, who clears it and when it will likely clear") with
        {
            Answer = "RunBlockers", Reads = true, Problems = [Problems.RunNotFound, Problems.ViewBehind],
            Description = "An empty list with `moving: true`: nothing holds the run up. An empty list with `moving: false`: it is at its end. What holds the whole run comes first.",
            AnswerExample = """{"runId":"r-1","status":"RUNNING","substatus":"WAITING_SIGNAL","moving":false,"leftOut":0,"blockers":[{"code":"WAITING_SIGNAL","stepId":"photo","kind":"wait","detail":"the step waits for the external signal photo","since":"2026-03-01T09:00:00Z","clearsAt":"2026-03-01T10:00:00Z","signal":"photo","clearableBy":{"roles":["operator","engineer","tenant-admin"],"href":"/v1/runs/r-1/external-signals"}}]}""",
        },
    ];

    static async Task OfRun(Call call)
    {
        call.CheckQueryNames();
        await call.MinPositionAsync();
        var (runId, tenantId, backend) = (call.Route("runId"), call.Caller.TenantId, call.Backend);
        var shown = await backend.Existence.FindAsync(tenantId, new Contracts.Resource("run", runId), runId,
            async () => await backend.Runs.BlockersAsync(tenantId, runId, backend.Clock.GetUtcNow(), backend.Durations, call.Stop) is { } found ? new Shown(found, Pending: null) : null,
            command => new Shown(Found: null, command), call.Stop) ?? throw new ProblemException(Problems.RunNotFound);
        await call.JsonAsync(shown.Found is { } found
            ? call.Told(found)
            : await backend.Runs.BlockersBeforeStartAsync(tenantId, runId, shown.Pending!.AcceptedAt, call.Stop));
    }

    sealed record Shown(Fresh<RunBlockers>? Found, RecentCommand? Pending);
}
