namespace Dvt.Engine.Cel;

/// <summary>A declared type. `Dyn` is any value, known only when it is read.</summary>
public sealed class CelType
{
    // Deeper types are dyn inside, so that no source can build one that takes long to compare.
    const int MaxDepth = 32;

    readonly string name;
    readonly CelType[] parameters;
    readonly int depth;

    CelType(string name, params CelType[] parameters)
    {
        depth = parameters.Length == 0 ? 0 : 1 + parameters.Max(parameter => parameter.depth);
        this.name = name;
        this.parameters = depth > MaxDepth ? [.. parameters.Select(_ => Dyn)] : parameters;
        depth = Math.Min(depth, MaxDepth);
    }

    public static CelType Dyn { get; } = new("dyn");
    public static CelType Null { get; } = new("null_type");
    public static CelType Bool { get; } = new("bool");
    public static CelType Int { get; } = new("int");
    public static CelType Uint { get; } = new("uint");
    public static CelType Double { get; } = new("double");
    public static CelType String { get; } = new("string");
    public static CelType Bytes { get; } = new("bytes");
    public static CelType Timestamp { get; } = new("google.protobuf.Timestamp");
    public static CelType Duration { get; } = new("google.protobuf.Duration");
    public static CelType Type { get; } = new("type");
    public static CelType ListOf(CelType item) => new("list", item);
    // No key has parts; a type with two that have would double with each level.
    public static CelType MapOf(CelType key, CelType value) => new("map", key.parameters.Length > 0 ? Dyn : key, value);
    internal static CelType OptionalOf(CelType value) => new("optional_type", value);
    /// <summary>A type that a signature leaves open: every use of the same letter is the same type.</summary>
    internal static CelType Open(char letter) => new($"<{letter}>");

    internal static IReadOnlyList<string> Names { get; } =
    [
        "bool", "int", "uint", "double", "string", "bytes", "list", "map", "null_type", "type", "optional_type",
        "google.protobuf.Timestamp", "google.protobuf.Duration",
    ];

    internal bool IsDyn => ReferenceEquals(this, Dyn);
    internal bool IsList => name == "list";
    internal bool IsMap => name == "map";
    internal bool IsOptional => name == "optional_type";
    internal bool IsOpen => name[0] == '<';
    /// <summary>The type name of the values of this type, null where any will do.</summary>
    internal string? ValueTypeName => IsDyn || IsOpen ? null : name;
    internal CelType First => parameters[0];
    internal CelType Second => parameters[1];

    /// <summary>Could a value be of both?</summary>
    internal bool Meets(CelType other) =>
        IsDyn || other.IsDyn
        || name == other.name && parameters.Zip(other.parameters).All(pair => pair.First.Meets(pair.Second));

    /// <summary>The type of a value that is one or the other.</summary>
    internal CelType Join(CelType other) => !Meets(other) || IsDyn || other.IsDyn
        ? Dyn
        : parameters.Length == 0 ? this : With(parameters.Zip(other.parameters, (mine, theirs) => mine.Join(theirs)));

    /// <summary>Does a value of type `given` fit this parameter of a signature? Binds open types as it goes.</summary>
    internal bool Accepts(CelType given, Dictionary<string, CelType> open)
    {
        if (IsOpen)
        {
            if (!open.TryGetValue(name, out var bound))
                open[name] = given;
            else if (bound.Meets(given))
                open[name] = bound.Join(given);
            else
                return false;
            return true;
        }
        if (IsDyn || given.IsDyn)
        {
            // What is unknown makes every type that hangs on it unknown.
            foreach (var parameter in parameters)
                parameter.Accepts(Dyn, open);
            return true;
        }
        return name == given.name && parameters.Zip(given.parameters).All(pair => pair.First.Accepts(pair.Second, open));
    }

    internal CelType Close(Dictionary<string, CelType> open) =>
        IsOpen ? open.GetValueOrDefault(name, Dyn) : parameters.Length == 0 ? this : With(parameters.Select(parameter => parameter.Close(open)));

    public override string ToString() => parameters.Length == 0 ? name : $"{name}({string.Join(", ", parameters.AsEnumerable())})";

    CelType With(IEnumerable<CelType> changed) => new(name, [.. changed]);
}
