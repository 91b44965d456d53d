namespace Dvt.Engine.Plans;

/// <summary>Tells which steps come before which, for as many pairs as there are.</summary>
static class Upstream
{
    // One pass over the edges answers for so many targets at once, in a bit each.
    const int TargetsPerPass = 1_024;

    /// <summary>The pairs whose step is not upstream of their reader, in their order.</summary>
    public static IReadOnlyList<T> Missing<T>(
        IReadOnlyList<StepDraft> steps, int[] order, bool isSequence, IReadOnlyList<T> pairs, Func<T, int> readerOf, Func<T, int> stepOf)
    {
        var missing = new HashSet<int>();
        var open = new List<int>();
        for (var at = 0; at < pairs.Count; at++)
        {
            var (reader, step) = (readerOf(pairs[at]), stepOf(pairs[at]));
            if (order[step] >= order[reader])
                missing.Add(at);
            else if (!isSequence && Array.BinarySearch(steps[reader].Parents, step) < 0)
                open.Add(at);
        }
        foreach (var targets in open.GroupBy(at => stepOf(pairs[at])).Chunk(TargetsPerPass))
            Pass(steps, order, targets, at => readerOf(pairs[at]), missing);
        return [.. missing.Order().Select(at => pairs[at])];
    }

    static void Pass(
        IReadOnlyList<StepDraft> steps, int[] order, IGrouping<int, int>[] targets, Func<int, int> readerOf, HashSet<int> missing)
    {
        var width = (targets.Length + 63) / 64;
        var reached = new ulong[steps.Count * width];
        for (var bit = 0; bit < targets.Length; bit++)
            Mark(reached, targets[bit].Key, width, bit);
        var sorted = new int[steps.Count];
        for (var index = 0; index < order.Length; index++)
            sorted[order[index]] = index;
        foreach (var index in sorted)
        {
            var own = reached.AsSpan(index * width, width);
            foreach (var parent in steps[index].Parents)
            {
                var above = reached.AsSpan(parent * width, width);
                for (var word = 0; word < width; word++)
                    own[word] |= above[word];
            }
        }
        for (var bit = 0; bit < targets.Length; bit++)
            foreach (var pair in targets[bit])
                if ((reached[(readerOf(pair) * width) + (bit >> 6)] & (1UL << (bit & 63))) == 0)
                    missing.Add(pair);
    }

    static void Mark(ulong[] reached, int index, int width, int bit) => reached[(index * width) + (bit >> 6)] |= 1UL << (bit & 63);
}
