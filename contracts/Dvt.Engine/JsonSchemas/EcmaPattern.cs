using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Dvt.Engine.JsonSchemas;

/// <summary>
/// ECMA-262 patterns in Unicode mode, as .NET ones. Throws <see cref="ArgumentException"/> for what is not one.
/// Known limits: `\p{…}` takes general categories only, and knows those of the Basic Multilingual Plane.
/// </summary>
sealed class EcmaPattern
{
    const int MaxLength = 4096;
    static readonly TimeSpan MatchTimeout = TimeSpan.FromMilliseconds(100);

    readonly string pattern;
    readonly StringBuilder output = new();
    readonly Dictionary<string, int> groups = new(StringComparer.Ordinal);
    readonly List<string> namesUsed = [];
    int at;
    int captures;

    EcmaPattern(string pattern) => this.pattern = pattern;

    internal static Regex Compile(string pattern)
    {
        var translated = Translate(pattern);
        try
        {
            return new Regex(translated, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, MatchTimeout);
        }
        catch (NotSupportedException)
        {
            // Look-around, back references and huge repetitions need backtracking; the timeout bounds them.
            return new Regex(translated, RegexOptions.CultureInvariant, MatchTimeout);
        }
    }

    internal static string Translate(string pattern)
    {
        if (pattern.Length > MaxLength)
            throw new ArgumentException($"longer than {MaxLength} characters.");
        var translation = new EcmaPattern(pattern);
        translation.Run();
        return translation.output.ToString();
    }

    void Run()
    {
        while (at < pattern.Length)
        {
            var unit = pattern[at];
            switch (unit)
            {
                case '\\': Escape(); break;
                case '[': Class(); break;
                case '(': Group(); break;
                case '.': Take(1, new EcmaClass(negated: true).AddUnits(@"\n\r\u2028\u2029").ToString()); break;
                case '$': Take(1, @"\z"); break;
                case '{': Brace(); break;
                case '^' or '|' or ')' or '*' or '+' or '?': Take(1, unit.ToString()); break;
                default: Literal(CodePoint()); break;
            }
        }
        if (namesUsed.Find(name => !groups.ContainsKey(name)) is { } unknown)
            throw Fault($"no group is called {unknown}");
    }

    void Escape()
    {
        if (at + 1 >= pattern.Length)
            throw Fault("nothing follows the last \\");
        var letter = pattern[at + 1];
        switch (letter)
        {
            case 'b': Take(2, $"(?:(?<={EcmaClass.Word})(?!{EcmaClass.Word})|(?<!{EcmaClass.Word})(?={EcmaClass.Word}))"); break;
            case 'B': Take(2, $"(?:(?<={EcmaClass.Word})(?={EcmaClass.Word})|(?<!{EcmaClass.Word})(?!{EcmaClass.Word}))"); break;
            case 'k': NamedReference(); break;
            case >= '1' and <= '9': NumberedReference(); break;
            default:
                var set = new EcmaClass(negated: false);
                if (SetEscape(set))
                    output.Append(set);
                else
                    Literal(CharacterEscape());
                break;
        }
    }

    /// <summary>Adds what `\d`, `\p{…}` and the like stand for; false for any other escape, which is then not read.</summary>
    bool SetEscape(EcmaClass set)
    {
        var letter = pattern[at + 1];
        if (letter is 'p' or 'P')
        {
            var close = pattern.IndexOf('}', at);
            if (at + 2 >= pattern.Length || pattern[at + 2] != '{' || close < 0)
                throw Fault("\\p needs a category in braces");
            set.AddCategory(pattern[(at + 3)..close], negated: letter == 'P');
            at = close + 1;
            return true;
        }
        if (!set.TryAddShorthand(letter))
            return false;
        at += 2;
        return true;
    }

    int CharacterEscape()
    {
        var letter = pattern[at + 1];
        at += 2;
        switch (letter)
        {
            case 't': return '\t';
            case 'n': return '\n';
            case 'v': return '\v';
            case 'f': return '\f';
            case 'r': return '\r';
            case '0' when at == pattern.Length || !char.IsAsciiDigit(pattern[at]): return 0;
            case 'c' when at < pattern.Length && char.IsAsciiLetter(pattern[at]): return pattern[at++] & 31;
            case 'x': return Hex(2);
            case 'u': return UnicodeEscape();
            default:
                return char.IsAsciiLetterOrDigit(letter) ? throw Fault($"\\{letter} means nothing") : letter;
        }
    }

    int UnicodeEscape()
    {
        if (at < pattern.Length && pattern[at] == '{')
        {
            var close = pattern.IndexOf('}', at);
            var valid = int.TryParse(pattern.AsSpan(at + 1, Math.Max(close - at - 1, 0)), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var scalar);
            if (!valid || scalar is < 0 or > 0x10FFFF)
                throw Fault("\\u{…} needs a code point");
            at = close + 1;
            return scalar;
        }
        var unit = Hex(4);
        if (unit is < 0xD800 or > 0xDBFF || at + 6 > pattern.Length || pattern[at] != '\\' || pattern[at + 1] != 'u' || pattern[at + 2] == '{')
            return unit;
        var back = at;
        at += 2;
        var low = Hex(4);
        if (low is >= 0xDC00 and <= 0xDFFF)
            return char.ConvertToUtf32((char)unit, (char)low);
        at = back;
        return unit;
    }

    int Hex(int digits)
    {
        var valid = at + digits <= pattern.Length
            && int.TryParse(pattern.AsSpan(at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _);
        if (!valid)
            throw Fault($"{digits} hexadecimal digits must follow");
        at += digits;
        return int.Parse(pattern.AsSpan(at - digits, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }

    void Class()
    {
        at++;
        var negated = at < pattern.Length && pattern[at] == '^';
        at += negated ? 1 : 0;
        var set = new EcmaClass(negated);
        while (at < pattern.Length && pattern[at] != ']')
        {
            if (ClassAtom(set) is not { } low)
                continue;
            if (at + 1 >= pattern.Length || pattern[at] != '-' || pattern[at + 1] == ']')
            {
                set.AddRange(low, low);
                continue;
            }
            at++;
            if (ClassAtom(set) is not { } high || high < low)
                throw Fault("a range goes from a lower character to a higher one");
            set.AddRange(low, high);
        }
        if (at >= pattern.Length)
            throw Fault("[ is not closed");
        at++;
        output.Append(set);
    }

    /// <summary>One character, or null after a set was added.</summary>
    int? ClassAtom(EcmaClass set)
    {
        if (pattern[at] != '\\')
            return CodePoint();
        if (at + 1 >= pattern.Length)
            throw Fault("[ is not closed");
        if (pattern[at + 1] != 'b')
            return SetEscape(set) ? null : CharacterEscape();
        at += 2;
        return '\b';
    }

    void Group()
    {
        foreach (var kind in (ReadOnlySpan<string>)["(?:", "(?=", "(?!", "(?<=", "(?<!"])
        {
            if (!pattern.AsSpan(at).StartsWith(kind))
                continue;
            Take(kind.Length, kind);
            return;
        }
        captures++;
        if (pattern.AsSpan(at).StartsWith("(?<") && GroupName(at + 2) is { } name)
        {
            if (!groups.TryAdd(name, captures))
                throw Fault($"two groups are called {name}");
            Take(name.Length + 4, "(");
        }
        else if (pattern.AsSpan(at).StartsWith("(?"))
        {
            throw Fault("this kind of group is not known");
        }
        else
        {
            Take(1, "(");
        }
    }

    string? GroupName(int open)
    {
        var close = pattern.IndexOf('>', open);
        if (open >= pattern.Length || pattern[open] != '<' || close <= open + 1)
            return null;
        var name = pattern[(open + 1)..close];
        return !char.IsAsciiDigit(name[0]) && name.All(unit => char.IsLetterOrDigit(unit) || unit is '_' or '$') ? name : null;
    }

    void NamedReference()
    {
        var name = GroupName(at + 2) ?? throw Fault("\\k needs a group's name");
        namesUsed.Add(name);
        Take(name.Length + 4, groups.TryGetValue(name, out var group) ? Back(group) : "(?:)");
    }

    void NumberedReference()
    {
        var end = at + 1;
        while (end < pattern.Length && char.IsAsciiDigit(pattern[end]))
            end++;
        var known = int.TryParse(pattern.AsSpan(at + 1, end - at - 1), CultureInfo.InvariantCulture, out var group) && group <= captures;
        Take(end - at, known ? Back(group) : throw Fault("no such group before this"));
    }

    // A group that took no part matches as empty in ECMA-262 and not at all in .NET.
    static string Back(int group) => $"(?({group})\\{group})";

    void Brace()
    {
        var end = at + 1;
        while (end < pattern.Length && (char.IsAsciiDigit(pattern[end]) || pattern[end] == ','))
            end++;
        var inside = pattern.AsSpan(at + 1, end - at - 1);
        var isQuantifier = end < pattern.Length && pattern[end] == '}' && inside.Length > 0 && inside[0] != ',' && inside.Count(',') < 2;
        if (isQuantifier)
            Take(end + 1 - at, pattern[at..(end + 1)]);
        else
            Take(1, @"\{");
    }

    int CodePoint()
    {
        var scalar = (int)pattern[at++];
        if (char.IsHighSurrogate((char)scalar) && at < pattern.Length && char.IsLowSurrogate(pattern[at]))
            scalar = char.ConvertToUtf32((char)scalar, pattern[at++]);
        return scalar;
    }

    void Literal(int scalar)
    {
        if (scalar > 0xFFFF)
            output.Append("(?:").Append(char.ConvertFromUtf32(scalar)).Append(')');
        else if (char.IsAsciiLetterOrDigit((char)scalar))
            output.Append((char)scalar);
        else
            output.Append(CultureInfo.InvariantCulture, $"\\u{scalar:X4}");
    }

    void Take(int length, string translated)
    {
        at += length;
        output.Append(translated);
    }

    ArgumentException Fault(string what) => new($"{what} (position {Math.Min(at, pattern.Length)}).");
}
