using System.CommandLine;
using System.Text.Json;

namespace Dvt.Cli;

/// <summary><c>tenants …</c>, for those who run the installation.</summary>
static class Tenants
{
    public static Command Group(Making making) => Making.Group("tenants", "Tenants: companies, by the key of a platform-admin",
        List(making), Create(making), Change(making), Suspend(making, "suspend", suspended: true, "Nobody of the tenant is let in any more, and its schedules start nothing."),
        Suspend(making, "resume", suspended: false, "Lets a suspended tenant in again."));

    static Argument<Guid> Id() => new("tenant") { Description = "Id of the tenant." };

    static Command List(Making making)
    {
        var paging = new PagingOptions();
        return making.Command("list", "Lists tenants.", [.. paging.All], call => Listing.ShowAsync(call, paging, Route.To("tenants"), [], new Table(
            Column.Of("TENANT", "tenantId"), Column.Of("SLUG", "slug"), new Column("STATE", State), Column.Time("CREATED", "createdAt"), Column.Of("NAME", "name"))));
    }

    static string State(JsonElement tenant) => tenant.Get("suspended") is { ValueKind: JsonValueKind.True } ? "suspended" : "active";

    static Command Create(Making making)
    {
        var slug = new Argument<string>("slug") { Description = "Short name: small letters, digits, hyphens." };
        var name = new Option<string>("--name") { Description = "Name for people.", HelpName = "TEXT", Required = true };
        var email = new Option<string>("--admin-email") { Description = "Of its first administrator.", HelpName = "EMAIL", Required = true };
        var key = new KeyedOption();
        return making.Command("create", "Creates a tenant; the answer shows its administrator's API key this once.", [slug, name, email, .. key.All], async call =>
        {
            var body = Json.Object(json =>
            {
                json.WriteStartObject();
                json.WriteString("slug", call.Get(slug));
                json.WriteString("name", call.Get(name));
                json.WriteString("adminEmail", call.Get(email));
                json.WriteEndObject();
            });
            return call.Show((await call.PostAsync(Route.To("tenants"), body, key.Of(call))).Body, made => call.Fields(
                ("tenant", made.Text("tenantId")), ("slug", made.Text("slug")), ("administrator", made.Text("adminEmail")), ("API key", made.Text("apiKey"))));
        });
    }

    static Command Change(Making making)
    {
        var (id, name) = (Id(), new Option<string?>("--name") { Description = "Name for people.", HelpName = "TEXT" });
        var rate = new Option<int?>("--requests-per-second") { Description = "Quota of the tenant.", HelpName = "N" };
        var burst = new Option<int?>("--burst") { Description = "Requests at once, at the most.", HelpName = "N" };
        var unlimited = new Option<bool>("--unlimited") { Description = "No quota." };
        var hosts = new Option<string[]>("--http-allow") { Description = "Host inside that http steps may reach; replaces the list, may be given more than once.", HelpName = "HOST" };
        var seconds = new Option<string[]>("--second-person") { Description = "Signal that waits for a second person; replaces the list, may be given more than once.", HelpName = "SIGNAL" };
        var ifMatch = new Option<long?>("--if-match") { Description = "Only if the tenant has this revision.", HelpName = "REVISION" };
        return making.Command("change", "Changes name, quota, the hosts inside that http steps may reach, or which signals wait for a second person.", [id, name, rate, burst, unlimited, hosts, seconds, ifMatch], call =>
            SendAsync(call, call.Get(id), call.Get(ifMatch), json =>
            {
                json.Optional("name", call.Get(name));
                if (call.Get(unlimited) || (call.Get(rate) ?? call.Get(burst)) is not null)
                {
                    json.WriteStartObject("quota");
                    if (call.Get(rate) is { } perSecond)
                        json.WriteNumber("requestsPerSecond", perSecond);
                    if (call.Get(burst) is { } atOnce)
                        json.WriteNumber("burst", atOnce);
                    if (call.Get(unlimited))
                        json.WriteBoolean("unlimited", value: true);
                    json.WriteEndObject();
                }
                json.Texts("httpAllow", call.Get(hosts));
                if (call.Get(seconds) is { Length: > 0 } signals)
                {
                    json.WriteStartObject("signalPolicy");
                    json.Texts("secondPerson", [.. signals.Select(s => s.ToUpperInvariant().Replace('-', '_'))]);
                    json.WriteEndObject();
                }
            }));
    }

    static Command Suspend(Making making, string name, bool suspended, string does)
    {
        var id = Id();
        return making.Command(name, does, [id], call => SendAsync(call, call.Get(id), ifMatch: null, json => json.WriteBoolean("suspended", suspended)));
    }

    static async Task<int> SendAsync(Call call, Guid id, long? ifMatch, Action<Utf8JsonWriter> write)
    {
        var body = Json.Object(json =>
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        });
        var answer = await call.Api.SendAsync(HttpMethod.Patch, Route.To("tenants", id.ToString()), body, new Sending(IfMatch: ifMatch), call.Stop);
        return call.Show(answer.Body, tenant => call.Fields(
            ("tenant", tenant.Text("tenantId")), ("slug", tenant.Text("slug")), ("name", tenant.Text("name")), ("state", State(tenant)), ("quota", tenant.Text("quota")),
            ("inside", string.Join(", ", tenant.List("httpAllow").Select(h => h.GetString()))), ("revision", tenant.Text("revision")), ("created", tenant.TimeText("createdAt"))));
    }
}
