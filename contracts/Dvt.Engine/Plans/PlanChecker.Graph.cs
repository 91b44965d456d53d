namespace Dvt.Engine.Plans;

// Dependencies: who waits for whom, in which order, how deep.
sealed partial class PlanChecker
{
    /// <summary>Place of each step in an order in which parents come first; null while there is none.</summary>
    int[]? order;

    bool isSequence;

    void CheckGraph()
    {
        isSequence = steps.All(s => s.DependsOn is null);
        var edges = 0;
        foreach (var step in steps)
        {
            step.Parents = isSequence ? (step.Index == 0 ? [] : [step.Index - 1]) : ParentsOf(step);
            edges += step.Parents.Length;
        }
        if (edges > Plan.MaxEdges)
        {
            faults.Add("/steps", "too_many_edges", $"at most {Plan.MaxEdges} dependencies, not {edges}");
            return;
        }
        LinkChildren();
        var sorted = Sorted();
        if (sorted.Count < steps.Count)
        {
            NameCycles(sorted);
            return;
        }
        order = new int[steps.Count];
        for (var place = 0; place < sorted.Count; place++)
            order[sorted[place]] = place;
        if (!isSequence)
            CheckDepth(sorted);
    }

    int[] ParentsOf(StepDraft step)
    {
        if (step.DependsOn is not { Count: > 0 } names)
            return [];
        var parents = new List<int>(names.Count);
        for (var at = 0; at < names.Count; at++)
        {
            var pointer = $"{step.Pointer}/dependsOn/{at}";
            if (names[at] == step.StepId)
                faults.Add(pointer, "self_dependency", $"\"{step.StepId}\" waits for itself");
            else if (!ordinals.TryGetValue(names[at], out var parent))
                faults.Add(pointer, "unknown_dependency", $"there is no step \"{names[at]}\"");
            else
                parents.Add(parent);
        }
        var distinct = parents.Distinct().Order().ToArray();
        if (distinct.Length < parents.Count)
            faults.Add($"{step.Pointer}/dependsOn", "invalid_value", "names a step twice");
        return distinct;
    }

    void LinkChildren()
    {
        var counts = new int[steps.Count];
        foreach (var step in steps)
            foreach (var parent in step.Parents)
                counts[parent]++;
        foreach (var step in steps)
            step.Children = counts[step.Index] == 0 ? [] : new int[counts[step.Index]];
        Array.Clear(counts);
        foreach (var step in steps)
            foreach (var parent in step.Parents)
                steps[parent].Children[counts[parent]++] = step.Index;
    }

    List<int> Sorted()
    {
        var open = steps.Select(s => s.Parents.Length).ToArray();
        var sorted = new List<int>(steps.Count);
        sorted.AddRange(steps.Where(s => s.Parents.Length == 0).Select(s => s.Index));
        for (var at = 0; at < sorted.Count; at++)
            foreach (var child in steps[sorted[at]].Children)
                if (--open[child] == 0)
                    sorted.Add(child);
        return sorted;
    }

    // Every step that could not be sorted has such a parent; following those ends in a cycle.
    void NameCycles(List<int> sorted)
    {
        var walk = new int[steps.Count];
        foreach (var index in sorted)
            walk[index] = -1;
        var number = 0;
        for (var start = 0; start < steps.Count; start++)
        {
            if (walk[start] != 0)
                continue;
            number++;
            var at = start;
            while (walk[at] == 0)
            {
                walk[at] = number;
                at = Array.Find(steps[at].Parents, parent => walk[parent] >= 0);
            }
            if (walk[at] == number)
                NameCycle(at, walk);
        }
    }

    void NameCycle(int first, int[] walk)
    {
        const int Named = 20;
        var cycle = new List<int>();
        var at = first;
        do
        {
            cycle.Add(at);
            at = Array.Find(steps[at].Parents, parent => walk[parent] >= 0);
        }
        while (at != first);
        var names = cycle.Take(Named).Select(i => steps[i].StepId).Append(cycle.Count > Named ? "…" : steps[first].StepId);
        faults.Add(
            $"{steps[first].Pointer}/dependsOn", "cyclic_dependencies_detected",
            $"{cycle.Count} steps wait for each other: {string.Join(" -> ", names)}");
    }

    void CheckDepth(List<int> sorted)
    {
        var depth = new int[steps.Count];
        foreach (var index in sorted)
        {
            foreach (var parent in steps[index].Parents)
                depth[index] = Math.Max(depth[index], depth[parent]);
            if (++depth[index] != Plan.MaxDepth + 1)
                continue;
            faults.Add($"{steps[index].Pointer}/dependsOn", "too_deep", $"more than {Plan.MaxDepth} steps one after another");
            return;
        }
    }
}
