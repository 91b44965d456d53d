using System.Collections.Concurrent;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dvt.Contracts;
using Npgsql;

namespace Dvt.Pipeline;

/// <summary>
/// Encrypts the fields marked <see cref="PersonalDataAttribute"/> with a key per person (AES-256-GCM). The person's key
/// is stored wrapped with the installation's key; deleting its row erases the person from every event.
/// </summary>
/// <param name="installationKey">32 bytes from the configuration.</param>
public sealed class PersonalDataCodec(byte[] installationKey)
{
    const int NonceBytes = 12;
    const int TagBytes = 16;

    static readonly ConcurrentDictionary<Type, (string Field, string Subject)[]> Marked = new();

    /// <summary>The event as JSON, marked fields replaced by <c>{"encrypted":"base64"}</c>.</summary>
    public async Task<string> EncodeAsync(IEvent @event, Guid tenantId, NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken stop)
    {
        var json = JsonSerializer.SerializeToNode(@event, @event.GetType(), ContractsJson.Options)!.AsObject();
        foreach (var (field, subject) in Marked.GetOrAdd(@event.GetType(), Find))
        {
            if (json[field] is not { } value)
                continue;
            var key = await KeyAsync(tenantId, json[subject]!.ToString(), connection, transaction, stop);
            json[field] = new JsonObject { ["encrypted"] = Convert.ToBase64String(Seal(key, Encoding.UTF8.GetBytes(value.ToJsonString()))) };
        }
        return json.ToJsonString(ContractsJson.Options);
    }

    /// <summary>Reads a field back; null when the person has been erased.</summary>
    public async Task<JsonNode?> DecodeAsync(JsonElement field, Guid tenantId, string personId, NpgsqlConnection connection, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand("select wrapped from pipeline.person_key where tenant_id = $1 and person_id = $2", connection)
        { Parameters = { new() { Value = tenantId }, new() { Value = personId } } };
        if (await command.ExecuteScalarAsync(stop) is not byte[] wrapped)
            return null;
        return JsonNode.Parse(Open(Open(installationKey, wrapped), field.GetProperty("encrypted").GetBytesFromBase64()));
    }

    static (string, string)[] Find(Type type) =>
    [
        .. from property in type.GetProperties()
           let mark = property.GetCustomAttribute<PersonalDataAttribute>()
           where mark is not null
           select (JsonNamingPolicy.CamelCase.ConvertName(property.Name), JsonNamingPolicy.CamelCase.ConvertName(mark.Subject)),
    ];

    async Task<byte[]> KeyAsync(Guid tenantId, string personId, NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken stop)
    {
        var fresh = RandomNumberGenerator.GetBytes(32);
        await using var make = new NpgsqlCommand(
            """
            insert into pipeline.person_key (tenant_id, person_id, wrapped)
            values ($1, $2, $3)
            on conflict do nothing
            returning wrapped
            """, connection, transaction)
        { Parameters = { new() { Value = tenantId }, new() { Value = personId }, new() { Value = Seal(installationKey, fresh) } } };
        if (await make.ExecuteScalarAsync(stop) is not null)
            return fresh;
        // A statement of its own: it sees what the insert waited for.
        await using var read = new NpgsqlCommand("select wrapped from pipeline.person_key where tenant_id = $1 and person_id = $2", connection, transaction)
        { Parameters = { new() { Value = tenantId }, new() { Value = personId } } };
        return Open(installationKey, (byte[])(await read.ExecuteScalarAsync(stop))!);
    }

    static byte[] Seal(byte[] key, byte[] plain)
    {
        var sealedBytes = new byte[NonceBytes + TagBytes + plain.Length];
        RandomNumberGenerator.Fill(sealedBytes.AsSpan(0, NonceBytes));
        using var cipher = new AesGcm(key, TagBytes);
        cipher.Encrypt(sealedBytes.AsSpan(0, NonceBytes), plain, sealedBytes.AsSpan(NonceBytes + TagBytes), sealedBytes.AsSpan(NonceBytes, TagBytes));
        return sealedBytes;
    }

    static byte[] Open(byte[] key, byte[] sealedBytes)
    {
        var plain = new byte[sealedBytes.Length - NonceBytes - TagBytes];
        using var cipher = new AesGcm(key, TagBytes);
        cipher.Decrypt(sealedBytes.AsSpan(0, NonceBytes), sealedBytes.AsSpan(NonceBytes + TagBytes), sealedBytes.AsSpan(NonceBytes, TagBytes), plain);
        return plain;
    }
}
