namespace Dvt.Lodging.Understanding;

/// <summary>The words of a language and what they mean; finds misspelt ones.</summary>
sealed class Lexicon
{
    public static readonly Lexicon Spanish = new(SpanishWords.Table, hasSounds: true);
    public static readonly Lexicon English = new(EnglishWords.Table, hasSounds: false);

    const string Nothing = "-";
    const char Not = '!';

    readonly Dictionary<string, List<Meaning>> words = [];
    readonly Dictionary<string, string> sounds = [];
    readonly Dictionary<string, List<string[]>> expressions = [];
    readonly HashSet<string> withPronouns = [];
    readonly List<string>[] byLength;

    Lexicon(string table, bool hasSounds)
    {
        foreach (var line in table.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            Read(line);
        var real = words.Where(w => w.Value.Count > 0).Select(w => w.Key).ToList();
        if (hasSounds)
            foreach (var word in real.Where(w => w.Length > 2))
                sounds.TryAdd(Letters.Sound(word), word);
        // Words without a meaning here come first: of two equally near ones the harmless one was meant.
        // Verbs with pronouns are too many and too alike to be found by a slip.
        var all = words.Where(w => !withPronouns.Contains(w.Key)).OrderBy(w => w.Value.Count > 0).Select(w => w.Key).ToList();
        byLength = [.. Enumerable.Range(0, all.Max(w => w.Length) + 1).Select(length => all.Where(w => w.Length == length).ToList())];
    }

    void Read(string line)
    {
        var forms = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var head = forms[0].TrimEnd(':').Split('=');
        var meaning = new Meaning(head[0], head.Length > 1 ? int.Parse(head[1], System.Globalization.CultureInfo.InvariantCulture) : 0);
        foreach (var form in forms.Skip(1))
            if (form.Split('+') is [var stem, var conjugation])
            {
                foreach (var conjugated in VerbForms.Of(stem, conjugation))
                    Add(conjugated, meaning);
                foreach (var hung in VerbForms.WithPronouns(stem, conjugation))
                {
                    if (!Knows(hung))
                        withPronouns.Add(hung);
                    Add(hung, meaning);
                }
            }
            else
                Add(form, meaning);
    }

    void Add(string form, Meaning meaning)
    {
        if (form.Split('_') is { Length: > 1 } parts)
        {
            if (!expressions.TryGetValue(parts[0], out var same))
                expressions[parts[0]] = same = [];
            if (!same.Any(s => s.SequenceEqual(parts)))
                same.Add(parts);
            foreach (var part in parts)
                words.TryAdd(part, []);
        }
        if (!words.TryGetValue(form, out var meanings))
            words[form] = meanings = [];
        // A noun that looks like a form of its verb.
        if (meaning.Concept[0] == Not)
            meanings.RemoveAll(m => meaning.Concept.AsSpan(1).SequenceEqual(m.Concept));
        else if (meaning.Concept != Nothing && !meanings.Contains(meaning))
            meanings.Add(meaning);
    }

    public bool Knows(string word) => words.ContainsKey(word);

    public IReadOnlyList<Meaning>? Meanings(string form) => words.GetValueOrDefault(form);

    /// <summary>The word that was meant, and how many slips lie between; null when none is near.</summary>
    public (string Form, int Slips)? Nearest(string word)
    {
        if (word.Length > 1 && sounds.TryGetValue(Letters.Sound(word), out var alike))
            return (alike, 1);
        var limit = Nearness.Allowed(word.Length);
        (string Form, int Slips)? nearest = null;
        var best = int.MaxValue;
        for (var length = Math.Max(3, word.Length - limit); limit > 0 && length <= word.Length + limit && length < byLength.Length; length++)
            foreach (var candidate in byLength[length])
                // Hardly anybody errs in the first letter, and words that differ there are mostly other words.
                if (candidate[0] == word[0] && !candidate.Contains('_') && Math.Min(limit, Nearness.Allowed(candidate.Length)) is var most
                    && Nearness.Between(word, candidate, most) is var slips && slips <= most && Rank(word, candidate, slips) is var rank && rank < best)
                    (nearest, best) = ((candidate, slips), rank);
        return nearest;
    }

    /// <summary>Letters are left out and swapped more often than taken for others.</summary>
    static int Rank(string word, string candidate, int slips) =>
        (2 * slips) + (word.Length == candidate.Length && !word.Order().SequenceEqual(candidate.Order()) ? 1 : 0);

    /// <summary>The longest expression that begins there, in words.</summary>
    public string[]? Expression(IReadOnlyList<string> forms, int at)
    {
        string[]? longest = null;
        if (expressions.TryGetValue(forms[at], out var candidates))
            foreach (var candidate in candidates)
                if (candidate.Length > (longest?.Length ?? 0) && candidate.Length <= forms.Count - at && Enumerable.Range(0, candidate.Length).All(i => forms[at + i] == candidate[i]))
                    longest = candidate;
        return longest;
    }
}
