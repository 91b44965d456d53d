namespace Dvt.Engine.Cel;

/// <summary>Names, selections and indexes, and the variables that macros bind.</summary>
sealed partial class Compiler
{
    Compiled Name(NameExpr name) => Local(name) is { } local
        ? local
        : Global(name.Name, name.Absolute, name.Position) ?? Fault($"'{name.Name}' is not declared", name.Position);

    Compiled? Local(NameExpr name)
    {
        var slot = name.Absolute ? -1 : locals.FindLastIndex(local => local.Name == name.Name);
        return slot < 0 ? null : new(new LocalNode(slot), locals[slot].Type);
    }

    /// <summary>The variable or type of that name, in the innermost namespace of the container that has one.</summary>
    Compiled? Global(string name, bool absolute, int position)
    {
        for (var container = absolute ? "" : environment.Container; ; container = Outer(container))
        {
            var full = container.Length == 0 ? name : $"{container}.{name}";
            if (environment.TypeOf(full) is { } type)
                return new(new VariableNode(full), type, new(full, [], Dynamic: false, Guarded: tests > 0, position));
            if (CelType.Names.Contains(full))
                return Constant(CelValue.OfType(full));
            if (container.Length == 0)
                return null;
        }
    }

    static string Outer(string container) => container.LastIndexOf('.') is var dot and >= 0 ? container[..dot] : "";

    Compiled Select(SelectExpr select)
    {
        // A variable may have dots in its name; the longest name wins.
        if (!select.Test && !select.Optional && QualifiedName(select) is { } qualified
            && Global(qualified.Name, qualified.Root.Absolute, qualified.Root.Position) is { } global)
            return global;
        tests += select.Test ? 1 : 0;
        var operand = CompilePart(select.Operand);
        var path = Longer(operand.Path, select.Field);
        tests -= select.Test ? 1 : 0;
        var type = Field(operand.Type, CelType.String, select.Optional);
        if (type is null || operand.Type.IsList)
            return Fault($"{operand.Type} has no field {select.Field}", select.Position) with { Path = path };
        return select.Test
            ? new(new HasNode(operand.Node, select.Field), CelType.Bool, path)
            : new(new AccessNode(operand.Node, new ConstantNode(CelValue.Of(select.Field)), select.Optional), type, path);
    }

    /// <summary>`a.b.c` as one name, unless a local hides `a`.</summary>
    (string Name, NameExpr Root)? QualifiedName(Expr expression)
    {
        var parts = new Stack<string>();
        while (expression is SelectExpr { Optional: false, Test: false } select)
        {
            parts.Push(select.Field);
            expression = select.Operand;
        }
        if (expression is not NameExpr root || Local(root) is not null)
            return null;
        parts.Push(root.Name);
        return (string.Join('.', parts), root);
    }

    Compiled Index(IndexExpr index)
    {
        var operand = CompilePart(index.Operand);
        var key = Compile(index.Index);
        var path = key.Node is ConstantNode { Value: { Kind: CelKind.String or CelKind.Int or CelKind.Uint or CelKind.Bool } literal }
            ? Longer(operand.Path, literal.ToDisplayText())
            : operand.Path is null ? null : operand.Path with { Dynamic = true };
        var type = Field(operand.Type, key.Type, index.Optional);
        return type is null
            ? Fault($"{operand.Type} has nothing at {key.Type}", index.Position) with { Path = path }
            : new(new AccessNode(operand.Node, key.Node, index.Optional), type, path);
    }

    static CelReference? Longer(CelReference? path, string part) =>
        path is null || path.Dynamic ? path : path with { Path = [.. path.Path, part] };

    /// <summary>The type of what is found by such a key, or null where nothing can be.</summary>
    static CelType? Field(CelType type, CelType key, bool optional)
    {
        if (type.IsOptional)
            return Field(type.First, key, optional: false) is { } inner ? CelType.OptionalOf(inner) : null;
        var found = type.IsDyn ? CelType.Dyn
            : type.IsMap && type.First.Meets(key) ? type.Second
            : type.IsList && key.Meets(CelType.Int) ? type.First
            : null;
        return found is not null && optional ? CelType.OptionalOf(found) : found;
    }

    Compiled Bind(BindExpr bind)
    {
        var value = Compile(bind.Value);
        var slot = Declare(bind.Variable, value.Type);
        var body = Compile(bind.Body);
        Forget(1);
        return new(new BindNode(slot, value.Node, body.Node), body.Type);
    }

    Compiled OptionalMap(OptionalMapExpr map)
    {
        var target = Compile(map.Target);
        if (!target.Type.IsDyn && !target.Type.IsOptional)
            return Fault($"optMap() is for optionals, not {target.Type}", map.Position);
        var slot = Declare(map.Variable, target.Type.IsOptional ? target.Type.First : CelType.Dyn);
        var body = Compile(map.Body);
        Forget(1);
        if (map.Flat && !body.Type.IsDyn && !body.Type.IsOptional)
            return Fault($"optFlatMap() needs an optional, not {body.Type}", map.Position);
        return new(new OptionalMapNode(target.Node, slot, body.Node, map.Flat), map.Flat ? body.Type : CelType.OptionalOf(body.Type));
    }

    Compiled Comprehension(ComprehensionExpr macro)
    {
        var range = Compile(macro.Range);
        if (!range.Type.IsDyn && !range.Type.IsList && !range.Type.IsMap)
            return Fault($"a macro takes a list or a map, not {range.Type}", macro.Position);
        var keys = range.Type.IsMap ? range.Type.First : range.Type.IsList ? CelType.Int : CelType.Dyn;
        var values = range.Type.IsMap ? range.Type.Second : range.Type.IsList ? range.Type.First : CelType.Dyn;
        var first = Declare(macro.First, macro.Second is null && !range.Type.IsMap ? values : keys);
        var second = macro.Second is null ? -1 : Declare(macro.Second, values);
        Compiled? filter = macro.Filter is null ? null : Compile(macro.Filter);
        var body = Compile(macro.Body);
        Forget(macro.Second is null ? 1 : 2);
        var condition = macro.Kind is Comprehend.All or Comprehend.Exists or Comprehend.ExistsOne ? body : filter;
        if (environment.IsChecked && condition is { } test && !test.Type.Meets(CelType.Bool))
            return Fault($"the condition of a macro is {test.Type}, not bool", macro.Position);
        var node = new ComprehensionNode(macro.Kind, range.Node, first, second, filter?.Node, body.Node);
        return new(node, macro.Kind switch
        {
            Comprehend.List => CelType.ListOf(body.Type),
            Comprehend.Map => CelType.MapOf(keys, body.Type),
            Comprehend.MapEntry => body.Type.IsMap ? body.Type : CelType.Dyn,
            _ => CelType.Bool,
        });
    }

    int Declare(string name, CelType type)
    {
        locals.Add((name, type));
        slots = Math.Max(slots, locals.Count);
        return locals.Count - 1;
    }

    void Forget(int count) => locals.RemoveRange(locals.Count - count, count);
}
