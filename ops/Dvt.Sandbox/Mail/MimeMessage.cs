using System.Globalization;
using System.Text;

namespace Dvt.Sandbox;

/// <summary>A message as RFC 5322 and 2045 have it: headers unfolded, parts found, bodies decoded. Reads whatever comes; throws nothing.</summary>
sealed class MimeMessage
{
    const int MostDepth = 8;

    readonly List<string[]> headers = [];
    readonly List<MimeMessage> parts = [];
    byte[] content = [];

    /// <summary>Name and value, in order.</summary>
    public IReadOnlyList<string[]> Headers => headers;

    public string? Header(string name) => headers.Find(h => h[0].Equals(name, StringComparison.OrdinalIgnoreCase))?[1];

    /// <summary>The text of the first part of this type, or null.</summary>
    public string? Body(string type) =>
        parts.Count > 0 ? parts.Select(p => p.Body(type)).FirstOrDefault(b => b is not null)
        : (Header("Content-Type") ?? "text/plain").StartsWith(type, StringComparison.OrdinalIgnoreCase) ? Encoding.UTF8.GetString(Decoded())
        : null;

    public static MimeMessage Read(byte[] raw, int depth = 0)
    {
        var message = new MimeMessage();
        var text = Encoding.Latin1.GetString(raw);
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var head = end < 0 ? text : text[..end];
        message.content = end < 0 ? [] : raw[(end + 4)..];
        foreach (var line in head.Replace("\r\n ", " ", StringComparison.Ordinal).Replace("\r\n\t", " ", StringComparison.Ordinal).Split("\r\n"))
            if (line.Split(':', 2) is [var name, var value])
                message.headers.Add([name, Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(value.Trim()))]);
        if (depth < MostDepth && message.Boundary() is { } boundary)
            foreach (var part in ("\r\n" + Encoding.Latin1.GetString(message.content)).Split("\r\n--" + boundary).Skip(1).TakeWhile(p => !p.StartsWith("--", StringComparison.Ordinal)))
                message.parts.Add(Read(Encoding.Latin1.GetBytes(part.TrimStart(' ', '\t') is ['\r', '\n', .. var rest] ? rest : part), depth + 1));
        return message;
    }

    string? Boundary()
    {
        if (Header("Content-Type") is not { } type || !type.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase))
            return null;
        var at = type.IndexOf("boundary=", StringComparison.OrdinalIgnoreCase);
        return at < 0 ? null : type[(at + 9)..].Split(';')[0].Trim().Trim('"');
    }

    byte[] Decoded() => Header("Content-Transfer-Encoding")?.Trim().ToLowerInvariant() switch
    {
        "base64" => FromBase64(content),
        "quoted-printable" => FromQuotedPrintable(content),
        _ => content,
    };

    static byte[] FromBase64(byte[] encoded)
    {
        var text = Encoding.ASCII.GetString(encoded);
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(string.Concat(text.Where(c => !char.IsWhiteSpace(c))), bytes, out var written) ? bytes[..written] : encoded;
    }

    internal static byte[] FromQuotedPrintable(ReadOnlySpan<byte> encoded)
    {
        using var decoded = new MemoryStream(encoded.Length);
        for (var at = 0; at < encoded.Length; at++)
            if (encoded[at] != '=' || at + 2 >= encoded.Length)
                decoded.WriteByte(encoded[at]);
            else if (encoded[at + 1] == '\r')
                at += 2;
            else if (byte.TryParse(encoded.Slice(at + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var octet))
            {
                decoded.WriteByte(octet);
                at += 2;
            }
            else
                decoded.WriteByte(encoded[at]);
        return decoded.ToArray();
    }
}
