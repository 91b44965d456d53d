namespace Dvt.Engine.Cel;

/// <summary>Calls of functions, of methods, and of functions in a namespace.</summary>
sealed partial class Compiler
{
    Compiled Call(CallExpr call)
    {
        if (call.Target is null)
            return Call(call.Function, call.Arguments, call);
        if (QualifiedName(call.Target) is { } space && Library.Find($"{space.Name}.{call.Function}") is not null)
            return Call($"{space.Name}.{call.Function}", call.Arguments, call);
        if (call is { Function: "or" or "orValue", Arguments.Count: 1 })
            return OptionalOr(call);
        return Call($".{call.Function}", [call.Target, .. call.Arguments], call);
    }

    Compiled Call(string name, IReadOnlyList<Expr> expressions, CallExpr call)
    {
        var arguments = new List<Compiled>(expressions.Count);
        foreach (var expression in expressions)
            arguments.Add(Compile(expression));
        if (Library.Find(name) is not { } overloads)
            return Fault($"there is no function {call.Function}()", call.Position);
        var given = arguments.Select(argument => argument.Type).ToArray();
        var type = Signature.Call(overloads.Select(overload => overload.Signature), given);
        if (type is null && environment.IsChecked)
            return Fault($"{call.Function}() does not take ({string.Join(", ", given.AsEnumerable())})", call.Position);
        if (name is ".matches" or "matches" && arguments is [var text, { Node: ConstantNode { Value: { Kind: CelKind.String } literal } }])
            return Matches(text.Node, literal.AsString(), call);
        return new(new CallNode(call.Function, overloads, [.. arguments.Select(argument => argument.Node)]), type ?? CelType.Dyn);
    }

    // A pattern that is written out is read once, and its faults are found before it runs.
    Compiled Matches(Node text, string source, CallExpr call)
    {
        if (!Pattern.TryRead(source, evaluation: null, out var pattern, out var fault))
            return Fault(fault, call.Position);
        if ((patterns += pattern.Size) > MaxPatterns)
            throw new CelSyntaxException("the patterns are too large together", call.Position);
        return new(new UnaryTextNode(text, pattern.Match), CelType.Bool);
    }

    Compiled OptionalOr(CallExpr call)
    {
        var (target, other) = (Compile(call.Target!), Compile(call.Arguments[0]));
        var isValue = call.Function == "orValue";
        var fallback = isValue ? other.Type : other.Type.IsOptional ? other.Type.First : CelType.Dyn;
        var value = target.Type.IsOptional ? target.Type.First : CelType.Dyn;
        if (environment.IsChecked && (!target.Type.IsDyn && !target.Type.IsOptional
            || !isValue && !other.Type.IsDyn && !other.Type.IsOptional || !value.Meets(fallback)))
            return Fault($"{call.Function}() does not take {target.Type} and {other.Type}", call.Position);
        var joined = value.Join(fallback);
        return new(new OptionalOrNode(target.Node, other.Node, isValue), isValue ? joined : CelType.OptionalOf(joined));
    }
}
