namespace Dvt.Lodging.Understanding;

/// <summary>What a message is about.</summary>
static class IntentReading
{
    /// <summary>A person first; then the order in which two intents of one message are settled.</summary>
    static readonly Intent[] Order = [Intent.Human, Intent.Change, Intent.Cancel, Intent.Availability, Intent.Book, Intent.Price, Intent.Services, Intent.Pay];

    const double Sure = 0.9;
    const double Likely = 0.65;
    const double SlotsOnly = 0.5;
    const double Nothing = 0.2;

    /// <param name="line">With the words of slots taken.</param>
    public static (Intent Intent, double Confidence) Of(IReadOnlyList<Lexeme> line)
    {
        var said = Folded(line);
        var isArrivalSaid = said.Any(l => l.Form == Lexeme.DaySlot);
        foreach (var intent in Order)
            if (Find(Cues.Strong[intent], intent == Intent.Services && isArrivalSaid ? WithoutArrival(said) : said) is { } slips && !IsDenied(intent, said))
                return (intent, Math.Max(Likely, Sure - (0.1 * slips)));
        foreach (var (intent, cues) in Cues.Weak)
            if (Find(cues, said) is not null)
                return (intent, Likely);
        // Who says when and how many wants to know whether there is room.
        if (said.Any(l => l.Form == Lexeme.DaySlot) && said.Any(l => l.Form == Lexeme.GuestsSlot))
            return (Intent.Availability, Likely);
        return (Intent.Unknown, said.Any(l => l.Form.StartsWith('@')) ? SlotsOnly : Nothing);
    }

    public static bool IsChange(IReadOnlyList<Lexeme> line) => Find(Cues.Strong[Intent.Change], Folded(line)) is not null;

    static bool IsDenied(Intent intent, List<Lexeme> said) => intent switch
    {
        Intent.Change => Find(Cues.ChangedPlans, said) is not null && Find(Cues.Strong[Intent.Cancel], said) is not null,
        Intent.Availability => Find(Cues.SoftlyAvailable, said) is not null && !said.Any(l => l.Form == Lexeme.DaySlot || l.Is("unit")),
        Intent.Book => Find(Cues.NoBook, said) is not null,
        Intent.Services => Find(Cues.NoService, said) is not null,
        Intent.Cancel => Find(Cues.CancelPolicy, said) is not null,
        Intent.Price => Find(Cues.NoPrice, said) is not null && !said.Any(l => l.Is("price")),
        _ => false,
    };

    static int? Find(Phrase[] cues, IReadOnlyList<Lexeme> line) => cues.Min(c => c.Find(line));

    /// <summary>"Check-in 19 Dec, check-out 22 Dec" asks for no service.</summary>
    static List<Lexeme> WithoutArrival(List<Lexeme> said) => said.Any(l => l.IsAny("hour", "late", "early", "tarde", "temprano")) ? said : [.. said.Where(l => !l.IsAny("arrive", "depart"))];

    /// <summary>What a slot took stands there as one word.</summary>
    static List<Lexeme> Folded(IReadOnlyList<Lexeme> line)
    {
        var folded = new List<Lexeme>(line.Count);
        foreach (var lexeme in line)
            if (lexeme.Slot is null)
                folded.Add(lexeme);
            else if (folded.Count == 0 || folded[^1].Form != lexeme.Slot)
                folded.Add(new Lexeme(lexeme.Slot, lexeme.Token, []));
        return folded;
    }
}
