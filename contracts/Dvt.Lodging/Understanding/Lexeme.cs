namespace Dvt.Lodging.Understanding;

/// <summary>One sense of a word: its concept, and a value where the concept is of numbers, months, weekdays or feasts.</summary>
readonly record struct Meaning(string Concept, int Value);

/// <summary>A token with what it may mean. Senses stay side by side: the matchers know which one they look for.</summary>
/// <param name="Form">The word as it is spelt rightly, an expression joined by underscores, or the digits or mark as written.</param>
/// <param name="Slips">How many letters were amended to find it.</param>
sealed record Lexeme(string Form, Token Token, IReadOnlyList<Meaning> Meanings, int Slips = 0)
{
    /// <summary>The slot whose reading took it, so that it says nothing else: <see cref="DaySlot"/>, <see cref="NightsSlot"/> or <see cref="GuestsSlot"/>.</summary>
    public string? Slot { get; set; }

    public const string DaySlot = "@day";
    public const string NightsSlot = "@nights";
    public const string GuestsSlot = "@guests";
    public const string UnitSlot = "@unit";

    public bool IsTaken => Slot is not null;

    public bool IsMark => Token.Kind == TokenKind.Mark;

    /// <summary>Ends a thought: no cue reaches over it.</summary>
    public bool IsStop => IsMark && Form is "." or "?" or "!" or ";";

    public bool Is(string concept) => Valued(concept) is not null || Form == concept || (IsDigits && concept == "number");

    public bool IsAny(params ReadOnlySpan<string> concepts)
    {
        foreach (var concept in concepts)
            if (Is(concept))
                return true;
        return false;
    }

    /// <summary>The value of that sense; null when the word has no such sense.</summary>
    public int? Valued(string concept)
    {
        foreach (var meaning in Meanings)
            if (meaning.Concept == concept)
                return meaning.Value;
        return null;
    }

    /// <summary>A count, in digits or as a word; articles count one.</summary>
    public int? Number => Token.Kind == TokenKind.Number ? Token.Number : Valued("number") ?? (Form is "a" or "an" ? 1 : null);

    public bool IsDigits => Token.Kind == TokenKind.Number;
}
