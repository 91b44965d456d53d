using System.CommandLine;
using System.Text.Json;

namespace Dvt.Cli;

/// <summary><c>webhooks …</c></summary>
static class Webhooks
{
    public static Command Group(Making making) => Making.Group("webhooks", "Webhooks: events told to addresses of yours",
        List(making), Show(making), Create(making), Change(making), Enable(making), Disable(making), Test(making), Rotate(making), Delete(making), Types(making),
        WebhookDeliveries.List(making), WebhookDeliveries.Show(making), WebhookDeliveries.Retry(making));

    public static Argument<Guid> Id() => new("endpoint") { Description = "Id of the endpoint." };

    static Option<string[]> Types(string does) => new("--type") { Description = $"{does} Such as run.completed or run.*; may be given more than once.", HelpName = "TYPE" };

    static Option<string?> About() => new("--description") { Description = "For people.", HelpName = "TEXT" };

    static Option<long?> IfMatch() => new("--if-match") { Description = "Only if the endpoint has this revision.", HelpName = "REVISION" };

    public static string At(Guid id, params IEnumerable<string> below) => Route.To(["webhook-endpoints", id.ToString(), .. below]);

    static Command List(Making making)
    {
        var paging = new PagingOptions();
        return making.Command("list", "Lists webhook endpoints.", [.. paging.All], call => Listing.ShowAsync(call, paging, Route.To("webhook-endpoints"), [], new Table(
            Column.Of("ENDPOINT", "endpointId"), new Column("STATE", State), Column.Of("URL", "url"), new Column("TYPES", TypesOf), Column.Of("DESCRIPTION", "description"))));
    }

    static string State(JsonElement endpoint) => endpoint.Get("enabled") is { ValueKind: JsonValueKind.True }
        ? endpoint.TimeText("failingSince") is { Length: > 0 } since ? $"failing since {since}" : "works"
        : $"disabled {endpoint.Text("disabledReason")}".TrimEnd();

    static string TypesOf(JsonElement endpoint) => string.Join(' ', endpoint.List("eventTypes").Select(t => t.GetString())) is { Length: > 0 } types ? types : "(all)";

    static Command Show(Making making)
    {
        var id = Id();
        return making.Command("show", "Shows a webhook endpoint.", [id], async call => call.Show((await call.GetAsync(At(call.Get(id)))).Body, found => Write(call, found)));
    }

    static void Write(Call call, JsonElement endpoint) => call.Fields(
        ("endpoint", endpoint.Text("endpointId")), ("url", endpoint.Text("url")), ("types", TypesOf(endpoint)), ("state", State(endpoint)),
        ("description", endpoint.Text("description")), ("revision", endpoint.Text("revision")), ("created", endpoint.TimeText("createdAt")),
        ("changed", endpoint.TimeText("changedAt")), ("secret", endpoint.Text("secret")));

    static Command Create(Making making)
    {
        var url = new Argument<string>("url") { Description = "Address that events are posted to." };
        var (types, about, key) = (Types("Only these events; all unless told."), About(), new KeyedOption());
        return making.Command("create", "Tells events to an address; the answer shows the signing secret this once.", [url, types, about, .. key.All], async call =>
            call.Show((await call.PostAsync(Route.To("webhook-endpoints"), Body(call.Get(url), call.Get(types), call.Get(about)), key.Of(call))).Body, made => Write(call, made)));
    }

    static byte[] Body(string? url, string[]? types, string? description, bool? enabled = null) => Json.Object(json =>
    {
        json.WriteStartObject();
        json.Optional("url", url);
        json.Texts("eventTypes", types);
        json.Optional("description", description);
        if (enabled is { } works)
            json.WriteBoolean("enabled", works);
        json.WriteEndObject();
    });

    static Command Change(Making making)
    {
        var id = Id();
        var address = new Option<string?>("--address") { Description = "Another address that events are posted to.", HelpName = "URL" };
        var (types, about, ifMatch) = (Types("Replaces the events."), About(), IfMatch());
        return making.Command("change", "Changes a webhook endpoint; what is not named stays.", [id, address, types, about, ifMatch], call =>
            PatchAsync(call, call.Get(id), Body(call.Get(address), call.Get(types), call.Get(about)), call.Get(ifMatch)));
    }

    static Command Disable(Making making)
    {
        var (id, ifMatch) = (Id(), IfMatch());
        return making.Command("disable", "Sends nothing more to it.", [id, ifMatch], call =>
            PatchAsync(call, call.Get(id), Body(url: null, types: null, description: null, enabled: false), call.Get(ifMatch)));
    }

    static async Task<int> PatchAsync(Call call, Guid id, byte[] body, long? ifMatch) =>
        call.Show((await call.Api.SendAsync(HttpMethod.Patch, At(id), body, new Sending(IfMatch: ifMatch), call.Stop)).Body, changed => Write(call, changed));

    static Command Enable(Making making)
    {
        var id = Id();
        return making.Command("enable", "Enables it again: events from now on, and what was pending.", [id], async call =>
            call.Show((await call.PostAsync(At(call.Get(id), "enable"), body: null, new Sending())).Body, changed => Write(call, changed)));
    }

    static Command Test(Making making)
    {
        var id = Id();
        return making.Command("test", "Sends it a test event, whatever its event types.", [id], async call =>
            call.Show((await call.PostAsync(At(call.Get(id), "test"), body: null, new Sending())).Body, sent => WebhookDeliveries.Write(call, sent)));
    }

    static Command Rotate(Making making)
    {
        var (id, key) = (Id(), new KeyedOption());
        var overlap = new Option<int?>("--overlap") { Description = "Seconds for which the old secret signs as well; a day unless told.", HelpName = "SECONDS" };
        return making.Command("rotate-secret", "Makes a new signing secret, shown this once.", [id, overlap, .. key.All], async call =>
        {
            var body = Json.Object(json =>
            {
                json.WriteStartObject();
                if (call.Get(overlap) is { } seconds)
                    json.WriteNumber("overlapSeconds", seconds);
                json.WriteEndObject();
            });
            return call.Show((await call.PostAsync(At(call.Get(id), "rotate-secret"), body, key.Of(call))).Body, made =>
                call.Fields(("secret", made.Text("secret")), ("old one until", made.TimeText("overlapUntil"))));
        });
    }

    static Command Delete(Making making)
    {
        var (id, ifMatch) = (Id(), IfMatch());
        return making.Command("delete", "Deletes a webhook endpoint; what is pending is not sent.", [id, ifMatch], async call =>
        {
            await call.Api.SendAsync(HttpMethod.Delete, At(call.Get(id)), body: null, new Sending(IfMatch: call.Get(ifMatch)), call.Stop);
            call.Tell("deleted");
            return ExitCode.Done;
        });
    }

    static Command Types(Making making) => making.Command("types", "Lists the events that can be told.", [], async call =>
        call.Show((await call.GetAsync(Route.To("webhook-event-types"))).Body, list =>
            new Table(Column.Of("TYPE", "type"), Column.Of("CLOUD EVENT", "cloudEvent")).Write(call.Output, list.List("items"))));
}
