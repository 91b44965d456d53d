using System.CommandLine;
using System.Text.Json;

namespace Dvt.Cli;

/// <summary><c>users …</c></summary>
static class Users
{
    public static Command Group(Making making) => Making.Group("users", "Users: people of the tenant and their roles", List(making), Create(making));

    public static Option<string[]> Roles(string does) => new("--role") { Description = $"{does} May be given more than once.", HelpName = "ROLE" };

    static Command List(Making making)
    {
        var paging = new PagingOptions();
        return making.Command("list", "Lists users.", [.. paging.All], call => Listing.ShowAsync(call, paging, Route.To("users"), [], new Table(
            Column.Of("USER", "userId"), Column.Of("EMAIL", "email"), new Column("ROLES", RolesOf), Column.Time("CREATED", "createdAt"), Column.Of("NAME", "name"))));
    }

    public static string RolesOf(JsonElement holder) => string.Join(' ', holder.List("roles").Select(r => r.GetString()));

    static Command Create(Making making)
    {
        var email = new Argument<string>("email") { Description = "Unique in the tenant." };
        var name = new Option<string>("--name") { Description = "Name for people.", HelpName = "TEXT", Required = true };
        var (roles, key) = (Roles("Such as operator or viewer; at least one."), new KeyedOption());
        return making.Command("create", "Creates a user. What they sign in with is a key: see keys create.", [email, name, roles, .. key.All], async call =>
        {
            var body = Json.Object(json =>
            {
                json.WriteStartObject();
                json.WriteString("email", call.Get(email));
                json.WriteString("name", call.Get(name));
                json.WriteStartArray("roles");
                foreach (var role in call.Get(roles) ?? [])
                    json.WriteStringValue(role);
                json.WriteEndArray();
                json.WriteEndObject();
            });
            return call.Show((await call.PostAsync(Route.To("users"), body, key.Of(call))).Body, user => call.Fields(
                ("user", user.Text("userId")), ("email", user.Text("email")), ("name", user.Text("name")), ("roles", RolesOf(user))));
        });
    }
}
