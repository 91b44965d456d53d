using System.Text;

namespace Dvt.Sandbox;

/// <summary>Lines of a connection, read and written.</summary>
sealed class SmtpLines(Stream stream)
{
    const int MostLine = 4096;

    readonly byte[] buffer = new byte[16 * 1024];
    int start;
    int end;

    public async Task SayAsync(string answer, CancellationToken stop)
    {
        await stream.WriteAsync(Encoding.UTF8.GetBytes(answer + "\r\n"), stop);
        await stream.FlushAsync(stop);
    }

    /// <returns>Without its end; null at the end of the connection, or of patience with a line that has none.</returns>
    public async Task<string?> ReadAsync(CancellationToken stop) =>
        await BytesAsync(stop) is { } line ? Encoding.UTF8.GetString(line) : null;

    /// <summary>Up to the line that is one dot; leading dots are taken off (RFC 5321 §4.5.2).</summary>
    /// <returns>Null when the connection ended before; not whole when there was more than <paramref name="most"/>.</returns>
    public async Task<(byte[]? Body, bool IsWhole)> ReadDataAsync(int most, CancellationToken stop)
    {
        using var body = new MemoryStream();
        var isWhole = true;
        while (await BytesAsync(stop, MostLine * 16) is { } line)
        {
            if (line is [(byte)'.'])
                return (body.ToArray(), isWhole);
            var text = line.AsMemory(line is [(byte)'.', ..] ? 1 : 0);
            if (body.Length + text.Length + 2 > most)
                isWhole = false;
            else
            {
                body.Write(text.Span);
                body.Write("\r\n"u8);
            }
        }
        return (null, false);
    }

    async Task<byte[]?> BytesAsync(CancellationToken stop, int most = MostLine)
    {
        using var line = new MemoryStream();
        while (true)
        {
            var at = buffer.AsSpan(start, end - start).IndexOf((byte)'\n');
            var taken = at < 0 ? end - start : at + 1;
            line.Write(buffer, start, taken);
            start += taken;
            if (at >= 0)
                return line.ToArray() is [.. var text, (byte)'\r', (byte)'\n'] ? text : line.ToArray()[..^1];
            if (line.Length > most)
                return null;
            (start, end) = (0, await stream.ReadAsync(buffer, stop));
            if (end == 0)
                return null;
        }
    }
}
