using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace Dvt.Engine.Json;

/// <summary>Where a reader stands: the open arrays and objects, and the names seen in each open object.</summary>
sealed class JsonPlaces : IDisposable
{
    // Up to here a scan of the names is cheaper than a sort; beyond, a scan would be quadratic.
    const int ScanLimit = 16;

    Key[] keys = ArrayPool<Key>.Shared.Rent(64);
    int keyCount;
    Frame[] frames = ArrayPool<Frame>.Shared.Rent(16);
    int depth;

    /// <summary>Counts array items and opens arrays and objects; call first for every token.</summary>
    internal void Enter(JsonTokenType token)
    {
        if (token is JsonTokenType.PropertyName or JsonTokenType.EndObject or JsonTokenType.EndArray)
            return;
        if (depth > 0 && !frames[depth - 1].IsObject)
            frames[depth - 1].Index++;
        if (token is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
            return;
        if (depth == frames.Length)
            Grow(ref frames);
        frames[depth++] = new Frame { FirstKey = keyCount, Index = -1, IsObject = token is JsonTokenType.StartObject };
    }

    internal TextFlaw Name(ReadOnlySpan<byte> utf8, int start, int length, bool escaped)
    {
        var flaw = TextFlaw.None;
        byte[]? text = null;
        if (escaped)
        {
            var unescaped = new byte[length];
            text = unescaped[..JsonEscapes.Unescape(utf8.Slice(start, length), unescaped, out flaw)];
        }
        var key = new Key(Prefix(text ?? utf8.Slice(start, length)), start, length, text);
        var first = frames[depth - 1].FirstKey;
        if (keyCount == keys.Length)
            Grow(ref keys);
        keys[keyCount++] = key;
        if (keyCount - first > ScanLimit)
            return flaw;
        for (var at = first; at < keyCount - 1; at++)
        {
            if (keys[at].Head == key.Head && keys[at].Text(utf8).SequenceEqual(key.Text(utf8)))
                throw Duplicate(utf8);
        }
        return flaw;
    }

    internal void Leave(ReadOnlySpan<byte> utf8, bool isObject)
    {
        var first = frames[depth - 1].FirstKey;
        if (isObject && keyCount - first > ScanLimit)
            JudgeMany(utf8, keys.AsSpan(first, keyCount - first));
        keyCount = first;
        depth--;
    }

    void JudgeMany(ReadOnlySpan<byte> utf8, Span<Key> names)
    {
        Key.Sort(names, utf8);
        for (var at = 1; at < names.Length; at++)
        {
            if (names[at - 1].Head != names[at].Head || !names[at - 1].Text(utf8).SequenceEqual(names[at].Text(utf8)))
                continue;
            keys[keyCount - 1] = names[at];
            throw Duplicate(utf8);
        }
    }

    JsonRefused Duplicate(ReadOnlySpan<byte> utf8) =>
        new(JsonRefused.Malformed, Here(utf8), "The member is there twice.");

    internal string Here(ReadOnlySpan<byte> utf8) => Pointer(utf8, depth);

    internal string Parent(ReadOnlySpan<byte> utf8) => Pointer(utf8, depth - 1);

    string Pointer(ReadOnlySpan<byte> utf8, int levels)
    {
        var pointer = new StringBuilder();
        for (var level = 0; level < levels; level++)
        {
            var end = level + 1 < depth ? frames[level + 1].FirstKey : keyCount;
            if (!frames[level].IsObject && frames[level].Index >= 0)
                pointer.Append('/').Append(frames[level].Index);
            else if (frames[level].IsObject && end > frames[level].FirstKey)
                JsonPointer.Append(pointer, Encoding.UTF8.GetString(keys[end - 1].Text(utf8)));
        }
        return pointer.ToString();
    }

    public void Dispose()
    {
        ArrayPool<Key>.Shared.Return(keys, clearArray: true);
        ArrayPool<Frame>.Shared.Return(frames);
    }

    static ulong Prefix(ReadOnlySpan<byte> name)
    {
        if (name.Length >= 8)
            return BinaryPrimitives.ReadUInt64BigEndian(name);
        Span<byte> padded = stackalloc byte[8];
        padded.Clear();
        name.CopyTo(padded);
        return BinaryPrimitives.ReadUInt64BigEndian(padded);
    }

    static void Grow<T>(ref T[] rented)
    {
        var larger = ArrayPool<T>.Shared.Rent(rented.Length * 2);
        rented.CopyTo(larger, 0);
        ArrayPool<T>.Shared.Return(rented, clearArray: true);
        rented = larger;
    }

    struct Frame
    {
        internal int FirstKey;
        internal int Index;
        internal bool IsObject;
    }

    readonly record struct Key(ulong Head, int Start, int Length, byte[]? Unescaped)
    {
        internal ReadOnlySpan<byte> Text(ReadOnlySpan<byte> utf8) => Unescaped ?? utf8.Slice(Start, Length);

        internal static void Sort(Span<Key> names, ReadOnlySpan<byte> utf8)
        {
            names.Sort(static (left, right) => left.Head.CompareTo(right.Head));
            // A span cannot enter a comparison, so names that share their first eight bytes are sorted as copies.
            for (int start = 0, end; start < names.Length; start = end)
            {
                for (end = start + 1; end < names.Length && names[end].Head == names[start].Head;)
                    end++;
                if (end - start < 2)
                    continue;
                var run = names[start..end];
                for (var at = 0; at < run.Length; at++)
                    run[at] = run[at] with { Unescaped = run[at].Text(utf8).ToArray() };
                run.Sort(static (left, right) => left.Unescaped.AsSpan().SequenceCompareTo(right.Unescaped));
            }
        }
    }
}
