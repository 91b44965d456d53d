using System.CommandLine;
using System.Text.Json;

namespace Dvt.Cli;

/// <summary><c>dead-letters …</c></summary>
static class DeadLetters
{
    public static Command Group(Making making) => Making.Group("dead-letters", "Dead letters: messages that failed for good",
        List(making), Show(making), Replay(making), Discard(making));

    static Argument<Guid> Id() => new("id") { Description = "Id of the dead letter." };

    static Command List(Making making)
    {
        var status = new Option<string?>("--status") { Description = "open, waiting, replayed or discarded.", HelpName = "STATUS" };
        var type = new Option<string?>("--type") { Description = "Of this command type, such as StartRun.", HelpName = "TYPE" };
        var group = new Option<string?>("--error-group") { Description = "Of this cause.", HelpName = "GROUP" };
        var paging = new PagingOptions();
        return making.Command("list", "Lists dead letters, newest first.", [status, type, group, .. paging.All], call => Listing.ShowAsync(
            call, paging, Route.To("dead-letters"), [("status", call.Get(status)), ("type", call.Get(type)), ("errorGroup", call.Get(group))], Table()));
    }

    static Table Table() => new(
        Column.Of("ID", "id"), Column.Of("STATUS", "status"), Column.Of("TYPE", "type"), Column.Of("KEY", "key"), Column.Of("TRIES", "tries", right: true),
        Column.Time("SINCE", "createdAt"), Column.Of("ERROR", "errorCode"));

    static Command Show(Making making)
    {
        var id = Id();
        return making.Command("show", "Shows a dead letter with its message and what waits behind it.", [id], async call =>
            call.Show((await call.GetAsync(At(call.Get(id)))).Body, letter => Write(call, letter)));
    }

    static Command Replay(Making making)
    {
        var (id, sending) = (Id(), new SendingOptions());
        var body = new Option<string?>("--body") { Description = "Replaces the message's body by JSON: a file, or - for standard input.", HelpName = "FILE" };
        return making.Command("replay", "Sends it, and what waits behind it, through its queue again.", [id, body, .. sending.All], async call =>
        {
            byte[]? edited = call.Get(body) is { } path ? Body("body", await call.JsonDocumentAsync(path)) : null;
            return call.Show(await call.PostAsync(At(call.Get(id), "replay"), edited, sending.Of(call)), sending.Waits(call), letter => Write(call, letter));
        });
    }

    static byte[] Body(string name, JsonElement value) => Json.Object(json =>
    {
        json.WriteStartObject();
        json.WritePropertyName(name);
        value.WriteTo(json);
        json.WriteEndObject();
    });

    static Command Discard(Making making)
    {
        var (id, sending) = (Id(), new SendingOptions());
        var reason = new Option<string>("--reason") { Description = "Why it is given up.", HelpName = "TEXT", Required = true };
        return making.Command("discard", "Gives it up and lets what waits behind it go on.", [id, reason, .. sending.All], async call =>
        {
            var body = Json.Object(json =>
            {
                json.WriteStartObject();
                json.WriteString("reason", call.Get(reason));
                json.WriteEndObject();
            });
            return call.Show(await call.PostAsync(At(call.Get(id), "discard"), body, sending.Of(call)), sending.Waits(call), letter => Write(call, letter));
        });
    }

    static string At(Guid id, params IEnumerable<string> below) => Route.To(["dead-letters", id.ToString(), .. below]);

    static void Write(Call call, JsonElement letter)
    {
        call.Fields(
            ("dead letter", letter.Text("id")), ("status", letter.Text("status")), ("type", letter.Text("type")), ("key", letter.Text("key")),
            ("queue", letter.Text("queue")), ("tries", letter.Text("tries")), ("since", letter.TimeText("createdAt")), ("error", letter.Text("errorCode")),
            ("detail", letter.Text("errorDetail")), ("group", letter.Text("errorGroup")), ("closed", letter.TimeText("closedAt")),
            ("closed by", letter.Text("closedBy")), ("reason", letter.Text("reason")), ("behind", letter.Text("behind")));
        if (letter.Get("message") is { } message)
            call.Output.WriteLine("\n" + Json.Page(message));
        var waiting = letter.List("waiting").ToList();
        if (waiting.Count > 0)
        {
            call.Output.WriteLine("\nwaiting behind it");
            Table().Write(call.Output, waiting);
        }
    }
}
