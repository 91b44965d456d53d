using Dvt.Contracts;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

/// <summary>How signals were judged, and the second person's word about those that wait for one.</summary>
static class SignalReviews
{
    static readonly ProblemKind[] Refusing =
    [
        Problems.RunNotFound, Problems.SignalNotFound, Problems.SignalDecided, Problems.AuthzDenied, Problems.RunTerminal, Problems.StepTerminal,
        Problems.StepNotTerminal, Problems.SignalInvalidPayload,
    ];

    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Get("/v1/runs/{runId}/signals", Permission.ReadRuns, List, "How signals to the run were judged, by whom and why") with
        {
            Answer = "SignalDecisionList", Lists = true, Reads = true, Problems = [Problems.RunNotFound, Problems.ViewBehind],
        },
        Post("/v1/runs/{runId}/signals/{signalId}/approve", Permission.SignalRuns, Approve, "Approve a signal that waits for a second person; not one's own") with
        {
            Body = "SignalReview", BodyOptional = true, Answer = "Run", Queues = true, Problems = Refusing, Example = """{"reason":"checked with finance"}""",
        },
        Post("/v1/runs/{runId}/signals/{signalId}/reject", Permission.SignalRuns, Reject, "Reject a signal that waits for a second person, or withdraw one's own") with
        {
            Body = "SignalReview", BodyOptional = true, Answer = "Run", Queues = true, Problems = Refusing, Example = """{"reason":"wrong run"}""",
        },
    ];

    static async Task List(Call call)
    {
        call.CheckQueryNames();
        await call.MinPositionAsync();
        var runId = call.Route("runId");
        await RunViews.MustExistAsync(call, runId);
        await call.JsonAsync(call.Told(await call.Backend.Decisions.ListAsync(call.Caller.TenantId, runId, call.Limit(), call.Query("cursor"), call.Stop)));
    }

    static Task Approve(Call call) => ReviewAsync(call, approves: true);

    static Task Reject(Call call) => ReviewAsync(call, approves: false);

    static async Task ReviewAsync(Call call, bool approves)
    {
        var body = await call.BodyAsync();
        var runId = call.Route("runId");
        await Signals.RequireAsync(call, runId);
        await Signals.SendAsync(call, runId, body.Ids, new ReviewSignal(
            runId, call.Route("signalId"), approves, body.Text("reason"), call.Caller.Roles, call.Caller.Person));
    }
}
