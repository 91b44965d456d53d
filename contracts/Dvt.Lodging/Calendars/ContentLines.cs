using System.Buffers;
using System.Text;

namespace Dvt.Lodging.Calendars;

/// <summary>Lines with their folds undone, on the bytes, since a fold may part a character; RFC 5545 §3.1. Takes LF, CR and CRLF.</summary>
static class ContentLines
{
    static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static IEnumerable<(int Line, string Text)> Of(ReadOnlyMemory<byte> bytes, Reading reading)
    {
        bytes = WithoutMark(bytes);
        var unfolded = new ArrayBufferWriter<byte>(256);
        var (line, first, isTooLong) = (0, 0, false);
        for (var at = 0; at < bytes.Length;)
        {
            if (++line > reading.Limits.Lines)
            {
                reading.Cut(line, "too_many_lines", $"more than {reading.Limits.Lines} lines");
                yield break;
            }
            var physical = Next(bytes, ref at);
            reading.Did(physical.Length + 1);
            if (physical.Length == 0)
                continue;
            var isFolded = first > 0 && physical.Span[0] is (byte)' ' or (byte)'\t';
            if (!isFolded && first > 0)
            {
                if (Ended(unfolded, first, isTooLong, reading) is { } text)
                    yield return (first, text);
                unfolded.ResetWrittenCount();
                isTooLong = false;
            }
            first = isFolded ? first : line;
            var part = isFolded ? physical[1..] : physical;
            isTooLong |= unfolded.WrittenCount + part.Length > reading.Limits.LineBytes;
            if (!isTooLong)
                unfolded.Write(part.Span);
        }
        if (first > 0 && Ended(unfolded, first, isTooLong, reading) is { } last)
            yield return (first, last);
    }

    static ReadOnlyMemory<byte> Next(ReadOnlyMemory<byte> bytes, ref int at)
    {
        var rest = bytes.Span[at..];
        var length = rest.IndexOfAny((byte)'\r', (byte)'\n');
        length = length < 0 ? rest.Length : length;
        var line = bytes.Slice(at, length);
        var isPair = length + 1 < rest.Length && rest[length] == '\r' && rest[length + 1] == '\n';
        at += length + (isPair ? 2 : 1);
        return line;
    }

    static string? Ended(ArrayBufferWriter<byte> line, int first, bool isTooLong, Reading reading)
    {
        if (!isTooLong)
            return Decode(line.WrittenSpan, first, reading);
        reading.Skip(first, "line_too_long", $"longer than {reading.Limits.LineBytes} bytes");
        return null;
    }

    static string Decode(ReadOnlySpan<byte> line, int first, Reading reading)
    {
        if (IsUtf8(line))
            return Strict.GetString(line);
        reading.Mend(first, "not_utf8", "read as Latin-1");
        return Encoding.Latin1.GetString(line);
    }

    static bool IsUtf8(ReadOnlySpan<byte> line) => System.Text.Unicode.Utf8.IsValid(line);

    /// <summary>Without byte order mark; UTF-16, which has one, becomes UTF-8.</summary>
    static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> bytes) => bytes.Span switch
    {
        [0xEF, 0xBB, 0xBF, ..] => bytes[3..],
        [0xFF, 0xFE, ..] => Encoding.Convert(Encoding.Unicode, Encoding.UTF8, bytes[2..].ToArray()),
        [0xFE, 0xFF, ..] => Encoding.Convert(Encoding.BigEndianUnicode, Encoding.UTF8, bytes[2..].ToArray()),
        _ => bytes,
    };
}
