using Dvt.Engine.Plans;

namespace Dvt.Workers.Webhooks;

/// <summary>When a failed delivery is tried again: after each attempt a longer pause, three days in all unless configured otherwise.</summary>
/// <param name="Pauses">After the first, second … attempt; behind the last there is none.</param>
sealed record RetrySchedule(IReadOnlyList<TimeSpan> Pauses)
{
    /// <summary>What a receiver may ask for with <c>Retry-After</c>.</summary>
    public static readonly TimeSpan LongestAsked = TimeSpan.FromDays(1);

    const double Jitter = 0.1;

    /// <param name="text">ISO 8601 durations, comma-separated.</param>
    /// <exception cref="FormatException">One of them is none.</exception>
    public static RetrySchedule Parse(string text) =>
        new([.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(part => IsoDuration.TryParse(part, out var pause) ? pause : throw new FormatException($"{part} is no ISO 8601 duration"))]);

    /// <summary>The pause after a failed attempt; null when that was the last one.</summary>
    /// <param name="attempt">From 1.</param>
    /// <param name="asked">What the receiver asked for, which only lengthens the pause.</param>
    /// <param name="chance">From 0 to 1: up to a tenth is added, so that many do not come back together.</param>
    public TimeSpan? After(int attempt, TimeSpan? asked, double chance)
    {
        if (attempt < 1 || attempt > Pauses.Count)
            return null;
        var pause = Pauses[attempt - 1];
        if (asked is { } wanted && wanted > pause)
            pause = wanted < LongestAsked ? wanted : LongestAsked;
        return pause * (1 + (Jitter * chance));
    }
}
