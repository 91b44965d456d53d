using System.CommandLine;
using System.Text.Json;

namespace Dvt.Cli;

/// <summary><c>keys …</c></summary>
static class Keys
{
    public static Command Group(Making making) => Making.Group("keys", "Keys: API keys, shown once", List(making), Create(making), Revoke(making));

    static Command List(Making making)
    {
        var paging = new PagingOptions();
        return making.Command("list", "Lists API keys without the keys themselves.", [.. paging.All], call => Listing.ShowAsync(call, paging, Route.To("api-keys"), [], new Table(
            Column.Of("KEY", "apiKeyId"), Column.Of("USER", "userId"), Column.Of("BEGINS", "prefix"), new Column("ROLES", Users.RolesOf), new Column("STATE", State),
            Column.Time("CREATED", "createdAt"), Column.Of("NAME", "name"))));
    }

    static string State(JsonElement key) =>
        key.TimeText("revokedAt") is { Length: > 0 } revoked ? $"revoked {revoked}" : key.TimeText("expiresAt") is { Length: > 0 } expires ? $"until {expires}" : "works";

    static Command Create(Making making)
    {
        var name = new Argument<string>("name") { Description = "What it is for." };
        var user = new Option<Guid?>("--user") { Description = "Whose it is; yours unless told.", HelpName = "USER" };
        var roles = Users.Roles("Only these of its user's roles; all of them unless told.");
        var expires = new Option<string?>("--expires") { Description = "Moment (RFC 3339) from which it does not work.", HelpName = "TIME" };
        var keyed = new KeyedOption();
        return making.Command("create", "Creates an API key; the answer shows it this once.", [name, user, roles, expires, .. keyed.All], async call =>
        {
            var body = Json.Object(json =>
            {
                json.WriteStartObject();
                json.WriteString("name", call.Get(name));
                json.Optional("userId", call.Get(user)?.ToString());
                json.Texts("roles", call.Get(roles));
                json.Optional("expiresAt", call.Get(expires));
                json.WriteEndObject();
            });
            return call.Show((await call.PostAsync(Route.To("api-keys"), body, keyed.Of(call))).Body, made => call.Fields(
                ("key", made.Text("apiKeyId")), ("name", made.Text("name")), ("user", made.Text("userId")), ("roles", Users.RolesOf(made)),
                ("expires", made.TimeText("expiresAt")), ("API key", made.Text("apiKey"))));
        });
    }

    static Command Revoke(Making making)
    {
        var id = new Argument<Guid>("key") { Description = "Id of the key." };
        return making.Command("revoke", "Revokes an API key; it stops working within 5 seconds.", [id], async call =>
        {
            await call.Api.SendAsync(HttpMethod.Delete, Route.To("api-keys", call.Get(id).ToString()), body: null, new Sending(), call.Stop);
            call.Tell("revoked");
            return ExitCode.Done;
        });
    }
}
