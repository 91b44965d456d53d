using System.CommandLine;
using System.Text.Json;

namespace Dvt.Cli;

/// <summary>Of <c>webhooks</c>: what was sent to an endpoint and what came of it.</summary>
static class WebhookDeliveries
{
    static Argument<Guid> Id() => new("delivery") { Description = "Id of the delivery." };

    public static Command List(Making making)
    {
        var (endpoint, paging) = (Webhooks.Id(), new PagingOptions());
        var status = new Option<string?>("--status") { Description = "pending, delivered or failed.", HelpName = "STATUS" };
        var type = new Option<string?>("--type") { Description = "Of this event, such as run.completed.", HelpName = "TYPE" };
        return making.Command("deliveries", "Lists deliveries of an endpoint, newest first.", [endpoint, status, type, .. paging.All], call => Listing.ShowAsync(
            call, paging, Webhooks.At(call.Get(endpoint), "deliveries"), [("status", call.Get(status)), ("eventType", call.Get(type))], new Table(
                Column.Of("DELIVERY", "deliveryId"), Column.Of("EVENT", "eventType"), Column.Of("RUN", "runId"), Column.Of("STATUS", "status"), Column.Of("TRIES", "attempt", right: true),
                Column.Of("ANSWER", "responseCode", right: true), Column.Of("ERROR", "error"), Column.Time("CREATED", "createdAt"), Column.Time("NEXT", "nextAttemptAt"))));
    }

    public static Command Show(Making making)
    {
        var (endpoint, id) = (Webhooks.Id(), Id());
        return making.Command("delivery", "Shows a delivery with its attempts and its body.", [endpoint, id], async call =>
            call.Show((await call.GetAsync(Webhooks.At(call.Get(endpoint), "deliveries", call.Get(id).ToString()))).Body, found => Write(call, found)));
    }

    public static void Write(Call call, JsonElement delivery)
    {
        call.Fields(
            ("delivery", delivery.Text("deliveryId")), ("event", delivery.Text("eventType")), ("webhook-id", delivery.Text("eventId")), ("run", delivery.Text("runId")),
            ("status", delivery.Text("status")), ("tries", delivery.Text("attempt")), ("error", delivery.Text("error")), ("created", delivery.TimeText("createdAt")),
            ("next", delivery.TimeText("nextAttemptAt")), ("finished", delivery.TimeText("finishedAt")));
        var attempts = delivery.List("attempts").ToList();
        if (attempts.Count > 0)
        {
            call.Output.WriteLine();
            new Table(
                Column.Of("TRY", "attempt", right: true), Column.Time("TIME", "at"), Column.Of("ANSWER", "responseCode", right: true), Column.Of("MS", "durationMs", right: true),
                Column.Of("ERROR", "error"), Column.Of("BODY", "answer")).Write(call.Output, attempts);
        }
        if (delivery.Get("body") is { } body)
            call.Output.WriteLine("\n" + Json.Page(body));
    }

    public static Command Retry(Making making)
    {
        var (endpoint, id) = (Webhooks.Id(), Id());
        return making.Command("retry", "Attempts a delivery now, also after its end or once more.", [endpoint, id], async call =>
            call.Show((await call.PostAsync(Webhooks.At(call.Get(endpoint), "deliveries", call.Get(id).ToString(), "retry"), body: null, new Sending())).Body, sent => Write(call, sent)));
    }
}
