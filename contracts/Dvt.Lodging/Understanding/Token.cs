namespace Dvt.Lodging.Understanding;

enum TokenKind
{
    Word,
    Number,
    Mark,
}

/// <summary>A piece of text as it was written: a word in lower case without accents, a whole number, or a mark.</summary>
/// <param name="IsOrdinal">Written as 15th, 1º or 1ro.</param>
readonly record struct Token(TokenKind Kind, string Text, int Number = 0, bool IsOrdinal = false)
{
    /// <summary>Longer texts are read up to here: no guest's question is that long.</summary>
    const int MaxLength = 2_000;

    static readonly string[] OrdinalSuffixes = ["st", "nd", "rd", "th", "ro", "er", "o", "a"];

    /// <summary>Shorthand that mixes digits and letters.</summary>
    static readonly string[] Mixed = ["2nite", "2night", "2moro", "2morrow", "2day", "b4", "m8", "gr8", "4ever"];

    public static List<Token> Of(string text)
    {
        var tokens = new List<Token>();
        var source = text.AsSpan(0, Math.Min(text.Length, MaxLength));
        for (var at = 0; at < source.Length;)
        {
            var end = at + 1;
            if (char.IsAsciiDigit(source[at]))
                end = Digits(source, at, tokens);
            else if (char.IsLetter(source[at]))
                end = Word(source, at, tokens);
            else if (Letters.Mark(source[at]) is { } mark)
                tokens.Add(new Token(TokenKind.Mark, mark));
            at = end;
        }
        return tokens;
    }

    static int Digits(ReadOnlySpan<char> text, int at, List<Token> into)
    {
        var end = at;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
            end++;
        var letters = end;
        while (letters < text.Length && (char.IsLetter(text[letters]) || text[letters] is 'º' or 'ª' or '°'))
            letters++;
        if (letters < text.Length && char.IsAsciiDigit(text[letters]))
            letters = end;
        var suffix = Letters.Fold(text[end..letters]);
        if (Mixed.Contains(text[at..end].ToString() + suffix))
        {
            into.Add(new Token(TokenKind.Word, text[at..end].ToString() + suffix));
            return letters;
        }
        // A clock's time is no day and no number of guests.
        if (end + 2 < text.Length && text[end] == ':' && char.IsAsciiDigit(text[end + 1]))
        {
            into.Add(new Token(TokenKind.Word, "hh:mm"));
            end++;
            while (end < text.Length && char.IsAsciiDigit(text[end]))
                end++;
            return end;
        }
        var isOrdinal = OrdinalSuffixes.Contains(suffix);
        into.Add(new Token(TokenKind.Number, text[at..end].ToString(), end - at <= 4 ? int.Parse(text[at..end], System.Globalization.CultureInfo.InvariantCulture) : int.MaxValue, isOrdinal));
        return isOrdinal ? letters : end;
    }

    static int Word(ReadOnlySpan<char> text, int at, List<Token> into)
    {
        var end = at;
        while (end < text.Length && (char.IsLetter(text[end]) || Letters.IsCombining(text[end]) || (Letters.IsApostrophe(text[end]) && end + 1 < text.Length && char.IsLetter(text[end + 1]))))
            end++;
        // Without its apostrophe "we'd" would be a Wednesday.
        var isWould = end - at > 2 && Letters.IsApostrophe(text[end - 2]) && text[end - 1] is 'd' or 'D';
        into.Add(new Token(TokenKind.Word, Letters.Fold(text[at..(isWould ? end - 2 : end)])));
        if (isWould)
            into.Add(new Token(TokenKind.Word, "would"));
        return end;
    }
}
