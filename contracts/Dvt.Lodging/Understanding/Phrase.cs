namespace Dvt.Lodging.Understanding;

/// <summary>
/// A cue: elements in order, each of alternatives <c>a|b</c> (concepts or forms). <c>..</c> lets up to three words stand between, <c>~</c> only
/// articles, numbers and the like, <c>^</c> is the beginning of a thought, <c>$</c> its end.
/// </summary>
sealed class Phrase
{
    const int Gap = 3;

    static readonly string[] Fillers =
        ["a", "some", "number", "still", "more", "of", "for", "with", "my", "bedroom", "bed", "double", "single", "doble", "simple", "matrimonial", "grande", "pequena", "private", "cheap", "free", "family", "les", "nos", "le", "me", "us", "you", "un", "una", "other", "make", "to", "from", "on", "de", "do", "please", "favor", "por", "@guests", "@day", "@nights", "any", "enough", "suficiente", "ya", "be", "next", "your"];

    readonly string[][] elements;

    public Phrase(string text) => elements = [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(e => e.Split('|'))];

    /// <summary>How many letters had to be amended to find it; null when it is not there.</summary>
    public int? Find(IReadOnlyList<Lexeme> line)
    {
        int? fewest = null;
        for (var at = 0; at < line.Count; at++)
            if (Match(line, at, 0) is { } slips && (fewest is null || slips < fewest))
                fewest = slips;
        return fewest;
    }

    int? Match(IReadOnlyList<Lexeme> line, int at, int element)
    {
        if (element == elements.Length)
            return 0;
        switch (elements[element][0])
        {
            case "^":
                return at == 0 || line[at - 1].IsMark ? Match(line, at, element + 1) : null;
            case "$":
                return at >= line.Count || line[at].IsMark ? 0 : null;
            case "..":
                return AfterGap(line, at, element + 1, isFillersOnly: false);
            case "~":
                return AfterGap(line, at, element + 1, isFillersOnly: true);
            default:
                return at < line.Count && line[at].IsAny(elements[element]) && Match(line, at + 1, element + 1) is { } rest ? rest + line[at].Slips : null;
        }
    }

    int? AfterGap(IReadOnlyList<Lexeme> line, int at, int element, bool isFillersOnly)
    {
        for (var skipped = 0; skipped <= Gap; skipped++, at++)
        {
            if (Match(line, at, element) is { } slips)
                return slips;
            if (at >= line.Count || line[at].IsStop || (isFillersOnly && !line[at].IsAny(Fillers)))
                return null;
        }
        return null;
    }
}
