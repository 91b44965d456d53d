using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dvt.Contracts;

namespace Dvt.Api;

/// <summary>
/// Tells who sent a request. What was checked is kept in memory: 5 s for a revocation to bite that another process wrote, and up to
/// 10 minutes while the database cannot be asked.
/// </summary>
sealed class Authentication(SigningKeys signing, OidcKeys external, ApiKeySecrets secrets, Standing standing, RateLimits limits, TimeProvider clock)
{
    const int MaxKnown = 100_000;

    readonly ConcurrentDictionary<Fingerprint, Credential> known = new();
    readonly ConcurrentDictionary<Fingerprint, (long Until, (Guid TenantId, string Actor)? Whose)> refused = new();

    long doubts;

    readonly record struct Fingerprint(UInt128 First, UInt128 Second)
    {
        /// <summary>By digest, so that neither a lookup's timing nor a memory dump gives a credential away.</summary>
        public static Fingerprint Of(string credential)
        {
            Span<byte> bytes = stackalloc byte[Jws.MaxLength];
            Span<byte> digest = stackalloc byte[32];
            SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(credential, bytes)], digest);
            return new(BitConverter.ToUInt128(digest), BitConverter.ToUInt128(digest[16..]));
        }
    }

    /// <exception cref="ProblemException">401, or 503 when it cannot be checked.</exception>
    public ValueTask<Caller> IdentifyAsync(HttpRequest request)
    {
        var credential = CredentialOf(request, out var isToken);
        var id = Fingerprint.Of(credential);
        if (known.TryGetValue(id, out var entry))
            return entry.CallerAsync(clock.GetUtcNow());
        if (refused.TryGetValue(id, out var lately) && Environment.TickCount64 < lately.Until)
            throw Refused(request, lately.Whose);
        limits.CheckAddress(AddressOf(request));
        return new(OpenAsync(id, credential, isToken, request));
    }

    /// <summary>Nothing that was known of the tenant's credentials is used before it has been checked again: a key was revoked, or the tenant suspended or given another quota.</summary>
    /// <param name="keyId">Null for all of the tenant.</param>
    public void Doubt(Guid tenantId, Guid? keyId = null)
    {
        Interlocked.Increment(ref doubts);
        foreach (var credential in known.Values)
            if (credential.IsOf(tenantId, keyId))
                credential.Doubt();
    }

    static string CredentialOf(HttpRequest request, out bool isToken)
    {
        string? authorization = request.Headers.Authorization;
        isToken = authorization is { Length: > 7 } && authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase);
        var credential = isToken ? authorization![7..].Trim() : (string?)request.Headers["X-Api-Key"];
        // Longest UTF-8 form of a header's char is three bytes, and the fingerprint's buffer is fixed.
        return credential is { Length: > 0 } && Encoding.UTF8.GetByteCount(credential) <= Jws.MaxLength ? credential : throw Unauthorized();
    }

    static ProblemException Unauthorized((Guid TenantId, string Actor)? whose = null) =>
        new(Problems.Unauthorized) { Header = ("WWW-Authenticate", "Bearer realm=\"dvt\""), Whose = whose };

    static string AddressOf(HttpRequest request) => Dispatch.AddressOf(request.HttpContext) ?? "";

    /// <summary>A credential that is none is counted against the address it came from.</summary>
    ProblemException Refused(HttpRequest request, (Guid TenantId, string Actor)? whose)
    {
        limits.CountFailure(AddressOf(request));
        return Unauthorized(whose);
    }

    async Task<Caller> OpenAsync(Fingerprint id, string credential, bool isToken, HttpRequest request)
    {
        var (stop, before) = (request.HttpContext.RequestAborted, Volatile.Read(ref doubts));
        try
        {
            var check = isToken ? await OfTokenAsync(credential, stop) : await OfKeyAsync(credential, stop);
            if (await check(stop) is not { } caller)
                throw new TokenRefusedException("unknown");
            if (caller.ExpiresAt <= clock.GetUtcNow())
                throw Remembered(id, request, (caller.TenantId, caller.Actor));
            if (known.Count >= MaxKnown)
                known.Clear();
            var opened = known[id] = new Credential(caller, check);
            // What was read may be older than what was changed meanwhile.
            if (Volatile.Read(ref doubts) != before)
                opened.Doubt();
            return caller;
        }
        catch (TokenRefusedException)
        {
            throw Remembered(id, request, whose: null);
        }
        catch (Exception fault) when (Pipeline.Postgres.IsUnavailable(fault))
        {
            throw new ProblemException(Problems.CredentialUnchecked) { RetryAfter = 2 };
        }
    }

    /// <summary>Refused, and for a moment without looking again.</summary>
    ProblemException Remembered(Fingerprint id, HttpRequest request, (Guid TenantId, string Actor)? whose)
    {
        if (refused.Count >= MaxKnown)
            refused.Clear();
        refused[id] = (Environment.TickCount64 + 2_000, whose);
        return Refused(request, whose);
    }

    async Task<Func<CancellationToken, Task<Caller?>>> OfKeyAsync(string key, CancellationToken stop)
    {
        if (!ApiKeySecrets.IsShaped(key))
            throw new TokenRefusedException("shape");
        var hash = await secrets.HashAsync(key, stop);
        return async again => await standing.OfHashAsync(hash, again) is { } found
            ? Of(found, $"key:{found.KeyId}", found.Roles, EndOf(found, found.ExpiresAt))
            : null;
    }

    async Task<Func<CancellationToken, Task<Caller?>>> OfTokenAsync(string token, CancellationToken stop)
    {
        var kid = Jws.KidOf(token);
        if (await signing.FindAsync(kid, stop) is { } ours)
            return OfOurs(Jws.Verify(token, ours, clock.GetUtcNow()));
        if (await external.FindAsync(kid, stop) is { } theirs)
            return OfTheirs(theirs.Issuer, Jws.Verify(token, theirs.Key, clock.GetUtcNow()));
        throw new TokenRefusedException("unknown kid");
    }

    Func<CancellationToken, Task<Caller?>> OfOurs(JsonElement claims)
    {
        var expires = DateTimeOffset.FromUnixTimeSeconds(Jws.Seconds(claims, "exp")!.Value);
        var tenantId = claims.GetProperty("tid").GetGuid();
        var keyId = claims.GetProperty("key").GetGuid();
        string[] roles = [.. claims.GetProperty("roles").EnumerateArray().Select(r => r.GetString()!)];
        return async again => await standing.OfKeyAsync(tenantId, keyId, again) is { } found
            ? Of(found, $"user:{found.UserId}", [.. roles.Intersect(found.Roles)], EndOf(found, expires))
            : null;
    }

    Func<CancellationToken, Task<Caller?>> OfTheirs(OidcIssuer issuer, JsonElement claims)
    {
        var expires = DateTimeOffset.FromUnixTimeSeconds(Jws.Seconds(claims, "exp")!.Value);
        var subject = Texts(claims, "sub").FirstOrDefault() ?? throw new TokenRefusedException("sub");
        var tenant = Texts(claims, issuer.TenantClaim).FirstOrDefault() ?? throw new TokenRefusedException(issuer.TenantClaim);
        string[] roles = [.. Texts(claims, issuer.RolesClaim)
            .Select(group => issuer.Roles.GetValueOrDefault(group))
            .OfType<string>()
            .Where(Roles.OfTenants.Contains)
            .Distinct()];
        // The issuer's name is part of the actor, or two issuers could make the same person.
        var actor = $"user:{NamedId.Of(issuer.Issuer, subject)}";
        var email = VerifiedEmail(claims);
        return async again => await standing.OfTenantAsync(tenant, email, again) is { } found
            ? new Caller(found.Id, found.Slug, UserId: null, KeyId: null, actor, roles, found.Quota, found.Suspended, expires, found.SignalPolicy, found.UserId)
            : null;
    }

    /// <summary>An address that the issuer has not verified could be anybody's.</summary>
    static string? VerifiedEmail(JsonElement claims) =>
        claims.TryGetProperty("email_verified", out var verified) && (verified.ValueKind == JsonValueKind.True || (verified.ValueKind == JsonValueKind.String && verified.ValueEquals("true")))
        && Texts(claims, "email").FirstOrDefault() is { Length: <= 254 } email && !email.Contains('\0', StringComparison.Ordinal)
            ? Users.Normal(email)
            : null;

    static IEnumerable<string> Texts(JsonElement claims, string name) => !claims.TryGetProperty(name, out var value)
        ? []
        : value.ValueKind switch
        {
            JsonValueKind.String => [value.GetString()!],
            JsonValueKind.Array => value.EnumerateArray().Where(v => v.ValueKind is JsonValueKind.String).Select(v => v.GetString()!),
            _ => [],
        };

    /// <summary>A key that was revoked or is over has ended, so that its refusals still name whose it was.</summary>
    DateTimeOffset? EndOf(KeyStanding found, DateTimeOffset? expires) => found.IsValid(clock.GetUtcNow()) ? expires : DateTimeOffset.MinValue;

    static Caller Of(KeyStanding found, string actor, IReadOnlyList<string> roles, DateTimeOffset? expires) =>
        new(found.TenantId, found.Slug, found.UserId, found.KeyId, actor, roles, found.Quota, found.Suspended, expires, found.SignalPolicy);

    /// <summary>A credential that was checked, and how to check it again.</summary>
    sealed class Credential(Caller first, Func<CancellationToken, Task<Caller?>> check)
    {
        static readonly TimeSpan AskAhead = TimeSpan.FromSeconds(2.5);
        static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);
        static readonly TimeSpan UsableBlind = TimeSpan.FromMinutes(10);
        static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

        readonly Lock gate = new();
        readonly (Guid TenantId, string Actor) whose = (first.TenantId, first.Actor);
        readonly Guid? key = first.KeyId;
        Caller? caller = first;
        long checkedAt = Environment.TickCount64;
        long quietUntil;
        Task? asking;
        long asked;

        /// <param name="keyId">Null for any.</param>
        public bool IsOf(Guid tenantId, Guid? keyId) =>
            whose.TenantId == tenantId && (keyId is null || key == keyId);

        /// <summary>The next who comes with it waits for another look; without a database it is as good as unchecked.</summary>
        public void Doubt()
        {
            Interlocked.Increment(ref asked);
            Volatile.Write(ref checkedAt, Environment.TickCount64 - (long)UsableBlind.TotalMilliseconds - 1);
        }

        public ValueTask<Caller> CallerAsync(DateTimeOffset now)
        {
            var age = Environment.TickCount64 - Volatile.Read(ref checkedAt);
            if (age < AskAhead.TotalMilliseconds)
                return new(Valid(now));
            var answer = Ask();
            return age < Fresh.TotalMilliseconds ? new(Valid(now)) : new(AfterAsync(answer, now));
        }

        Caller Valid(DateTimeOffset now) => Volatile.Read(ref caller) is { } valid && (valid.ExpiresAt is null || valid.ExpiresAt > now)
            ? valid
            : throw Unauthorized(whose);

        Task Ask()
        {
            lock (gate)
            {
                // After a failure the database is left alone for a second: everyone else goes on with what is known.
                if (asking is { IsCompleted: false } || Environment.TickCount64 < quietUntil)
                    return asking ?? Task.CompletedTask;
                return asking = AskAsync();
            }
        }

        async Task AskAsync()
        {
            try
            {
                long before;
                do
                {
                    before = Volatile.Read(ref asked);
                    Volatile.Write(ref caller, await check(CancellationToken.None).WaitAsync(Patience));
                    Volatile.Write(ref checkedAt, Environment.TickCount64);
                    // What came in between makes the answer as old as the doubt.
                }
                while (Volatile.Read(ref asked) != before);
            }
            catch (Exception fault) when (Pipeline.Postgres.IsUnavailable(fault))
            {
                Volatile.Write(ref quietUntil, Environment.TickCount64 + 1_000);
            }
        }

        async Task<Caller> AfterAsync(Task answer, DateTimeOffset now)
        {
            await answer;
            // A doubt that came right behind the answer is asked about once more.
            if (Environment.TickCount64 - Volatile.Read(ref checkedAt) > UsableBlind.TotalMilliseconds)
                await Ask();
            if (Environment.TickCount64 - Volatile.Read(ref checkedAt) > UsableBlind.TotalMilliseconds)
                throw new ProblemException(Problems.CredentialUnchecked) { RetryAfter = 2 };
            return Valid(now);
        }
    }
}
