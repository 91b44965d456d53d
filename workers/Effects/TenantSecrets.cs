using System.Security.Cryptography;
using System.Text;
using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;

namespace Dvt.Workers.Effects;

/// <summary>Secrets of tenants, read and unwrapped for one call and kept nowhere.</summary>
/// <param name="wrap">Null where the process has no key-encryption key: then no secret can be read.</param>
sealed class TenantSecrets(NpgsqlDataSource postgres, KeyWrap? wrap)
{
    static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(200);

    /// <summary>Waits while the database is away.</summary>
    /// <exception cref="HttpInputException"><c>HTTP_SECRET_UNKNOWN</c>: there is none of that name, or it cannot be read here.</exception>
    public async Task<SecretValues> OfAsync(Guid tenantId, IReadOnlyList<SecretUse>? uses, CancellationToken stop)
    {
        if (uses is not { Count: > 0 })
            return SecretValues.None;
        string[] names = [.. uses.Select(u => u.Name).Distinct()];
        for (; ; await Task.Delay(AskAgain, stop))
            try
            {
                var values = await ReadAsync(tenantId, names, stop);
                return Array.Find(names, name => !values.ContainsKey(name)) is { } missing
                    ? throw new HttpInputException("HTTP_SECRET_UNKNOWN", $"there is no secret {missing}")
                    : new SecretValues(uses, values);
            }
            catch (Exception fault) when (fault is not OperationCanceledException && Postgres.IsUnavailable(fault))
            {
                // Nothing was sent, and the deadline of the step bounds how long this goes on.
            }
    }

    async Task<Dictionary<string, SecretValue>> ReadAsync(Guid tenantId, string[] names, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            select name, wrapped, hosts
            from identity.secret
            where tenant_id = $1
              and name = any ($2)
              and wrapped is not null
            """);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = names });
        var values = new Dictionary<string, SecretValue>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
            values[reader.GetString(0)] = new(Unwrapped(tenantId, reader.GetString(0), reader.GetFieldValue<byte[]>(1)), reader.GetFieldValue<string[]>(2));
        return values;
    }

    string Unwrapped(Guid tenantId, string name, byte[] wrapped)
    {
        try
        {
            return Encoding.UTF8.GetString((wrap ?? throw Unreadable(name)).Unwrap(SecretUse.WrapName(tenantId, name), wrapped));
        }
        catch (CryptographicException)
        {
            throw Unreadable(name);
        }
    }

    static HttpInputException Unreadable(string name) =>
        new("HTTP_SECRET_UNKNOWN", $"secret {name} cannot be read here: Workers:KeyEncryptionKey is missing or another than the API's");
}
