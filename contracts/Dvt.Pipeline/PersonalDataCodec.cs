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
        var keys = new Dictionary<string, byte[]>();
        foreach (var (field, subject) in Marked.GetOrAdd(@event.GetType(), Find))
            if (json[field] is not null && json[subject]!.ToString() is var person && !keys.ContainsKey(person))
                keys[person] = await KeyAsync(tenantId, person, connection, transaction, stop);
        return Encode(@event.GetType(), json, keys);
    }

    /// <summary>The same for callers that have read or made the keys of all persons already.</summary>
    /// <param name="keys">By person.</param>
    public static string Encode(IEvent @event, IReadOnlyDictionary<string, byte[]> keys) =>
        Encode(@event.GetType(), JsonSerializer.SerializeToNode(@event, @event.GetType(), ContractsJson.Options)!.AsObject(), keys);

    static string Encode(Type type, JsonObject json, IReadOnlyDictionary<string, byte[]> keys)
    {
        foreach (var (field, subject) in Marked.GetOrAdd(type, Find))
            if (json[field] is { } value)
                json[field] = new JsonObject
                {
                    ["encrypted"] = Convert.ToBase64String(Seal(keys[json[subject]!.ToString()], Encoding.UTF8.GetBytes(value.ToJsonString()))),
                };
        return json.ToJsonString(ContractsJson.Options);
    }

    /// <summary>A key for a person who has none, and how it is stored.</summary>
    public (byte[] Key, byte[] Wrapped) NewKey()
    {
        var fresh = RandomNumberGenerator.GetBytes(32);
        return (fresh, Seal(installationKey, fresh));
    }

    /// <summary>The key of a person as it was stored.</summary>
    public byte[] Unwrap(byte[] wrapped) => Open(installationKey, wrapped);

    /// <summary>Names a person by what tells persons apart, such as a phone number; without the installation's key nobody can guess it back.</summary>
    public Guid PersonOf(Guid tenantId, string contact)
    {
        Span<byte> digest = stackalloc byte[32];
        HMACSHA256.HashData(installationKey, Encoding.UTF8.GetBytes($"person\n{tenantId}\n{contact}"), digest);
        digest[6] = (byte)((digest[6] & 0x0F) | 0x80);
        digest[8] = (byte)((digest[8] & 0x3F) | 0x80);
        return new Guid(digest[..16], bigEndian: true);
    }

    /// <summary>Reads a field back; null when the person has been erased, also when somebody came back since and has another key.</summary>
    public async Task<JsonNode?> DecodeAsync(JsonElement field, Guid tenantId, string personId, NpgsqlConnection connection, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand("select wrapped from pipeline.person_key where tenant_id = $1 and person_id = $2", connection)
        { Parameters = { new() { Value = tenantId }, new() { Value = personId } } };
        if (await command.ExecuteScalarAsync(stop) is not byte[] wrapped)
            return null;
        var key = Open(installationKey, wrapped);
        try
        {
            return JsonNode.Parse(Open(key, field.GetProperty("encrypted").GetBytesFromBase64()));
        }
        catch (AuthenticationTagMismatchException)
        {
            // Of a key that was deleted: a phone or email names the same person again, but opens nothing of before.
            return null;
        }
    }

    /// <summary>An event without what is encrypted for a person, which nobody outside could read.</summary>
    public static JsonElement Readable(JsonElement @event)
    {
        static bool IsEncrypted(JsonElement value) => value.ValueKind == JsonValueKind.Object && value.TryGetProperty("encrypted", out _);
        return @event.ValueKind == JsonValueKind.Object && @event.EnumerateObject().Any(f => IsEncrypted(f.Value))
            ? ContractsJson.Element(@event.EnumerateObject().Where(f => !IsEncrypted(f.Value)).ToDictionary(f => f.Name, f => f.Value))
            : @event;
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
