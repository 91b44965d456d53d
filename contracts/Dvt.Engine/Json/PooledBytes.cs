using System.Buffers;

namespace Dvt.Engine.Json;

/// <summary>A growing buffer of rented memory; what was written is lost when it is disposed.</summary>
sealed class PooledBytes : IBufferWriter<byte>, IDisposable
{
    const int FirstSize = 4096;

    byte[] rented = ArrayPool<byte>.Shared.Rent(FirstSize);
    int length;

    internal ReadOnlySpan<byte> Written => rented.AsSpan(0, length);

    public void Advance(int count) => length += count;

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return rented.AsSpan(length);
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return rented.AsMemory(length);
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(rented);
        rented = [];
        length = 0;
    }

    void Reserve(int size)
    {
        if (rented.Length - length >= Math.Max(size, 1))
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(rented.Length * 2, length + size));
        Written.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(rented);
        rented = larger;
    }
}
