namespace Dvt.Engine.JsonSchemas;

/// <summary>The members and items of one instance that some keyword has judged (Core §11).</summary>
sealed class Seen
{
    bool allMembers;
    HashSet<string>? members;
    int firstItems;
    HashSet<int>? items;

    internal void AllMembers() => allMembers = true;

    internal void Member(string name) => (members ??= new(StringComparer.Ordinal)).Add(name);

    internal void FirstItems(int count) => firstItems = Math.Max(firstItems, count);

    internal void Item(int index) => (items ??= []).Add(index);

    internal bool HasMember(string name) => allMembers || members?.Contains(name) == true;

    internal bool HasItem(int index) => index < firstItems || items?.Contains(index) == true;

    internal void Add(Seen other)
    {
        allMembers |= other.allMembers;
        firstItems = Math.Max(firstItems, other.firstItems);
        if (other.members is not null)
            (members ??= new(StringComparer.Ordinal)).UnionWith(other.members);
        if (other.items is not null)
            (items ??= []).UnionWith(other.items);
    }
}
