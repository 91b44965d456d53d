using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Dvt.ReadModels;

/// <summary>A row of the log with all that a seal covers.</summary>
/// <param name="Offset">Of its last event.</param>
/// <param name="Events">Its text, UTF-8.</param>
/// <param name="Emptied">Of an entry whose history was deleted: <see cref="SealChain.Digest"/> of what it said before.</param>
sealed record SealableEntry(
    int Slot, long Offset, int Count, Guid TenantId, string Stream, Guid StreamId, long FirstSeq, Guid? CommandId, string? CorrelationId, string Actor,
    DateTime OccurredAt, DateTime RecordedAt, ReadOnlyMemory<byte> Events, byte[]? Emptied = null);

/// <summary>An entry as its tenant's chain holds it.</summary>
/// <param name="Hash">32 bytes.</param>
readonly record struct Leaf(int Slot, long Offset, DateTime RecordedAt, byte[] Hash);

/// <summary>
/// The chain of a tenant's seals: SHA-256 (FIPS 180-4) over numbers in big-endian order and texts behind their length. What is
/// hashed never changes its form: heads that somebody keeps elsewhere must stay verifiable.
/// </summary>
static class SealChain
{
    /// <summary>Stands where the first seal has no seal before it.</summary>
    public static readonly byte[] Beginning = new byte[32];

    /// <summary>Streams of runs, and what they are called once their history is deleted.</summary>
    const string Run = "run-", Gone = "gone-";

    const int MarkLength = 16;
    const int MarkedLength = 4 + 8 + MarkLength;

    static readonly string[] Bones = ["planId", "planVersion", "stepId", "signalType", "code"];

    static readonly JsonReaderOptions Deep = new() { MaxDepth = 1024 };

    /// <summary>
    /// 32 bytes over everything the entry says and where it says it. Moving it to the archive changes nothing; nor does deleting its
    /// history, of which the digest is kept and the bones are still covered.
    /// </summary>
    public static byte[] LeafOf(SealableEntry entry)
    {
        var isGone = entry.Stream.StartsWith(Gone, StringComparison.Ordinal);
        var isOfRun = isGone || entry.Stream.StartsWith(Run, StringComparison.Ordinal);
        var text = new CanonicalText("dvt-leaf/1");
        text.Number(entry.Slot);
        text.Number(entry.Offset);
        text.Number(entry.Count);
        text.Id(entry.TenantId);
        text.Text(isGone ? Run + entry.Stream[Gone.Length..] : entry.Stream);
        text.Id(entry.StreamId);
        text.Number(entry.FirstSeq);
        text.Id(entry.CommandId ?? Guid.Empty);
        text.Text(entry.Actor);
        text.Time(entry.OccurredAt);
        text.Time(entry.RecordedAt);
        if (isOfRun)
            WriteBones(text, entry.Events.Span);
        text.Bytes(isGone && entry.Emptied is { } kept ? kept : Digest(entry.CorrelationId, entry.Events.Span));
        return text.Hash();
    }

    /// <summary>Of what deleting a history takes away; <c>log.digest</c> is the same in SQL.</summary>
    public static byte[] Digest(string? correlationId, ReadOnlySpan<byte> events)
    {
        var head = correlationId is null
            ? "-\n"u8
            : Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetByteCount(correlationId)}:{correlationId}\n"));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(head);
        hash.AppendData(events);
        return hash.GetHashAndReset();
    }

    /// <summary>32 bytes over the seal before, what this one covers and when it was made.</summary>
    /// <param name="reached">The last offset covered in each slot, by slot.</param>
    /// <param name="leaves">By slot and offset.</param>
    public static byte[] Seal(
        Guid tenantId, long number, byte[] previous, IReadOnlyList<(int Slot, long UpTo)> reached, IReadOnlyList<Leaf> leaves, DateTime sealedAt)
    {
        var text = new CanonicalText("dvt-seal/1");
        text.Id(tenantId);
        text.Number(number);
        text.Bytes(previous);
        text.Time(sealedAt);
        text.Number(reached.Count);
        foreach (var (slot, upTo) in reached)
        {
            text.Number(slot);
            text.Number(upTo);
        }
        text.Number(leaves.Count);
        foreach (var leaf in leaves)
            text.Bytes(leaf.Hash);
        return text.Hash();
    }

    /// <summary>What a seal remembers of each leaf to name the one that is wrong.</summary>
    public static byte[] Mark(IReadOnlyList<Leaf> leaves)
    {
        var marks = new byte[leaves.Count * MarkedLength];
        for (var i = 0; i < leaves.Count; i++)
        {
            var mark = marks.AsSpan(i * MarkedLength, MarkedLength);
            BinaryPrimitives.WriteInt32BigEndian(mark, leaves[i].Slot);
            BinaryPrimitives.WriteInt64BigEndian(mark[4..], leaves[i].Offset);
            leaves[i].Hash.AsSpan(0, MarkLength).CopyTo(mark[12..]);
        }
        return marks;
    }

    /// <summary>
    /// The first place where the leaves differ from what was marked: <c>changed</c>, <c>removed</c> or <c>inserted</c>; null where
    /// they do not.
    /// </summary>
    /// <param name="leaves">By slot and offset.</param>
    public static (int Slot, long Offset, string How)? FirstDifference(ReadOnlySpan<byte> marks, IReadOnlyList<Leaf> leaves)
    {
        for (int i = 0; ; i++)
        {
            var hasMark = marks.Length >= (i + 1) * MarkedLength;
            if (!hasMark)
                return i < leaves.Count ? (leaves[i].Slot, leaves[i].Offset, "inserted") : null;
            var mark = marks.Slice(i * MarkedLength, MarkedLength);
            var (slot, offset) = (BinaryPrimitives.ReadInt32BigEndian(mark), BinaryPrimitives.ReadInt64BigEndian(mark[4..]));
            if (i >= leaves.Count || (slot, offset).CompareTo((leaves[i].Slot, leaves[i].Offset)) < 0)
                return (slot, offset, "removed");
            if ((slot, offset) != (leaves[i].Slot, leaves[i].Offset))
                return (leaves[i].Slot, leaves[i].Offset, "inserted");
            if (!mark[12..].SequenceEqual(leaves[i].Hash.AsSpan(0, MarkLength)))
                return (slot, offset, "changed");
        }
    }

    /// <summary>Types of the events of an entry, in order.</summary>
    public static List<string> TypesOf(ReadOnlySpan<byte> events)
    {
        var types = new List<string>();
        try
        {
            var reader = new Utf8JsonReader(events, Deep);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.StartArray)
            {
                reader.Read();
                types.Add(reader.GetString() ?? "");
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    reader.Skip();
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // The seal tells that the entry was changed; here there is nothing more to learn.
            return types;
        }
        return types;
    }

    /// <summary>Types and few fields of the events, which stay when the history of a run is deleted.</summary>
    static void WriteBones(CanonicalText text, ReadOnlySpan<byte> events)
    {
        try
        {
            var reader = new Utf8JsonReader(events, Deep);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.StartArray)
            {
                reader.Read();
                text.Text(reader.GetString());
                reader.Read();
                WriteBones(text, ref reader);
                reader.Read();
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // Nobody here wrote such an entry; its leaf is another one than the sealed.
            text.Text(null);
        }
    }

    static void WriteBones(CanonicalText text, ref Utf8JsonReader reader)
    {
        var found = new string?[Bones.Length];
        if (reader.TokenType != JsonTokenType.StartObject)
            reader.Skip();
        else
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var place = PlaceOf(ref reader);
                reader.Read();
                if (place >= 0 && reader.TokenType == JsonTokenType.String)
                    found[place] = reader.GetString();
                reader.Skip();
            }
        foreach (var value in found)
            text.Text(value);
    }

    static int PlaceOf(ref Utf8JsonReader reader)
    {
        for (var i = 0; i < Bones.Length; i++)
            if (reader.ValueTextEquals(Bones[i]))
                return i;
        return -1;
    }
}

/// <summary>Bytes of which each part tells where it ends, so that no two contents give the same.</summary>
/// <param name="what">Kind and version of the content.</param>
sealed class CanonicalText
{
    readonly ArrayBufferWriter<byte> bytes = new(512);

    public CanonicalText(string what) => Text(what);

    public void Number(long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(bytes.GetSpan(8), value);
        bytes.Advance(8);
    }

    /// <summary>Microseconds, which is what the database keeps.</summary>
    public void Time(DateTime value) => Number(value.Ticks / TimeSpan.TicksPerMicrosecond);

    public void Id(Guid value)
    {
        value.TryWriteBytes(bytes.GetSpan(16), bigEndian: true, out _);
        bytes.Advance(16);
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Number(value.Length);
        bytes.Write(value);
    }

    /// <summary>Null is not the empty text.</summary>
    public void Text(string? value)
    {
        if (value is null)
            Number(-1);
        else
            Bytes(Encoding.UTF8.GetBytes(value));
    }

    public byte[] Hash() => SHA256.HashData(bytes.WrittenSpan);
}
