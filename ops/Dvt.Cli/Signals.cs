using System.CommandLine;
using System.Text.Json;

namespace Dvt.Cli;

/// <summary><c>signals …</c></summary>
static class Signals
{
    public static readonly string[] Types =
    [
        "PAUSE", "RESUME", "CANCEL", "EMERGENCY_STOP", "RETRY_STEP", "RETRY_RUN", "SKIP_STEP", "UPDATE_PARAMS", "INJECT_OVERRIDE", "UPDATE_TARGET", "ESCALATE_ALERT",
    ];

    public static Command Group(Making making) => Making.Group("signals", "Signals: steering runs", Send(making), SignalReviews.List(making),
        SignalReviews.Decide(making, "approve", "Approves a signal that waits for a second person; not one's own."),
        SignalReviews.Decide(making, "reject", "Rejects a signal that waits for a second person, or withdraws one's own."));

    static Command Send(Making making)
    {
        var run = new Argument<string>("run") { Description = "Id of the run." };
        var type = new Argument<string?>("type") { Description = $"{string.Join(", ", Types)}; also in small letters with hyphens.", Arity = ArgumentArity.ZeroOrOne };
        type.CompletionSources.Add(Types);
        var external = new Option<string?>("--external") { Description = "Instead of a type: the name that a waiting step listens to.", HelpName = "NAME" };
        var reason = new Option<string?>("--reason") { Description = "Why; some types need one.", HelpName = "TEXT" };
        var step = new Option<string?>("--step") { Description = "Of RETRY_STEP and SKIP_STEP.", HelpName = "STEP" };
        var fromStep = new Option<string?>("--from-step") { Description = "Of RETRY_RUN: results before this step are kept.", HelpName = "STEP" };
        var payload = new Option<string?>("--payload") { Description = "The payload as JSON: a file, or - for standard input.", HelpName = "FILE" };
        var signalId = new Option<string?>("--signal-id") { Description = "The same signal again with the same id is the same signal.", HelpName = "ID" };
        var sending = new SendingOptions();
        return making.Command("send", "Sends a signal to a run, or an external signal to a step that waits for one.",
            [run, type, external, reason, step, fromStep, payload, signalId, .. sending.All], async call =>
            {
                var (given, name) = (call.Get(type), call.Get(external));
                if (given is null == name is null)
                    throw CommandEndedException.Usage("give either a type or --external NAME");
                if (name is not null && (call.Get(reason) ?? call.Get(step) ?? call.Get(fromStep)) is not null)
                    throw CommandEndedException.Usage("--external takes neither --reason nor --step nor --from-step");
                JsonElement? document = call.Get(payload) is { } path ? await call.JsonDocumentAsync(path) : null;
                var body = Json.Object(json =>
                {
                    json.WriteStartObject();
                    json.Optional("name", name);
                    json.Optional("type", given?.ToUpperInvariant().Replace('-', '_'));
                    json.Optional("reason", call.Get(reason));
                    json.Optional("signalId", call.Get(signalId));
                    WritePayload(json, document, [("stepId", call.Get(step)), ("fromStep", call.Get(fromStep))]);
                    json.WriteEndObject();
                });
                var place = Route.To("runs", call.Get(run), name is null ? "signals" : "external-signals");
                return call.Show(await call.PostAsync(place, body, sending.Of(call)), sending.Waits(call), shown => Runs.Write(call, shown));
            });
    }

    /// <summary>The document with what options add to it; nothing when there is neither.</summary>
    static void WritePayload(Utf8JsonWriter json, JsonElement? document, (string Name, string? Value)[] options)
    {
        var added = options.Where(o => o.Value is not null).ToList();
        if (added.Count == 0)
        {
            if (document is { } whole)
            {
                json.WritePropertyName("payload");
                whole.WriteTo(json);
            }
            return;
        }
        if (document is { ValueKind: not JsonValueKind.Object })
            throw CommandEndedException.Usage("--step and --from-step need a payload that is an object");
        json.WriteStartObject("payload");
        foreach (var (name, value) in added)
        {
            if (document?.Get(name) is not null)
                throw CommandEndedException.Usage($"the payload has {name} already");
            json.WriteString(name, value);
        }
        if (document is { } more)
            foreach (var property in more.EnumerateObject())
                property.WriteTo(json);
        json.WriteEndObject();
    }
}
