using System.CommandLine;
using System.Text.Json;

namespace Dvt.Cli;

/// <summary><c>approvals …</c></summary>
static class Approvals
{
    public static Command Group(Making making) => Making.Group("approvals", "Approvals: steps that wait for people",
        List(making), Decide(making, "approve", "Approves what a step asks."), Decide(making, "deny", "Denies what a step asks."));

    static Command List(Making making)
    {
        var mine = new Option<bool>("--mine") { Description = "Only those that you may approve and have not approved yet." };
        var role = new Option<string?>("--role") { Description = "That ask this role.", HelpName = "ROLE" };
        var run = new Option<string?>("--run") { Description = "Of this run.", HelpName = "RUN" };
        var paging = new PagingOptions();
        return making.Command("list", "Lists what waits for approval, oldest first.", [mine, role, run, .. paging.All], call => Listing.ShowAsync(
            call, paging, Route.To("approvals"), [("mine", call.Get(mine) ? "true" : null), ("role", call.Get(role)), ("runId", call.Get(run))], new Table(
                Column.Of("RUN", "runId"), Column.Of("STEP", "stepId"), Column.Of("TITLE", "title"), new Column("ROLES", Users.RolesOf),
                Column.Of("MISSING", "missing", right: true), Column.Time("SINCE", "requestedAt"), Column.Time("DEADLINE", "deadline"))));
    }

    static Command Decide(Making making, string decision, string does)
    {
        var (run, step) = (Runs.RunId(), new Argument<string>("step") { Description = "Id of the step." });
        var comment = new Option<string?>("--comment") { Description = "Shown with the decision.", HelpName = "TEXT" };
        var approval = new Option<string?>("--approval-id") { Description = "Answers this request only, not one the step asks later.", HelpName = "ID" };
        var sending = new SendingOptions();
        return making.Command(decision, does, [run, step, comment, approval, .. sending.All], async call =>
        {
            var body = Json.Object(json =>
            {
                json.WriteStartObject();
                json.WriteString("decision", decision);
                json.Optional("comment", call.Get(comment));
                json.Optional("approvalId", call.Get(approval));
                json.WriteEndObject();
            });
            var answer = await call.PostAsync(Route.To("runs", call.Get(run), "approvals", call.Get(step)), body, sending.Of(call));
            return call.Show(answer, sending.Waits(call), shown => Runs.Write(call, shown));
        });
    }
}
