using System.Text.Json;
using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;

namespace Dvt.Api;

/// <summary>Opens personal data for those who may see it.</summary>
sealed class PersonalText(NpgsqlDataSource postgres, ApiOptions options)
{
    readonly PersonalDataCodec codec = new(Convert.FromBase64String(options.KeyEncryptionKey));

    /// <summary>Null when the person has been erased.</summary>
    public async Task<T?> ReadAsync<T>(JsonElement field, Guid tenantId, string personId, CancellationToken stop) where T : class
    {
        await using var connection = await postgres.OpenConnectionAsync(stop);
        return (await codec.DecodeAsync(field, tenantId, personId, connection, stop))?.Deserialize<T>(ContractsJson.Options);
    }
}
