using System.Globalization;
using System.Text;

namespace Dvt.Engine.Cel;

/// <summary>
/// RE2 syntax as .NET writes it (github.com/google/re2/wiki/Syntax): classes are ASCII, `$` is the very end, a dot takes a whole
/// code point, `(?P&lt;name&gt;…)`, `\pN`, `\Q…\E` and `[[:alpha:]]`. Throws `FormatException` for what RE2 does not know.
/// </summary>
sealed class PatternSyntax(string source)
{
    const int MaxRepeat = 1_000;
    // RE2 refuses programs that grow larger than its memory budget in the same way.
    const int MaxSize = 10_000;

    readonly StringBuilder target = new();
    // For each open group what its parts come to so far; the top is the innermost.
    readonly Stack<int> sizes = new([0]);
    // Somewhere in the pattern; where exactly is left to the dot of .NET.
    readonly bool dotTakesLines = System.Text.RegularExpressions.Regex.IsMatch(source, @"\(\?i?s", System.Text.RegularExpressions.RegexOptions.NonBacktracking);
    int at;
    int last;

    public static string Translate(string source, out int size)
    {
        var syntax = new PatternSyntax(source);
        while (syntax.at < source.Length)
            syntax.Part();
        size = syntax.sizes.Sum() + syntax.last;
        return syntax.target.ToString();
    }

    void Part()
    {
        var letter = source[at];
        switch (letter)
        {
            case '\\': Escape(inClass: false); break;
            case '[': Class(); break;
            case '(': Open(); break;
            case ')': Close(); break;
            case '.': Atom(dotTakesLines ? @"(?:[\uD800-\uDBFF][\uDC00-\uDFFF]|.)" : Except(@"\n"), 1); break;
            case '$': Atom(@"\z", 1); break;
            case '*' or '+' or '?': Take(1); break;
            case '{': Repeat(); break;
            default: Atom(source.Substring(at, Text.Step(source, at)) is { Length: 2 } pair ? $"(?:{pair})" : letter.ToString(), Text.Step(source, at)); break;
        }
    }

    void Atom(string text, int length)
    {
        target.Append(text);
        Count(1);
        at += length;
    }

    void Count(int size)
    {
        sizes.Push(sizes.Pop() + last);
        last = size;
        if (sizes.Sum() + last > MaxSize)
            throw new FormatException("it is too large");
    }

    void Take(int length)
    {
        target.Append(source, at, length);
        at += length;
    }

    void Open()
    {
        if (Follows("(?P<") || Follows("(?<") && !Follows("(?<=") && !Follows("(?<!"))
        {
            var end = source.IndexOf('>', at);
            if (end < 0)
                throw new FormatException("a group's name has no end");
            target.Append('(');
            at = end + 1;
        }
        else if (Follows("(?"))
        {
            var end = source.AsSpan(at + 2).TrimStart("imsU-");
            var flags = source[(at + 2)..^end.Length];
            if (end.IsEmpty || end[0] is not (':' or ')') || flags.Contains('U', StringComparison.Ordinal) || flags.Contains('m', StringComparison.Ordinal))
                throw new FormatException("a group of this kind is not supported");
            Take(3 + flags.Length);
            if (end[0] == ')')
                return;
        }
        else
            Take(1);
        sizes.Push(sizes.Pop() + last);
        sizes.Push(0);
        last = 0;
    }

    void Close()
    {
        if (sizes.Count < 2)
            throw new FormatException("a parenthesis is closed that was not opened");
        var size = sizes.Pop() + last;
        last = 0;
        Take(1);
        Count(size);
    }

    void Repeat()
    {
        var end = source.IndexOf('}', at);
        var counts = end < 0 ? [] : source[(at + 1)..end].Split(',');
        if (counts.Length is 0 or > 2 || !TryCount(counts[0], out var least))
        {
            Atom(@"\{", 1);
            return;
        }
        var most = least;
        if (counts.Length == 2 && counts[1].Length > 0 && !TryCount(counts[1], out most))
        {
            Atom(@"\{", 1);
            return;
        }
        if (least > MaxRepeat || most > MaxRepeat)
            throw new FormatException($"it repeats more than {MaxRepeat} times");
        last *= Math.Max(1, Math.Max(least, most));
        Count(0);
        Take(end + 1 - at);
    }

    static bool TryCount(string text, out int count) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) && text.Length <= 9;

    void Class()
    {
        var before = target.Length;
        var pairs = "";
        at++;
        var negated = at < source.Length && source[at] == '^';
        at += negated ? 1 : 0;
        for (var first = true; at < source.Length && (first || source[at] != ']'); first = false)
        {
            if (source[at] == '\\')
                Escape(inClass: true);
            else if (Follows("[:"))
                Named();
            else if (Text.Step(source, at) == 2)
            {
                if (source[at - 1] == '-' || source.AsSpan(at + 2) is ['-', not ']', ..])
                    throw new FormatException("a range beyond U+FFFF is not supported");
                pairs += $"|{source.AsSpan(at, 2)}";
                at += 2;
            }
            else
            {
                target.Append(source[at] is '[' or ']' or '^' ? "\\" : "");
                Take(1);
            }
        }
        if (at++ >= source.Length)
            throw new FormatException("a class has no end");
        if (negated && pairs.Length > 0)
            throw new FormatException("a negated class beyond U+FFFF is not supported");
        var letters = target.ToString(before, target.Length - before);
        target.Length = before;
        target.Append(negated ? Except(letters) : letters.Length == 0 ? $"(?:{pairs[1..]})" : $"(?:[{letters}]{pairs})");
        Count(1);
    }

    // One code point, so never half of a pair.
    static string Except(string letters) => $@"(?:[\uD800-\uDBFF][\uDC00-\uDFFF]|[^{letters}\uD800-\uDFFF])";

    void Named()
    {
        var end = source.IndexOf(":]", at, StringComparison.Ordinal);
        var name = end < 0 ? "" : source[(at + 2)..end];
        target.Append(name switch
        {
            "alnum" => "0-9A-Za-z",
            "alpha" => "A-Za-z",
            "ascii" => @"\x00-\x7F",
            "blank" => @"\t ",
            "cntrl" => @"\x00-\x1F\x7F",
            "digit" => "0-9",
            "graph" => "!-~",
            "lower" => "a-z",
            "print" => " -~",
            "punct" => @"!-/:-@\[-`{-~",
            "space" => @"\t\n\v\f\r ",
            "upper" => "A-Z",
            "word" => "0-9A-Za-z_",
            "xdigit" => "0-9A-Fa-f",
            _ => throw new FormatException("a class has a name that is not known"),
        });
        at = end + 2;
    }

    void Escape(bool inClass)
    {
        if (at + 1 >= source.Length)
            throw new FormatException("it ends in a backslash");
        var letter = source[at + 1];
        switch (letter)
        {
            case 'd': Set("0-9", inClass, negated: false); break;
            case 'w': Set("0-9A-Za-z_", inClass, negated: false); break;
            case 's': Set(@"\t\n\f\r ", inClass, negated: false); break;
            case 'D': Set(inClass ? @"\x00-/:-\uFFFF" : "0-9", inClass, negated: true); break;
            case 'W': Set(inClass ? @"\x00-/:-@\[-^`{-\uFFFF" : "0-9A-Za-z_", inClass, negated: true); break;
            case 'S': Set(inClass ? @"\x00-\x08\x0B\x0E-\x1F!-\uFFFF" : @"\t\n\f\r ", inClass, negated: true); break;
            case 'p' or 'P': Category(inClass); break;
            case 'Q' when !inClass: Quoted(); break;
            case 'x': Number(inClass); break;
            case 'A' or 'z' or 'b' or 'B' when !inClass: Copy(inClass); break;
            case 'a' or 'f' or 'n' or 'r' or 't' or 'v': Copy(inClass); break;
            default:
                if (char.IsAsciiLetterOrDigit(letter) || letter > '\x7F')
                    throw new FormatException($"\\{letter} is not known");
                Copy(inClass);
                break;
        }
    }

    void Set(string letters, bool inClass, bool negated)
    {
        target.Append(inClass ? letters : negated ? Except(letters) : $"[{letters}]");
        at += 2;
        if (!inClass)
            Count(1);
    }

    void Copy(bool inClass)
    {
        Take(2);
        if (!inClass)
            Count(1);
    }

    void Category(bool inClass)
    {
        var braced = at + 2 < source.Length && source[at + 2] == '{';
        var end = braced ? source.IndexOf('}', at) : at + 2;
        if (end < 0 || end >= source.Length)
            throw new FormatException("a category has no end");
        target.Append('\\').Append(source[at + 1]).Append('{').Append(source, braced ? at + 3 : at + 2, braced ? end - at - 3 : 1).Append('}');
        at = end + 1;
        if (!inClass)
            Count(1);
    }

    void Quoted()
    {
        var end = source.IndexOf(@"\E", at, StringComparison.Ordinal);
        var text = source[(at + 2)..(end < 0 ? source.Length : end)];
        foreach (var letter in text)
        {
            target.Append(System.Text.RegularExpressions.Regex.Escape(letter.ToString()));
            Count(1);
        }
        at = end < 0 ? source.Length : end + 2;
    }

    void Number(bool inClass)
    {
        var braced = at + 2 < source.Length && source[at + 2] == '{';
        var end = braced ? source.IndexOf('}', at) : at + 4;
        var digits = end < 0 || end > source.Length ? "" : source[(at + (braced ? 3 : 2))..end];
        if (!int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) || value > 0xFFFF)
            throw new FormatException("a number of a character is not understood");
        target.Append(CultureInfo.InvariantCulture, $"\\u{value:X4}");
        at = braced ? end + 1 : end;
        if (!inClass)
            Count(1);
    }

    bool Follows(string text) => source.AsSpan(at).StartsWith(text, StringComparison.Ordinal);
}
