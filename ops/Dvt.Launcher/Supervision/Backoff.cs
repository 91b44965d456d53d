namespace Dvt.Launcher;

/// <summary>How long to wait before something that died is started again: at once, unless it keeps dying at once.</summary>
sealed class Backoff
{
    static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);
    static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(3);

    TimeSpan next = First;

    /// <summary>The pause after a life of this length.</summary>
    public TimeSpan After(TimeSpan life)
    {
        var pause = life < AtOnce ? next : First;
        next = pause * 2 < Longest ? pause * 2 : Longest;
        return pause;
    }
}
