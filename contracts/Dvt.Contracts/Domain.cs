using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Dvt.Contracts;

/// <summary>A row of the grid. The number is part of every slot id, so it never changes.</summary>
public enum Domain
{
    Runs = 0,
    Bookings = 1,
    Payments = 2,
    Generation = 3,
    Channels = 4,
    Growth = 5,
    Media = 6,

    /// <summary>What the API writes itself: tenants, users, keys, audit. No queue, no lease.</summary>
    Identity = 15,
}

/// <summary>Slots: a domain and one of sixteen numbers. One queue, one owner, one dense log each.</summary>
public static class Slot
{
    /// <summary>Fixed at installation: changing it would move every stream.</summary>
    public const int PerDomain = 16;

    /// <summary>The slot of a stream, by hash of tenant and partition key.</summary>
    public static int Of(Domain domain, Guid tenantId, string key)
    {
        Span<byte> input = stackalloc byte[16 + Encoding.UTF8.GetMaxByteCount(Math.Min(key.Length, 256))];
        tenantId.TryWriteBytes(input, bigEndian: true, out _);
        var length = 16 + Encoding.UTF8.GetBytes(key.AsSpan(0, Math.Min(key.Length, 256)), input[16..]);
        Span<byte> digest = stackalloc byte[32];
        SHA256.HashData(input[..length], digest);
        return First(domain) + (digest[0] & (PerDomain - 1));
    }

    /// <summary>Domains that have workers: their commands go through queues, and views follow their logs.</summary>
    public static readonly IReadOnlyList<Domain> Worked = [Domain.Runs, Domain.Bookings, Domain.Channels];

    public static int First(Domain domain) => (int)domain * PerDomain;

    public static Domain DomainOf(int slot) => (Domain)(slot / PerDomain);

    public static IEnumerable<int> All(Domain domain) => Enumerable.Range(First(domain), PerDomain);

    /// <summary>The command queue of a slot, such as <c>dvt.runs.3</c>.</summary>
    public static string Queue(int slot) => Queues[slot];

    static readonly string[] Queues =
        [.. Enumerable.Range(0, PerDomain * PerDomain).Select(slot => $"dvt.{DomainOf(slot).ToString().ToLowerInvariant()}.{slot % PerDomain}")];
}

/// <summary>Ids made from names, so that a retry makes the same one (RFC 9562 §5.5).</summary>
public static class NamedId
{
    static readonly Guid Namespace = new("6f1c3f5e-6c0e-5d55-9a7e-2d7674000001");

    /// <summary>UUIDv5 over the parts joined with a line feed.</summary>
    public static Guid Of(params ReadOnlySpan<string> parts)
    {
        var name = string.Join('\n', parts);
        var input = new byte[16 + Encoding.UTF8.GetByteCount(name)];
        Namespace.TryWriteBytes(input, bigEndian: true, out _);
        Encoding.UTF8.GetBytes(name, input.AsSpan(16));
        return FromHash(input);
    }

    /// <summary>What the ids of a stream's events have in common; see <see cref="OfEvent"/>.</summary>
    public static Guid OfStream(Guid tenantId, string stream)
    {
        Span<byte> input = stackalloc byte[16 + Encoding.UTF8.GetMaxByteCount(stream.Length)];
        tenantId.TryWriteBytes(input, bigEndian: true, out _);
        var length = 16 + Encoding.UTF8.GetBytes(stream, input[16..]);
        return FromHash(input[..length]);
    }

    /// <summary>UUIDv8 of one event: the stream's, its last six bytes combined with the seq. One hash serves all events of a stream.</summary>
    public static Guid OfEvent(Guid streamId, long seq)
    {
        Span<byte> id = stackalloc byte[16];
        streamId.TryWriteBytes(id, bigEndian: true, out _);
        id[6] = (byte)((id[6] & 0x0F) | 0x80);
        var low = BinaryPrimitives.ReadUInt64BigEndian(id[8..]);
        BinaryPrimitives.WriteUInt64BigEndian(id[8..], low ^ ((ulong)seq & 0xFFFF_FFFF_FFFF));
        return new Guid(id, bigEndian: true);
    }

    /// <summary>UUIDv8 of the answer to a message: the same for the same message.</summary>
    public static Guid OfAnswer(Guid messageId) => OfEvent(messageId, seq: 0xFFFF_FFFF_FFFF);

    static Guid FromHash(ReadOnlySpan<byte> input)
    {
        Span<byte> digest = stackalloc byte[20];
#pragma warning disable CA5350 // UUIDv5 is defined over SHA-1; nothing here relies on collision resistance.
        SHA1.HashData(input, digest);
#pragma warning restore CA5350
        digest[6] = (byte)((digest[6] & 0x0F) | 0x50);
        digest[8] = (byte)((digest[8] & 0x3F) | 0x80);
        return new Guid(digest[..16], bigEndian: true);
    }
}
