namespace Dvt.Lodging.Understanding;

/// <summary>How long a stay is said to be.</summary>
static class NightsReading
{
    const int MaxNights = 365;

    /// <summary>The number of nights; null when none was said. The words of it are taken.</summary>
    public static int? Of(IReadOnlyList<Lexeme> line)
    {
        int? days = null;
        for (var at = 0; at < line.Count; at++)
        {
            if (line[at].IsTaken || IsMore(line, at))
                continue;
            if (line[at].Is("fortnight"))
                return Take(line, at, at + 1, 14);
            var (count, next) = Count(line, at);
            if (count is not (> 0 and <= MaxNights) || next >= line.Count || IsMore(line, next + 1))
                continue;
            if (line[next].Is("night"))
                return Take(line, at, next + 1, count.Value);
            if (line[next].Is("week") && !(at > 0 && line[at - 1].Form is "per" or "by" or "cada" or "una_vez"))
                return Take(line, at, next + 1, 7 * count.Value);
            if (line[next].Is("day") && days is null)
                days = Take(line, at, next + 1, count.Value);
        }
        return days;
    }

    /// <summary>"Una noche más" is about a stay that is there already.</summary>
    static bool IsMore(IReadOnlyList<Lexeme> line, int at) => at < line.Count && (line[at].IsAny("more", "other") || line[at].Form is "antes" or "despues" or "before" or "earlier" or "later" or "after") || (at > 0 && at < line.Count && line[at - 1].IsAny("more", "other"));

    static (int? Count, int Next) Count(IReadOnlyList<Lexeme> line, int at)
    {
        if (line[at].Is("couple"))
            return (2, at + 1 < line.Count && line[at + 1].Is("of") ? at + 2 : at + 1);
        var next = at + 1;
        // "Una sola noche", "two full nights".
        if (next < line.Count && line[next].Form is "sola" or "solo" or "full" or "whole" or "linda")
            next++;
        return (line[at].Number, next);
    }

    static int Take(IReadOnlyList<Lexeme> line, int from, int to, int nights)
    {
        for (var at = from; at < to; at++)
            line[at].Slot = Lexeme.NightsSlot;
        return nights;
    }
}
