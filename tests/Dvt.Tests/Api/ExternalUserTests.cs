using System.Buffers.Text;
using System.Security.Cryptography;
using Dvt.Api;
using Dvt.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Dvt.Tests.Api;

/// <summary>People who come by an issuer of their own, and who they are here.</summary>
public sealed class ExternalUserTests : IDisposable
{
    const string Issuer = "https://login.example";

    readonly ECDsa signer = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose() => signer.Dispose();

    async Task<WebApplication> IssuerAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var q = signer.ExportParameters(includePrivateParameters: false).Q;
        var keys = $$"""{"keys":[{"kty":"EC","crv":"P-256","alg":"ES256","use":"sig","kid":"theirs","x":"{{Base64Url.EncodeToString(q.X)}}","y":"{{Base64Url.EncodeToString(q.Y)}}"}]}""";
        app.MapGet("/jwks", () => Results.Text(keys, "application/json"));
        await app.StartAsync();
        return app;
    }

    async Task<Caller> CallerAsync(ApiProcess api, string subject, string? email, object? verified, string tenant = "demo")
    {
        var claims = new Dictionary<string, object?>
        {
            ["iss"] = Issuer,
            ["aud"] = "dvt",
            ["sub"] = subject,
            ["tenant"] = tenant,
            ["roles"] = new[] { "ops" },
            ["email"] = email,
            ["email_verified"] = verified,
            ["exp"] = DateTimeOffset.UtcNow.AddMinutes(5).ToUnixTimeSeconds(),
        };
        var http = new DefaultHttpContext();
        http.Request.Headers.Authorization = $"Bearer {Jws.Sign(claims.Where(c => c.Value is not null).ToDictionary(), "theirs", signer)}";
        return await api.App.Services.GetRequiredService<Authentication>().IdentifyAsync(http.Request);
    }

    [ServersFact]
    public async Task A_user_and_the_same_one_of_an_issuer_are_one_person_where_the_email_is_verified()
    {
        await using var rig = await ApiOnPostgres.StartAsync();
        await using var issuer = await IssuerAsync();
        await using var api = await ApiProcess.StartAsync(rig.Postgres,
            $"--Api:OidcIssuers:0:Issuer={Issuer}", "--Api:OidcIssuers:0:Audience=dvt", $"--Api:OidcIssuers:0:JwksUrl={issuer.Urls.First()}/jwks", "--Api:OidcIssuers:0:Roles:ops=operator");
        var luis = (await rig.PostAsync("/v1/users", new { email = "luis@demo.example", name = "Luis", roles = new[] { "operator" } }, ApiOnPostgres.Admin)).Body.GetProperty("userId").GetGuid();
        var linked = await CallerAsync(api, "s1", "Luis@Demo.example", true);
        Assert.Equal(($"user:{luis}", null, null), (linked.Person, linked.UserId, linked.KeyId));
        // Only who it is, not what it may do or what it is called in events.
        Assert.Equal(["operator"], linked.Roles);
        Assert.NotEqual(linked.Person, linked.Actor);
        Assert.Equal(linked.Person, (await CallerAsync(api, "s2", "luis@demo.example", "true")).Person);
        foreach (var (email, verified) in new (string?, object?)[] { ("luis@demo.example", false), ("luis@demo.example", null), ("luis@demo.example", "yes"), ("else@demo.example", true), (null, true) })
        {
            var other = await CallerAsync(api, "s1", email, verified);
            Assert.Equal((linked.Actor, linked.Actor), (other.Actor, other.Person));
        }
        // Of another tenant it is somebody else.
        var made = await rig.PostAsync("/v1/tenants", new { slug = "second", name = "Second", adminEmail = "admin@second.example" }, ApiOnPostgres.Platform);
        Assert.Equal(System.Net.HttpStatusCode.Created, made.Status);
        Assert.Equal(linked.Actor, (await CallerAsync(api, "s1", "luis@demo.example", true, "second")).Person);
    }
}
