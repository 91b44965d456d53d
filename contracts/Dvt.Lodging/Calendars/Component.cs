namespace Dvt.Lodging.Calendars;

/// <summary>What stands between BEGIN and END: properties and further components; RFC 5545 §3.6.</summary>
sealed class Component(string name, int line)
{
    readonly List<ContentLine> lines = [];
    readonly List<Component> inside = [];

    public string Name => name;

    public int Line => line;

    public IReadOnlyList<ContentLine> Lines => lines;

    public IReadOnlyList<Component> Inside => inside;

    /// <summary>The first of this name.</summary>
    public ContentLine? this[string property] => lines.Find(l => l.Name == property);

    public void Add(ContentLine property) => lines.Add(property);

    public void Add(Component component) => inside.Add(component);
}
