using System.Buffers.Text;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;

namespace Dvt.Api;

/// <summary>Our signing keys: the newest signs, all that are not retired verify. Kept wrapped in the database.</summary>
sealed class SigningKeys(ApiOptions options, KeyWrap wrap, NpgsqlDataSource postgres) : IDisposable
{
    static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(1);

    /// <summary>An unknown kid may be a newer key of another process, but must not become a way to keep the database busy.</summary>
    static readonly TimeSpan LookForUnknown = TimeSpan.FromSeconds(2);

    /// <summary>A key is followed by a new one at this age and verifies for as long again.</summary>
    static readonly TimeSpan Rotate = TimeSpan.FromDays(90);

    readonly SemaphoreSlim loading = new(1, 1);
    Loaded? loaded;

    sealed record Loaded(FrozenDictionary<string, VerificationKey> Keys, string NewestKid, ECParameters Newest, JsonElement[] Jwks, long At);

    public async ValueTask<VerificationKey?> FindAsync(string kid, CancellationToken stop)
    {
        var known = await LoadedAsync(LookAgain, stop);
        if (known.Keys.TryGetValue(kid, out var key))
            return key;
        return (await LoadedAsync(LookForUnknown, stop)).Keys.GetValueOrDefault(kid);
    }

    public async Task<string> SignAsync(object claims, CancellationToken stop)
    {
        var known = await LoadedAsync(LookAgain, stop);
        using var key = ECDsa.Create(known.Newest);
        return Jws.Sign(claims, known.NewestKid, key);
    }

    /// <summary>The public halves, as JWKs.</summary>
    public async Task<JsonElement[]> PublicAsync(CancellationToken stop) => (await LoadedAsync(LookAgain, stop)).Jwks;

    async ValueTask<Loaded> LoadedAsync(TimeSpan maxAge, CancellationToken stop)
    {
        if (loaded is { } fresh && Environment.TickCount64 - fresh.At < maxAge.TotalMilliseconds)
            return fresh;
        await loading.WaitAsync(stop);
        try
        {
            if (loaded is { } other && Environment.TickCount64 - other.At < maxAge.TotalMilliseconds)
                return other;
            return loaded = await LoadAsync(stop);
        }
        catch (Exception fault) when (loaded is not null && Pipeline.Postgres.IsUnavailable(fault))
        {
            // Keys do not change often; those in memory go on while the database is away.
            return loaded = loaded with { At = Environment.TickCount64 };
        }
        finally
        {
            loading.Release();
        }
    }

    public void Dispose() => loading.Dispose();

    async Task<Loaded> LoadAsync(CancellationToken stop)
    {
        var rows = await ReadAsync(stop);
        if (rows.Count == 0 || DateTime.UtcNow - rows[0].CreatedAt > Rotate)
        {
            await AddAsync(onlyIfOlderThan: Rotate, stop);
            rows = await ReadAsync(stop);
        }
        var keys = rows
            .Select(r => VerificationKey.FromJwk(r.Jwk, options.Url, options.Audience))
            .OfType<VerificationKey>()
            .ToFrozenDictionary(k => k.Kid);
        using var newest = ECDsa.Create();
        newest.ImportPkcs8PrivateKey(wrap.Unwrap(rows[0].Kid, rows[0].Wrapped), out _);
        return new(keys, rows[0].Kid, newest.ExportParameters(includePrivateParameters: true), [.. rows.Select(r => r.Jwk)], Environment.TickCount64);
    }

    async Task<List<(string Kid, byte[] Wrapped, JsonElement Jwk, DateTime CreatedAt)>> ReadAsync(CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            select kid, wrapped, public_jwk::text, created_at
            from identity.signing_key
            where retired_at is null
              and created_at > clock_timestamp() - $1
            order by created_at desc, kid
            """);
        command.Parameters.Add(new() { Value = 2 * Rotate });
        await using var reader = await command.ExecuteReaderAsync(stop);
        var rows = new List<(string, byte[], JsonElement, DateTime)>();
        while (await reader.ReadAsync(stop))
            rows.Add((reader.GetString(0), reader.GetFieldValue<byte[]>(1), JsonElement.Parse(reader.GetString(2)), reader.GetDateTime(3)));
        return rows;
    }

    /// <summary>Adds a key that signs from now on, unless another process has just done so.</summary>
    public async Task AddAsync(TimeSpan onlyIfOlderThan, CancellationToken stop)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        var kid = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(9));
        var jwk = ContractsJson.Element(new
        {
            kty = "EC",
            crv = "P-256",
            use = "sig",
            alg = "ES256",
            kid,
            x = Base64Url.EncodeToString(point.X),
            y = Base64Url.EncodeToString(point.Y),
        });
        await using var connection = await postgres.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        await using var serialise = new NpgsqlCommand("select pg_advisory_xact_lock(77002)", connection);
        await serialise.ExecuteNonQueryAsync(stop);
        await using var insert = new NpgsqlCommand(
            """
            insert into identity.signing_key (kid, wrapped, public_jwk)
            select $1, $2, $3::jsonb
            where not exists (
              select from identity.signing_key
              where retired_at is null
                and created_at > clock_timestamp() - $4)
            """, connection);
        insert.Parameters.Add(new() { Value = kid });
        insert.Parameters.Add(new() { Value = wrap.Wrap(kid, key.ExportPkcs8PrivateKey()) });
        insert.Parameters.Add(new() { Value = jwk.GetRawText() });
        insert.Parameters.Add(new() { Value = onlyIfOlderThan });
        await insert.ExecuteNonQueryAsync(stop);
        await transaction.CommitAsync(stop);
    }
}
