using Dvt.Engine.Runs;
using Dvt.ReadModels;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

/// <summary>Looking at the items of maps.</summary>
static class RunItems
{
    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Get("/v1/runs/{runId}/steps/{stepId}/items", Permission.ReadRuns, List, "Items of a map, in the order of its list") with
        {
            Answer = "ItemList", Lists = true, Reads = true, Problems = [Problems.RunNotFound, Problems.StepNotFound, Problems.ViewBehind],
            Description = "Empty while the map has not begun.",
            Parameters = [new("status", "Only these.", """{"enum":["PENDING","RUNNING","COMPLETED","FAILED","CANCELLED"]}""")],
        },
    ];

    static async Task List(Call call)
    {
        call.CheckQueryNames();
        await call.MinPositionAsync();
        var (tenantId, runId, stepId) = (call.Caller.TenantId, call.Route("runId"), call.Route("stepId"));
        var isDecided = await RunViews.MustExistAsync(call, runId);
        var page = await call.Backend.Runs.ItemsAsync(tenantId, runId, stepId, call.Query("status"), call.Query("cursor"), call.Limit(), call.Stop);
        if (page is null && isDecided && await call.Backend.Runs.FindAsync(tenantId, runId, call.Stop) is { } run
            && !run.Value.Snapshot.Steps.Any(s => s.StepId == stepId && s.Kind == "map"))
            throw new ProblemException(Problems.StepNotFound, $"The run has no map {stepId}.");
        await call.JsonAsync(page is null ? new Page<ItemSnapshot>([], NextCursor: null) : call.Told(page));
    }
}
