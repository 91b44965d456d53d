using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Dvt.Pipeline;
using Npgsql;

namespace Dvt.Api;

/// <summary>Makes and hashes API keys: <c>dvt_</c> and 43 url-safe characters, stored as HMAC-SHA256 with the server's pepper.</summary>
sealed class ApiKeySecrets(ApiOptions options, KeyWrap wrap, NpgsqlDataSource postgres)
{
    public const string Prefix = "dvt_";
    public const int Length = 47;

    /// <summary>What lists show of a key.</summary>
    public const int Shown = 12;

    static readonly System.Buffers.SearchValues<char> UrlSafe =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    const string PepperName = "api-key-pepper";

    readonly Lock gate = new();
    Task<byte[]>? loading;

    /// <summary>True for a text that could be one of our keys.</summary>
    public static bool IsShaped(string key) =>
        key.Length == Length && key.StartsWith(Prefix, StringComparison.Ordinal)
        && !key.AsSpan(Prefix.Length).ContainsAnyExcept(UrlSafe);

    /// <summary>A fresh key, or for a keyed request the one that a retry of it makes again.</summary>
    public async Task<string> MakeAsync(RequestIds ids, CancellationToken stop) =>
        Prefix + Base64Url.EncodeToString(await BytesAsync("new key", ids, stop));

    /// <summary>32 bytes that nobody can guess; for a keyed request those that a retry of it makes again.</summary>
    /// <param name="purpose">Secrets of different purposes have nothing in common.</param>
    public async Task<byte[]> BytesAsync(string purpose, RequestIds ids, CancellationToken stop) => ids.Keyed
        ? HMACSHA256.HashData(await PepperAsync(stop), Encoding.UTF8.GetBytes($"{purpose}\n{ids.CommandId}"))
        : RandomNumberGenerator.GetBytes(32);

    public async ValueTask<byte[]> HashAsync(string key, CancellationToken stop) =>
        HMACSHA256.HashData(await PepperAsync(stop), Encoding.UTF8.GetBytes(key));

    Task<byte[]> PepperAsync(CancellationToken stop)
    {
        lock (gate)
            if (loading is null or { IsFaulted: true } or { IsCanceled: true })
                loading = options.KeyPepper is { } given ? Task.FromResult(Convert.FromBase64String(given)) : LoadAsync();
        return loading.WaitAsync(stop);
    }

    async Task<byte[]> LoadAsync()
    {
        await using var command = postgres.CreateCommand(
            """
            with made as (
              insert into identity.server_secret (name, wrapped)
              values ($1, $2)
              on conflict (name) do nothing
              returning wrapped
            )
            select wrapped from made
            union all
            select wrapped from identity.server_secret where name = $1
            limit 1
            """);
        command.Parameters.Add(new() { Value = PepperName });
        command.Parameters.Add(new() { Value = wrap.Wrap(PepperName, RandomNumberGenerator.GetBytes(32)) });
        var wrapped = await command.ExecuteScalarAsync() as byte[];
        // Another process was first and its row is not in this statement's snapshot.
        return wrapped is null ? await LoadAsync() : wrap.Unwrap(PepperName, wrapped);
    }
}
