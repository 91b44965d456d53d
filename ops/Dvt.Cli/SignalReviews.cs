using System.CommandLine;
using System.Text.Json;

namespace Dvt.Cli;

/// <summary>Of <c>signals</c>: how they were judged, and the second person's word.</summary>
static class SignalReviews
{
    public static Command List(Making making)
    {
        var (run, paging) = (Runs.RunId(), new PagingOptions());
        return making.Command("list", "Lists how the signals to a run were judged, by whom and why.", [run, .. paging.All], call => Listing.ShowAsync(
            call, paging, Route.To("runs", call.Get(run), "signals"), [], new Table(
                Column.Time("TIME", "decidedAt"), Column.Of("SIGNAL", "signalId"), Column.Of("TYPE", "type"), Column.Of("STEP", "stepId"), Column.Of("DECISION", "decision"),
                Column.Of("CODE", "code"), Column.Of("ACTOR", "actor"), Column.Of("ROLE", "effectiveRole"), Column.Of("REASON", "reason"))));
    }

    /// <param name="name">Of the command and of the endpoint.</param>
    public static Command Decide(Making making, string name, string does)
    {
        var (run, signal) = (Runs.RunId(), new Argument<string>("signal") { Description = "Id of the signal." });
        var reason = new Option<string?>("--reason") { Description = "Why.", HelpName = "TEXT" };
        var sending = new SendingOptions();
        return making.Command(name, does, [run, signal, reason, .. sending.All], async call =>
        {
            var answer = await call.PostAsync(Route.To("runs", call.Get(run), "signals", call.Get(signal), name), Reason(call.Get(reason)), sending.Of(call));
            return call.Show(answer, sending.Waits(call), shown => Runs.Write(call, shown));
        });
    }

    public static byte[] Reason(string? reason) => Json.Object(json =>
    {
        json.WriteStartObject();
        json.Optional("reason", reason);
        json.WriteEndObject();
    });
}
