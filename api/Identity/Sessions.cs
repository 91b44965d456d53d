using System.Security.Cryptography;
using System.Text;
using MediatR;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

static class Sessions
{
    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Post("/v1/auth/login", Permission.Open, Login, "Exchange an API key for an access token") with
        {
            Body = "Login", Answer = "Token", Problems = [Problems.LoginFailed, Problems.TenantSuspended, Problems.RateLimited],
            Example = """{"email":"admin@demo.example","apiKey":"dvt_…"}""",
        },
        Get("/v1/me", Permission.SignedIn, Me, "Who you are and what you may do") with { Answer = "Me" },
        Get("/.well-known/jwks.json", Permission.Open, Jwks, "Public keys that verify access tokens (RFC 7517)") with { Answer = "Jwks", Tag = "Auth" },
    ];

    static async Task Login(Call call)
    {
        var body = await call.BodyAsync();
        var token = await call.Backend.Mediator.Send(
            new LogIn(Users.Normal(body.Text("email")!), body.Text("apiKey")!, Dispatch.AddressOf(call.Http) ?? ""), call.Stop);
        await call.JsonAsync(token);
    }

    static async Task Me(Call call)
    {
        var caller = call.Caller;
        var user = caller.UserId is { } id ? await call.Backend.Identity.UserAsync(caller.TenantId, id, call.Stop) : null;
        await call.JsonAsync(new
        {
            caller.TenantId,
            tenant = caller.TenantSlug,
            caller.UserId,
            apiKeyId = caller.KeyId,
            user?.Email,
            user?.Name,
            caller.Roles,
            permissions = caller.Permissions.Order(StringComparer.Ordinal),
        });
    }

    static async Task Jwks(Call call) => await call.JsonAsync(new { keys = await call.Backend.Signing.PublicAsync(call.Stop) });
}

sealed record LogIn(string Email, string ApiKey, string Address) : IRequest<Token>;

sealed record Token(string AccessToken, string TokenType, int ExpiresIn, Guid TenantId, IReadOnlyList<string> Roles);

sealed class LogInHandler(
    ApiOptions options, ApiKeySecrets secrets, Standing standing, SigningKeys signing, RateLimits limits, Audit audit, TimeProvider clock) : IRequestHandler<LogIn, Token>
{
    public async Task<Token> Handle(LogIn request, CancellationToken cancellationToken)
    {
        limits.CheckLogin(request.Address, request.Email);
        var now = clock.GetUtcNow();
        var found = ApiKeySecrets.IsShaped(request.ApiKey)
            ? await standing.OfHashAsync(await secrets.HashAsync(request.ApiKey, cancellationToken), cancellationToken)
            : null;
        if (found is null || !found.IsValid(now) || !Same(found.Email, request.Email))
        {
            limits.CountFailedLogin(request.Address, request.Email);
            throw new ProblemException(Problems.LoginFailed) { Whose = WhoseOf(found) };
        }
        if (found.Suspended)
            throw new ProblemException(Problems.TenantSuspended) { Whose = WhoseOf(found) };
        var token = await signing.SignAsync(Claims(found, now, out var lifetime), cancellationToken);
        audit.LoggedIn(found.TenantId, found.UserId, found.KeyId);
        return new(token, "Bearer", (int)lifetime.TotalSeconds, found.TenantId, found.Roles);
    }

    static (Guid TenantId, string Actor)? WhoseOf(KeyStanding? found) => found is null ? null : (found.TenantId, $"key:{found.KeyId}");

    static bool Same(string one, string other) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(one)), SHA256.HashData(Encoding.UTF8.GetBytes(other)));

    object Claims(KeyStanding found, DateTimeOffset now, out TimeSpan lifetime)
    {
        lifetime = TimeSpan.FromMinutes(options.TokenMinutes);
        // A token never outlives the key it was given for.
        if (found.ExpiresAt - now < lifetime)
            lifetime = found.ExpiresAt!.Value - now;
        return new
        {
            iss = options.Url,
            aud = options.Audience,
            sub = found.UserId,
            tid = found.TenantId,
            tenant = found.Slug,
            key = found.KeyId,
            roles = found.Roles,
            iat = now.ToUnixTimeSeconds(),
            nbf = now.ToUnixTimeSeconds(),
            exp = (now + lifetime).ToUnixTimeSeconds(),
            jti = Guid.CreateVersion7(),
        };
    }
}
