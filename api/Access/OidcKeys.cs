using System.Collections.Frozen;
using System.Text.Json;
using Dvt.Engine.Json;

namespace Dvt.Api;

/// <summary>The public keys of configured external issuers, fetched from their JWKS and cached.</summary>
sealed class OidcKeys(ApiOptions options, HttpClient http, ILogger<OidcKeys> log) : IDisposable
{
    static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(10);
    static readonly TimeSpan LookForUnknown = TimeSpan.FromSeconds(30);

    readonly SemaphoreSlim loading = new(1, 1);
    readonly Dictionary<string, (FrozenDictionary<string, VerificationKey> Keys, long At)> byIssuer = [];

    /// <summary>The issuer and its key of this id; null when no issuer has one.</summary>
    public async Task<(OidcIssuer Issuer, VerificationKey Key)?> FindAsync(string kid, CancellationToken stop)
    {
        if (options.OidcIssuers.Count == 0)
            return null;
        await loading.WaitAsync(stop);
        try
        {
            foreach (var maxAge in (TimeSpan[])[LookAgain, LookForUnknown])
                foreach (var issuer in options.OidcIssuers)
                    if ((await KeysAsync(issuer, maxAge, stop)).TryGetValue(kid, out var key))
                        return (issuer, key);
            return null;
        }
        finally
        {
            loading.Release();
        }
    }

    async Task<FrozenDictionary<string, VerificationKey>> KeysAsync(OidcIssuer issuer, TimeSpan maxAge, CancellationToken stop)
    {
        var known = byIssuer.GetValueOrDefault(issuer.Issuer);
        if (known.Keys is not null && Environment.TickCount64 - known.At < maxAge.TotalMilliseconds)
            return known.Keys;
        var keys = known.Keys ?? FrozenDictionary<string, VerificationKey>.Empty;
        try
        {
            keys = await FetchAsync(issuer, stop);
        }
        catch (Exception fault) when (fault is HttpRequestException or JsonRefused or TaskCanceledException && !stop.IsCancellationRequested)
        {
            ApiLog.JwksUnavailable(log, issuer.Issuer, fault.Message);
        }
        byIssuer[issuer.Issuer] = (keys, Environment.TickCount64);
        return keys;
    }

    public void Dispose()
    {
        loading.Dispose();
        http.Dispose();
    }

    async Task<FrozenDictionary<string, VerificationKey>> FetchAsync(OidcIssuer issuer, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(TimeSpan.FromSeconds(5));
        var json = StrictJson.Parse(await http.GetByteArrayAsync(new Uri(issuer.JwksUrl), patience.Token));
        if (json.ValueKind is not JsonValueKind.Object || !json.TryGetProperty("keys", out var keys) || keys.ValueKind is not JsonValueKind.Array)
            return FrozenDictionary<string, VerificationKey>.Empty;
        return keys.EnumerateArray()
            .Select(jwk => VerificationKey.FromJwk(jwk, issuer.Issuer, issuer.Audience))
            .OfType<VerificationKey>()
            .DistinctBy(k => k.Kid)
            .ToFrozenDictionary(k => k.Kid);
    }
}
