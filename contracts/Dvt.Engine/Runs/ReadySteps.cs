using System.Numerics;

namespace Dvt.Engine.Runs;

/// <summary>Indexes of steps that have something to do now, taken in plan order.</summary>
sealed class ReadySteps(ulong[] words)
{
    int lowest;

    public static ulong[] WordsFor(int count) => new ulong[(count + 63) / 64];

    public bool IsEmpty
    {
        get
        {
            while (lowest < words.Length && words[lowest] == 0)
                lowest++;
            return lowest == words.Length;
        }
    }

    public void Add(int index)
    {
        words[index >> 6] |= 1UL << (index & 63);
        lowest = Math.Min(lowest, index >> 6);
    }

    public bool Has(int index) => (words[index >> 6] & (1UL << (index & 63))) != 0;

    public void Remove(int index) => words[index >> 6] &= ~(1UL << (index & 63));

    /// <summary>Only when not empty.</summary>
    public int Take()
    {
        while (words[lowest] == 0)
            lowest++;
        var bit = BitOperations.TrailingZeroCount(words[lowest]);
        words[lowest] &= words[lowest] - 1;
        return (lowest << 6) + bit;
    }
}
