using System.Buffers;

namespace Dvt.Lodging.Understanding;

/// <summary>Tokens become lexemes: misspelt words are amended, expressions joined, numbers put together.</summary>
static class Wording
{
    static readonly SearchValues<char> OnlySpanish = SearchValues.Create("ñ¿¡áéíóúÁÉÍÓÚÑ");

    static readonly Token Joined = new(TokenKind.Word, "");

    /// <summary><c>es</c> or <c>en</c>, by the words that only one of the two knows; Spanish where nothing tells.</summary>
    public static string LanguageOf(IReadOnlyList<Token> tokens, string text)
    {
        var spanish = text.AsSpan().IndexOfAny(OnlySpanish) >= 0 ? 1.5 : 0;
        var english = 0.0;
        foreach (var word in tokens.Where(t => t.Kind == TokenKind.Word).Select(t => t.Text))
        {
            var (inSpanish, inEnglish) = (Lexicon.Spanish.Knows(word), Lexicon.English.Knows(word));
            if (inSpanish != inEnglish)
                (spanish, english) = (spanish + (inSpanish ? 1 : 0), english + (inEnglish ? 1 : 0));
            else if (!inSpanish && word.Length > 3)
                (spanish, english) = (spanish + Near(Lexicon.Spanish, word), english + Near(Lexicon.English, word));
        }
        return english > spanish ? "en" : "es";

        static double Near(Lexicon lexicon, string word) => lexicon.Nearest(word) is { } near ? 0.6 / near.Slips : 0;
    }

    public static List<Lexeme> Of(IReadOnlyList<Token> tokens, string language)
    {
        var (own, other) = language == "es" ? (Lexicon.Spanish, Lexicon.English) : (Lexicon.English, Lexicon.Spanish);
        var single = tokens.Select(t => Single(t, own, other)).ToList();
        return Numbers(Expressions(single, own, other));
    }

    static Lexeme Single(Token token, Lexicon own, Lexicon other)
    {
        if (token.Kind != TokenKind.Word)
            return new Lexeme(token.Text, token, []);
        if (own.Meanings(token.Text) is { } known)
            return new Lexeme(token.Text, token, known);
        if (other.Meanings(token.Text) is { } foreign)
            return new Lexeme(token.Text, token, foreign);
        foreach (var lexicon in (Lexicon[])[own, other])
            if (lexicon.Nearest(token.Text) is { } near)
                return new Lexeme(near.Form, token, lexicon.Meanings(near.Form)!, near.Slips);
        return new Lexeme(token.Text, token, []);
    }

    static List<Lexeme> Expressions(List<Lexeme> single, Lexicon own, Lexicon other)
    {
        var forms = single.Select(l => l.Form).ToList();
        var joined = new List<Lexeme>(single.Count);
        for (var at = 0; at < single.Count;)
        {
            var (lexicon, expression) = own.Expression(forms, at) is { } mine ? (own, mine) : (other, other.Expression(forms, at));
            if (expression is null)
            {
                joined.Add(single[at++]);
                continue;
            }
            var form = string.Join('_', expression);
            joined.Add(new Lexeme(form, Joined, lexicon.Meanings(form)!, single.Skip(at).Take(expression.Length).Sum(l => l.Slips)));
            at += expression.Length;
        }
        return joined;
    }

    /// <summary>"Treinta y uno", "twenty-first".</summary>
    static List<Lexeme> Numbers(List<Lexeme> lexemes)
    {
        for (var at = 0; at < lexemes.Count - 1; at++)
        {
            if (lexemes[at].IsDigits || lexemes[at].Valued("number") is not (20 or 30) || lexemes[at].Valued("number") is not { } tens)
                continue;
            var next = at + (lexemes[at + 1].Is("and") || lexemes[at + 1].Form == "-" ? 2 : 1);
            if (next >= lexemes.Count || lexemes[next].IsDigits)
                continue;
            if ((lexemes[next].Valued("number") ?? lexemes[next].Valued("ordinal")) is { } units and > 0 and < 10)
            {
                var concept = lexemes[next].Valued("ordinal") is null ? "number" : "ordinal";
                lexemes[at] = new Lexeme($"{lexemes[at].Form}_{lexemes[next].Form}", Joined, [new Meaning(concept, tens + units)]);
                lexemes.RemoveRange(at + 1, next - at);
            }
        }
        return lexemes;
    }
}
