using Dvt.Contracts;
using Dvt.Pipeline;

namespace Dvt.Workers;

/// <summary>What a command's idempotency key turned out to be.</summary>
enum KeyUse
{
    /// <summary>Nobody used it before.</summary>
    First,

    /// <summary>The same command did: what it came to is told again.</summary>
    Repeated,

    /// <summary>Another command did: this one is refused.</summary>
    Reused,
}

/// <summary>The idempotency keys of a batch. Counted once, when all of it is durable: a batch that is decided again counts once.</summary>
sealed class KeyTally
{
    readonly long began = TimeProvider.System.GetTimestamp();
    readonly List<KeyUse> met = [];
    int recorded;

    /// <param name="before">What the command came to when it was decided before; null when it was not.</param>
    public static KeyUse UseOf(Outcome? before) =>
        before is null ? KeyUse.First : before.Code == IdempotencyKeys.ReusedCode ? KeyUse.Reused : KeyUse.Repeated;

    /// <summary>A message without a key is none of them.</summary>
    public void Meet(Delivery delivery, KeyUse use)
    {
        if (delivery.Envelope.KeyId is not null)
            met.Add(use);
    }

    /// <summary>Of the message met last more is known now.</summary>
    public void Correct(Delivery delivery, KeyUse use)
    {
        if (delivery.Envelope.KeyId is not null)
            met[^1] = use;
    }

    /// <summary>So many keys go into rows of their own.</summary>
    public void Record(int count) => recorded += count;

    public void Count()
    {
        if (met.Count == 0)
            return;
        KeyMeters.Misses.Add(met.Count(use => use == KeyUse.First));
        KeyMeters.Hits.Add(met.Count(use => use == KeyUse.Repeated));
        KeyMeters.Errors.Add(met.Count(use => use == KeyUse.Reused));
        KeyMeters.Created.Add(recorded);
        KeyMeters.Took.Record(TimeProvider.System.GetElapsedTime(began).TotalSeconds);
        met.Clear();
        recorded = 0;
    }
}
