using System.Text;
using System.Text.RegularExpressions;

namespace Dvt.Sandbox;

/// <summary>Text beyond ASCII in headers (RFC 2047).</summary>
static partial class EncodedWords
{
    /// <summary>White space between two encoded words is not part of the text (§6.2).</summary>
    public static string Decode(string header) => Word().Replace(Between().Replace(header, "?==?"), m =>
    {
        var bytes = m.Groups["how"].Value is "B" or "b"
            ? FromBase64(m.Groups["text"].Value)
            : MimeMessage.FromQuotedPrintable(Encoding.ASCII.GetBytes(m.Groups["text"].Value.Replace('_', ' ')));
        return bytes is null ? m.Value : Encoding.UTF8.GetString(bytes);
    });

    static byte[]? FromBase64(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var written) ? bytes[..written] : null;
    }

    [GeneratedRegex(@"=\?(?i:utf-8|us-ascii)\?(?<how>[BbQq])\?(?<text>[^?]*)\?=")]
    private static partial Regex Word();

    [GeneratedRegex(@"\?=\s+=\?")]
    private static partial Regex Between();
}
