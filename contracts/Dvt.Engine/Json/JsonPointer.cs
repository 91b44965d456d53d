using System.Text;

namespace Dvt.Engine.Json;

/// <summary>Writes RFC 6901 pointers, one reference token at a time.</summary>
static class JsonPointer
{
    internal static string Join(string pointer, string token) =>
        string.Concat(pointer, "/", Escape(token));

    internal static void Append(StringBuilder pointer, string token) =>
        pointer.Append('/').Append(Escape(token));

    internal static string Unescape(string token) =>
        token.Contains('~', StringComparison.Ordinal)
            ? token.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)
            : token;

    static string Escape(string token) =>
        token.AsSpan().IndexOfAny('~', '/') < 0
            ? token
            : token.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
