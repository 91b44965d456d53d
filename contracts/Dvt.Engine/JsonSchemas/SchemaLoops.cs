namespace Dvt.Engine.JsonSchemas;

/// <summary>Refuses schemas that would judge one instance by themselves for ever (Core §9.4.1).</summary>
static class SchemaLoops
{
    internal static void Refuse(IEnumerable<SchemaNode> nodes)
    {
        var done = new HashSet<SchemaNode>();
        foreach (var node in nodes)
            Walk(node, done);
    }

    // A loop rather than recursion, because a chain of references can be as long as the schema.
    static void Walk(SchemaNode start, HashSet<SchemaNode> done)
    {
        if (!done.Add(start))
            return;
        var open = new HashSet<SchemaNode> { start };
        var path = new Stack<(SchemaNode Node, IEnumerator<SchemaNode> Next)>([(start, Targets(start))]);
        while (path.TryPeek(out var top))
        {
            if (!top.Next.MoveNext())
            {
                open.Remove(top.Node);
                path.Pop();
                continue;
            }
            var target = top.Next.Current;
            if (open.Contains(target))
                throw target.Resource.Document.Fault(target.Pointer, "The schema refers to itself without end.");
            if (!done.Add(target))
                continue;
            open.Add(target);
            path.Push((target, Targets(target)));
        }
    }

    static IEnumerator<SchemaNode> Targets(SchemaNode node) =>
        node.Keywords.SelectMany(keyword => keyword.InPlace).GetEnumerator();
}
