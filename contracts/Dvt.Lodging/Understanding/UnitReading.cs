namespace Dvt.Lodging.Understanding;

/// <summary>Finds the one unit that is named, misspelt or in part: "la del lago" for "Cabaña del Lago".</summary>
static class UnitReading
{
    static readonly string[] Fillers = ["el", "la", "los", "las", "de", "del", "d", "dl", "the", "of"];

    /// <summary>So many kinds of house are called that "the house" may be any of them.</summary>
    static readonly string[] AnyHouse = ["casa", "cabana", "habitacion", "cuarto", "departamento", "apartamento", "house", "cabin", "room", "apartment", "flat"];

    /// <summary>How guests say a Spanish name in English.</summary>
    static readonly Dictionary<string, string[]> InEnglish = new()
    {
        ["cabana"] = ["cabin"],
        ["casa"] = ["house"],
        ["azul"] = ["blue"],
        ["roja"] = ["red"],
        ["rojo"] = ["red"],
        ["verde"] = ["green"],
        ["blanca"] = ["white"],
        ["blanco"] = ["white"],
        ["negra"] = ["black"],
        ["negro"] = ["black"],
        ["amarilla"] = ["yellow"],
        ["amarillo"] = ["yellow"],
        ["lago"] = ["lake"],
        ["mar"] = ["sea", "ocean"],
        ["rio"] = ["river"],
        ["playa"] = ["beach"],
        ["bosque"] = ["forest", "woods"],
        ["jardin"] = ["garden"],
        ["montana"] = ["mountain"],
        ["luna"] = ["moon"],
        ["sol"] = ["sun"],
        ["norte"] = ["north"],
        ["sur"] = ["south"],
        ["centro"] = ["downtown", "center", "centre"],
    };

    /// <summary>Said with an article they are a house: "la azul".</summary>
    static readonly string[] Colours = ["azul", "roja", "rojo", "verde", "blanca", "blanco", "negra", "negro", "amarilla", "amarillo"];

    /// <summary>The name that was found. Its words are replaced by one, so that a "Casa Roja" is no other house.</summary>
    public static (string? Unit, List<Token> Remaining) Read(List<Token> tokens, IReadOnlyCollection<string> units)
    {
        var found = units.SelectMany(u => Places(tokens, u).Take(1)).OrderByDescending(p => p.Length).ThenBy(p => p.At).ToList();
        if (found.Count == 0)
            found = [.. OnlyOfTheirKind(tokens, units)];
        else if (found.Count > 1 || tokens.Exists(t => t.Text is "to" or "a" or "al"))
            // "From the blue cabin to the loft".
            found = [.. found.Concat(OnlyOfTheirKind(tokens, units)).OrderByDescending(p => found.Exists(f => f.At < p.At) && IsTowards(tokens, p.At))];
        // Two names as likely as each other name none.
        if (found.Count == 0 || (found.Count > 1 && found[0].Length == found[1].Length && found[0].At == found[1].At))
            return (null, tokens);
        var rest = new List<Token>(tokens);
        rest.RemoveRange(found[0].At, found[0].Length);
        rest.Insert(found[0].At, new Token(TokenKind.Word, Lexeme.UnitSlot));
        return (found[0].Unit, rest);
    }

    static bool IsTowards(List<Token> tokens, int at)
    {
        while (at > 0 && Fillers.Contains(tokens[at - 1].Text))
            at--;
        return at > 0 && tokens[at - 1].Text is "to" or "a" or "al";
    }

    static IEnumerable<(string Unit, int At, int Length)> Places(List<Token> tokens, string unit)
    {
        var name = Token.Of(unit).Where(t => t.Kind != TokenKind.Mark).ToList();
        var own = name.Where(t => !Fillers.Contains(t.Text) && !IsKind(t.Text)).ToList();
        // "The blue cabin".
        List<Token> turnedRound = [.. own, .. name.Where(t => IsKind(t.Text))];
        var hasKind = own.Count > 0 && own.Count < name.Count;
        for (var at = 0; at < tokens.Count; at++)
        {
            if (name.Count > 0 && Matched(tokens, at, name) is { } whole && (name.Count > 1 || own.Count > 0))
                yield return (unit, at, whole - at);
            if (hasKind && Matched(tokens, at, turnedRound) is { } turned)
                yield return (unit, at, turned - at);
            if (hasKind && Matched(tokens, at, own) is { } end && IsNamedBefore(tokens, at, own, name))
                yield return (unit, at, end - at);
        }
    }

    /// <summary>"The loft", where there is one.</summary>
    static IEnumerable<(string Unit, int At, int Length)> OnlyOfTheirKind(List<Token> tokens, IReadOnlyCollection<string> units)
    {
        var kinds = units.SelectMany(u => Token.Of(u).Select(t => t.Text).Where(w => IsKind(w) && !AnyHouse.Contains(w)).Distinct().Select(kind => (Unit: u, Kind: kind)));
        foreach (var only in kinds.GroupBy(k => k.Kind).Where(k => k.Count() == 1).Select(k => k.Single()))
            if (Enumerable.Range(1, Math.Max(0, tokens.Count - 1)).FirstOrDefault(i => tokens[i].Text == only.Kind && PointsAt(tokens[i - 1])) is > 0 and var at)
                yield return (only.Unit, at, 1);
    }

    static bool PointsAt(Token before) => before.Text is "el" or "la" or "the" or "this" or "that" or "este" or "esta" or "ese" or "esa" or "del" or "al";

    /// <summary>Where the words end when they all stand there, with nothing but articles between; null when they do not.</summary>
    static int? Matched(List<Token> tokens, int at, List<Token> words)
    {
        foreach (var word in words)
        {
            while (at < tokens.Count && word != words[0] && Fillers.Contains(tokens[at].Text) && !Fillers.Contains(word.Text))
                at++;
            if (at >= tokens.Count || !IsSame(tokens[at].Text, word.Text))
                return null;
            at++;
        }
        return at;
    }

    /// <summary>What is only a part of a name counts after its kind of house or an article, and when it means nothing else.</summary>
    static bool IsNamedBefore(List<Token> tokens, int at, List<Token> own, List<Token> name)
    {
        var before = at - 1;
        while (before >= 0 && tokens[before].Text is "de" or "del" or "d" or "dl")
            before--;
        if (before < 0)
            return own.All(w => w.Text.Length > 3 && !MeansSomething(w.Text));
        if (name.Any(w => IsKind(w.Text) && IsSame(tokens[before].Text, w.Text)) || (tokens[before].Text is "la" or "the" && before > 0 && IsKind(tokens[before - 1].Text)))
            return true;
        return tokens[before].Text is "la" or "el" or "the" && (own.Count > 1 || before < at - 1 || own.All(w => Colours.Contains(w.Text) || !MeansSomething(w.Text)));
    }

    static bool MeansSomething(string word) => Lexicon.Spanish.Knows(word) || Lexicon.English.Knows(word);

    static bool IsKind(string word) => Has(Lexicon.Spanish, word) || Has(Lexicon.English, word);

    static bool Has(Lexicon lexicon, string word) => lexicon.Meanings(word)?.Any(m => m.Concept == "place") == true;

    static bool IsSame(string said, string name) =>
        said == name || (InEnglish.TryGetValue(name, out var names) && names.Contains(said)) || (Nearness.Allowed(Math.Min(said.Length, name.Length)) is > 0 and var limit && Nearness.Between(said, name, limit) <= Math.Min(limit, 1)
            && !MeansSomething(said));
}
