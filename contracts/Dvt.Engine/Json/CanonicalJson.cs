using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Dvt.Engine.Json;

/// <summary>
/// The one byte form of a JSON value (RFC 8785). Throws <see cref="JsonRefused"/> for what has none: a lone
/// surrogate, a number outside the range of a double, two members of one name.
/// </summary>
public static class CanonicalJson
{
    public static string Digest(JsonElement value)
    {
        using var bytes = new PooledBytes();
        Write(value, bytes);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes.Written, hash);
        return Convert.ToHexStringLower(hash);
    }

    public static byte[] Canonicalize(JsonElement value)
    {
        using var bytes = new PooledBytes();
        Write(value, bytes);
        return bytes.Written.ToArray();
    }

    public static void Write(JsonElement value, IBufferWriter<byte> output)
    {
        var sink = new ByteSink(output);
        Write(value, ref sink);
        sink.Flush();
    }

    static void Write(JsonElement value, ref ByteSink sink)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                RuntimeHelpers.EnsureSufficientExecutionStack();
                WriteObject(value, ref sink);
                break;
            case JsonValueKind.Array:
                RuntimeHelpers.EnsureSufficientExecutionStack();
                WriteArray(value, ref sink);
                break;
            case JsonValueKind.String:
                WriteText(JsonMarshal.GetRawUtf8Value(value)[1..^1], ref sink);
                break;
            case JsonValueKind.Number:
                WriteNumber(JsonMarshal.GetRawUtf8Value(value), ref sink);
                break;
            case JsonValueKind.True:
                sink.Append("true"u8);
                break;
            case JsonValueKind.False:
                sink.Append("false"u8);
                break;
            case JsonValueKind.Null:
                sink.Append("null"u8);
                break;
            default:
                throw new ArgumentException("There is no value to write.", nameof(value));
        }
    }

    static void WriteArray(JsonElement array, ref ByteSink sink)
    {
        sink.Append((byte)'[');
        var first = true;
        foreach (var item in array.EnumerateArray())
        {
            if (!first)
                sink.Append((byte)',');
            first = false;
            Write(item, ref sink);
        }
        sink.Append((byte)']');
    }

    static void WriteObject(JsonElement value, ref ByteSink sink)
    {
        var count = value.GetPropertyCount();
        var rented = ArrayPool<Member>.Shared.Rent(count);
        try
        {
            var members = rented.AsSpan(0, count);
            var ordered = Collect(value, members);
            // Text that was canonical once stays in order, so most objects need no sort.
            if (!ordered)
                members.Sort(static (left, right) => Member.Order(left.Name, right.Name));
            sink.Append((byte)'{');
            for (var at = 0; at < count; at++)
            {
                if (at > 0)
                {
                    if (Member.Order(members[at - 1].Name, members[at].Name) == 0)
                        throw new JsonRefused(JsonRefused.Malformed, "", $"Two members are called \"{members[at].Property.Name}\".");
                    sink.Append((byte)',');
                }
                WriteText(JsonMarshal.GetRawUtf8PropertyName(members[at].Property), ref sink);
                sink.Append((byte)':');
                Write(members[at].Property.Value, ref sink);
            }
            sink.Append((byte)'}');
        }
        finally
        {
            ArrayPool<Member>.Shared.Return(rented, clearArray: true);
        }
    }

    static bool Collect(JsonElement value, Span<Member> members)
    {
        var ordered = true;
        var at = 0;
        foreach (var property in value.EnumerateObject())
        {
            var raw = JsonMarshal.GetRawUtf8PropertyName(property);
            byte[]? unescaped = null;
            if (raw.Contains((byte)'\\'))
            {
                var text = new byte[raw.Length];
                unescaped = text[..JsonEscapes.Unescape(raw, text, out _)];
            }
            members[at] = new Member(property, unescaped);
            if (at > 0 && ordered)
                ordered = Member.Order(members[at - 1].Name, members[at].Name) < 0;
            at++;
        }
        return ordered;
    }

    static void WriteText(ReadOnlySpan<byte> raw, ref ByteSink sink)
    {
        if (!Ascii.IsValid(raw) && !Utf8.IsValid(raw))
            throw new JsonRefused(JsonRefused.InvalidText, "", "A text is not UTF-8.");
        sink.Append((byte)'"');
        // JSON text without an escape holds no character that RFC 8785 would escape.
        if (raw.Contains((byte)'\\'))
            WriteEscaped(raw, ref sink);
        else
            sink.Append(raw);
        sink.Append((byte)'"');
    }

    static void WriteEscaped(ReadOnlySpan<byte> raw, ref ByteSink sink)
    {
        var text = ArrayPool<byte>.Shared.Rent(raw.Length);
        try
        {
            var length = JsonEscapes.Unescape(raw, text, out var flaw);
            if (flaw.HasFlag(TextFlaw.LoneSurrogate))
                throw new JsonRefused(JsonRefused.InvalidText, "", "A text holds a lone surrogate.");
            foreach (var character in text.AsSpan(0, length))
                WriteCharacter(character, ref sink);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(text);
        }
    }

    static void WriteCharacter(byte character, ref ByteSink sink)
    {
        switch (character)
        {
            case (byte)'"': sink.Append("\\\""u8); break;
            case (byte)'\\': sink.Append("\\\\"u8); break;
            case 8: sink.Append("\\b"u8); break;
            case 9: sink.Append("\\t"u8); break;
            case 10: sink.Append("\\n"u8); break;
            case 12: sink.Append("\\f"u8); break;
            case 13: sink.Append("\\r"u8); break;
            case < 0x20:
                sink.Append("\\u00"u8);
                sink.Append((byte)('0' + (character >> 4)));
                sink.Append("0123456789abcdef"u8[character & 15]);
                break;
            default: sink.Append(character); break;
        }
    }

    static void WriteNumber(ReadOnlySpan<byte> raw, ref ByteSink sink)
    {
        if (EcmaNumber.IsPlainInteger(raw))
        {
            sink.Append(raw);
            return;
        }
        var span = sink.Room(EcmaNumber.MaxLength);
        var written = EcmaNumber.Format(double.Parse(raw, System.Globalization.CultureInfo.InvariantCulture), span);
        sink.Advance(written);
    }

    readonly record struct Member(JsonProperty Property, byte[]? Unescaped)
    {
        internal ReadOnlySpan<byte> Name => Unescaped ?? JsonMarshal.GetRawUtf8PropertyName(Property);

        /// <summary>UTF-16 code unit order, told from UTF-8.</summary>
        internal static int Order(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
        {
            var common = left.CommonPrefixLength(right);
            if (common == left.Length || common == right.Length)
                return left.Length.CompareTo(right.Length);
            return Rank(left[common]).CompareTo(Rank(right[common]));
        }

        // U+E000 to U+FFFF (0xEE, 0xEF) come after the surrogates that spell everything above (0xF0 on).
        static int Rank(byte lead) => lead is 0xEE or 0xEF ? lead + 16 : lead;
    }
}
