using System.Globalization;

namespace Dvt.Engine.Cel;

/// <summary>Turns source into tokens; CEL language definition, section "Syntax".</summary>
sealed class Lexer
{
    const int MaxLength = 64 * 1024;
    const string Pairs = "== != <= >= && ||";
    const string Singles = "()[]{}.,?:+-*/%<>!";

    readonly string source;
    readonly int start;
    readonly List<Token> tokens = [];
    int at;

    Lexer(string source, int start)
    {
        this.source = source;
        this.start = start;
        at = start;
    }

    public static List<Token> Read(string source)
    {
        var lexer = new Lexer(source, 0);
        while (lexer.Next(untilBrace: false, depth: 0) is not null)
        {
        }
        return lexer.tokens;
    }

    /// <summary>Reads until the brace that closes one opened before `start`; `end` is where that brace is.</summary>
    public static List<Token> ReadPlaceholder(string source, int start, out int end)
    {
        var lexer = new Lexer(source, start);
        for (int? depth = 0; depth is { } open;)
            depth = lexer.Next(untilBrace: true, open);
        end = lexer.at;
        return lexer.tokens;
    }

    int? Next(bool untilBrace, int depth)
    {
        SkipSpace();
        if (at - start > MaxLength)
            throw Fault($"longer than {MaxLength} characters", start + MaxLength);
        if (at >= source.Length)
            return untilBrace ? throw Fault("the placeholder has no closing '}'", start) : Add(TokenKind.End, "", at);
        var symbol = source[at];
        if (symbol == '}' && untilBrace && depth == 0)
            return Add(TokenKind.End, "", at);
        if (char.IsAsciiDigit(symbol) || symbol == '.' && char.IsAsciiDigit(Ahead(1)))
            Number();
        else if (StringStart() is { } prefix)
            String(prefix);
        else if (symbol == '_' || char.IsAsciiLetter(symbol))
            Name();
        else if (symbol == '`')
            QuotedName();
        else
            Symbol();
        return symbol == '{' ? depth + 1 : symbol == '}' ? depth - 1 : depth;
    }

    void SkipSpace()
    {
        while (at < source.Length)
        {
            if (source[at] is ' ' or '\t' or '\n' or '\f' or '\r')
                at++;
            else if (source[at] == '/' && Ahead(1) == '/')
                while (at < source.Length && source[at] != '\n')
                    at++;
            else
                return;
        }
    }

    void Number()
    {
        var begin = at;
        if (source[at] == '0' && Ahead(1) is 'x' or 'X')
        {
            at += 2;
            while (char.IsAsciiHexDigit(Ahead(0)))
                at++;
            Whole(begin, source.AsSpan(begin + 2, at - begin - 2), NumberStyles.AllowHexSpecifier);
            return;
        }
        Digits();
        var real = false;
        if (Ahead(0) == '.' && char.IsAsciiDigit(Ahead(1)))
        {
            real = true;
            at++;
            Digits();
        }
        var signed = Ahead(1) is '+' or '-' ? 2 : 1;
        if (Ahead(0) is 'e' or 'E' && char.IsAsciiDigit(Ahead(signed)))
        {
            real = true;
            at += signed;
            Digits();
        }
        if (!real)
        {
            Whole(begin, source.AsSpan(begin, at - begin), NumberStyles.None);
            return;
        }
        var number = double.Parse(source.AsSpan(begin, at - begin), NumberStyles.Float, CultureInfo.InvariantCulture);
        if (!double.IsFinite(number))
            throw Fault("the number is too large", begin);
        Add(CelValue.Of(number), begin);
    }

    void Whole(int begin, ReadOnlySpan<char> digits, NumberStyles style)
    {
        if (!ulong.TryParse(digits, style, CultureInfo.InvariantCulture, out var number))
            throw Fault("the number is not a 64-bit number", begin);
        if (Ahead(0) is 'u' or 'U')
        {
            at++;
            Add(CelValue.Of(number), begin);
            return;
        }
        // One more than the largest int is the smallest after a minus, which only the parser sees: it stays a uint till then.
        var minus = tokens.Count > 0 && tokens[^1].Is("-") && number == 1UL + long.MaxValue;
        if (number > long.MaxValue && !minus)
            throw Fault("the number does not fit a 64-bit int", begin);
        Add(minus ? Parser.SmallestWithoutMinus : CelValue.Of((long)number), begin);
    }

    void Digits()
    {
        while (char.IsAsciiDigit(Ahead(0)))
            at++;
    }

    StringPrefix? StringStart()
    {
        bool raw = false, bytes = false;
        var length = 0;
        for (; Ahead(length) is 'r' or 'R' or 'b' or 'B' && length < 2; length++)
        {
            var isRaw = Ahead(length) is 'r' or 'R';
            if (isRaw ? raw : bytes)
                return null;
            raw |= isRaw;
            bytes |= !isRaw;
        }
        return Ahead(length) is '"' or '\'' ? new(raw, bytes, length) : null;
    }

    void String(StringPrefix prefix)
    {
        var begin = at;
        at += prefix.Length;
        var quote = source[at];
        var triple = Ahead(1) == quote && Ahead(2) == quote;
        at += triple ? 3 : 1;
        var body = at;
        while (true)
        {
            if (at >= source.Length)
                throw Fault("the string has no end", begin);
            var symbol = source[at];
            if (symbol == quote && (!triple || Ahead(1) == quote && Ahead(2) == quote))
                break;
            if (!triple && symbol is '\n' or '\r')
                throw Fault("a line ends inside a string", at);
            at += symbol == '\\' && !prefix.Raw ? 2 : 1;
        }
        var text = source[body..at];
        at += triple ? 3 : 1;
        Add(StringLiteral.Read(text, prefix.Raw, prefix.Bytes, body), begin);
    }

    void Name()
    {
        var begin = at;
        while (Ahead(0) == '_' || char.IsAsciiLetterOrDigit(Ahead(0)))
            at++;
        Add(TokenKind.Name, source[begin..at], begin);
    }

    void QuotedName()
    {
        var end = source.IndexOf('`', at + 1);
        var name = end < 0 ? "" : source[(at + 1)..end];
        if (name.Length == 0 || name.AsSpan().ContainsAnyExcept(QuotedNameLetters))
            throw Fault("a quoted name holds letters, digits and _.-/ only", at);
        Add(TokenKind.QuotedName, name, at);
        at = end + 1;
    }

    static readonly System.Buffers.SearchValues<char> QuotedNameLetters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-/ ");

    void Symbol()
    {
        var pair = at + 1 < source.Length ? source.Substring(at, 2) : "";
        if (pair.Length == 2 && !pair.Contains(' ', StringComparison.Ordinal) && Pairs.Contains(pair, StringComparison.Ordinal))
            Add(TokenKind.Symbol, pair, at);
        else if (Singles.Contains(source[at], StringComparison.Ordinal))
            Add(TokenKind.Symbol, source[at].ToString(), at);
        else
            throw Fault($"'{source[at]}' is not understood", at);
        at += tokens[^1].Text.Length;
    }

    char Ahead(int distance) => at + distance < source.Length ? source[at + distance] : '\0';

    int? Add(TokenKind kind, string text, int position)
    {
        tokens.Add(new(kind, text, default, position));
        return null;
    }

    void Add(CelValue value, int position) => tokens.Add(new(TokenKind.Literal, "", value, position));

    static CelSyntaxException Fault(string message, int position) => new(message, position);

    readonly record struct StringPrefix(bool Raw, bool Bytes, int Length);
}
