using Dvt.Contracts;
using Dvt.ReadModels;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

/// <summary>Steps that ask people: what waits for whom, and the answers.</summary>
static class Approvals
{
    const string ListExample =
        """
        {"items":[{"approvalId":"0b6c4c1e-6f0c-5b1a-9d6e-2f1f3c9f7a10","runId":"order-17","stepId":"ok","planId":"refund","title":"Refund 300 USD?","roles":["finance"],
          "fourEyes":true,"startedBy":["user:5f9c2f5e-2c1b-4c39-8d83-0c8e1f4c7b11"],"minApprovals":1,"missing":1,"approvedBy":[],
          "requestedAt":"2026-03-02T09:00:00Z","deadline":"2026-03-03T09:00:00Z","onDeadline":"escalate","level":0}],"nextCursor":null}
        """;

    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Get("/v1/approvals", Permission.ReadRuns, List, "List what waits for approval, oldest first") with
        {
            Answer = "ApprovalList", Lists = true, Reads = true, AnswerExample = ListExample,
            Parameters =
            [
                new("role", "That ask this role.", """{"enum":["tenant-admin","plan-author","engineer","operator","auditor","viewer","host","sales","finance"]}"""),
                new("mine", "Only those that you may approve and have not approved yet.", """{"type":"boolean","default":false}"""),
                new("runId", "Of this run."),
            ],
        },
        Post("/v1/runs/{runId}/approvals/{stepId}", Permission.DecideApprovals, Decide, "Approve or deny what a step of a run asks") with
        {
            Body = "ApprovalAnswer", Answer = "Run", Queues = true, Example = """{"decision":"approve","comment":"within the budget"}""",
            Description = "The same answer of the same person again changes nothing. While the run is paused the answer is kept and carried out when it resumes.",
            Problems =
            [
                Problems.RunNotFound, Problems.StepNotFound, Problems.AuthzDenied, Problems.StepNotStarted, Problems.StepTerminal, Problems.RunTerminal,
                Problems.IdempotencyKeyReused,
            ],
        },
    ];

    static async Task List(Call call)
    {
        call.CheckQueryNames();
        await call.MinPositionAsync();
        var role = call.Query("role");
        if (role is not null && !Roles.OfTenants.Contains(role))
            throw Call.InvalidParameter("role", $"is one of {string.Join(", ", Roles.OfTenants)}");
        var mine = call.QueryFlag("mine") ? new ApproverView(call.Caller.Person, call.Caller.Roles) : null;
        var page = await call.Backend.Approvals.ListAsync(
            call.Caller.TenantId, new ApprovalFilter(role, call.Query("runId"), mine, call.Limit(), call.Query("cursor")), call.Stop);
        await call.JsonAsync(call.Told(page));
    }

    static async Task Decide(Call call)
    {
        var body = await call.BodyAsync();
        var runId = call.Route("runId");
        await Signals.RequireAsync(call, runId);
        // Both the order and what it leads to are understood.
        var decision = body.Text("decision") is "approve" or "approved" ? ApprovalDecisions.Approve : ApprovalDecisions.Deny;
        await Signals.SendAsync(call, runId, body.Ids, new DecideApproval(
            runId, call.Route("stepId"), body.Text("approvalId"), decision, body.Text("comment"), call.Caller.Person, call.Caller.Roles));
    }
}
