using System.Buffers;

namespace Dvt.Engine.Json;

/// <summary>Appends to a buffer writer, asking it for room rarely rather than per token.</summary>
ref struct ByteSink(IBufferWriter<byte> output)
{
    const int Chunk = 512;

    Span<byte> room;
    int used;

    internal void Append(byte value)
    {
        if (used == room.Length)
            Grow(1);
        room[used++] = value;
    }

    internal void Append(scoped ReadOnlySpan<byte> values)
    {
        if (room.Length - used < values.Length)
            Grow(values.Length);
        values.CopyTo(room[used..]);
        used += values.Length;
    }

    internal Span<byte> Room(int size)
    {
        if (room.Length - used < size)
            Grow(size);
        return room[used..];
    }

    internal void Advance(int count) => used += count;

    internal void Flush()
    {
        output.Advance(used);
        room = default;
        used = 0;
    }

    void Grow(int size)
    {
        Flush();
        room = output.GetSpan(Math.Max(size, Chunk));
    }
}
