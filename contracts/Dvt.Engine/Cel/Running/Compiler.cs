namespace Dvt.Engine.Cel;

/// <summary>Resolves names, checks types where they are known, and builds the nodes that run.</summary>
sealed partial class Compiler(CelEnvironment environment)
{
    // A chain such as 1 + 1 + … is as deep as it is long; this depth fits any thread's stack.
    const int MaxDepth = 250;
    // Reading a pattern is slow, and nothing else limits how many there are.
    const int MaxPatterns = 20_000;

    readonly List<CelReference> references = [];
    readonly List<(string Name, CelType Type)> locals = [];
    int slots;
    int depth;
    int tests;
    int patterns;

    public CelProgram Compile(string source, Expr expression)
    {
        var compiled = Compile(expression);
        return new CelProgram(source, compiled.Node, slots, compiled.Type, CelReference.Merge(references));
    }

    /// <summary>`Path` is what the node reads, as long as selections may still make it longer.</summary>
    sealed record Compiled(Node Node, CelType Type, CelReference? Path = null);

    Compiled Compile(Expr expression)
    {
        var compiled = CompilePart(expression);
        if (compiled.Path is not null)
            references.Add(compiled.Path);
        return compiled with { Path = null };
    }

    Compiled CompilePart(Expr expression)
    {
        if (++depth > MaxDepth)
            throw new CelSyntaxException($"nested deeper than {MaxDepth}", expression.Position);
        var compiled = expression switch
        {
            LiteralExpr literal => Constant(literal.Value),
            NameExpr name => Name(name),
            SelectExpr select => Select(select),
            IndexExpr index => Index(index),
            CallExpr call => Call(call),
            UnaryExpr unary => Unary(unary),
            BinaryExpr binary => Binary(binary),
            LogicExpr logic => Logic(logic),
            ConditionalExpr conditional => Conditional(conditional),
            ListExpr list => List(list),
            MapExpr map => Map(map),
            BindExpr bind => Bind(bind),
            OptionalMapExpr optional => OptionalMap(optional),
            ComprehensionExpr comprehension => Comprehension(comprehension),
            _ => throw new CelSyntaxException("not understood", expression.Position),
        };
        depth--;
        return compiled;
    }

    static Compiled Constant(CelValue value) => new(new ConstantNode(value), TypeOf(value));

    Compiled Unary(UnaryExpr unary)
    {
        var operand = Compile(unary.Operand);
        if (unary.Operator == '!')
            return operand.Type.Meets(CelType.Bool)
                ? new(new UnaryNode(Arithmetic.Not, operand.Node), CelType.Bool)
                : Fault($"! takes bool, not {operand.Type}", unary.Position);
        return operand.Type.IsDyn || operand.Type.Meets(CelType.Int) || operand.Type.Meets(CelType.Double)
            ? new(new UnaryNode(Arithmetic.Negate, operand.Node), operand.Type)
            : Fault($"- does not take {operand.Type}", unary.Position);
    }

    Compiled Binary(BinaryExpr binary)
    {
        var left = Compile(binary.Left);
        var right = Compile(binary.Right);
        var sign = Operators.Of(binary.Operator);
        var node = new BinaryNode(sign.Apply, left.Node, right.Node);
        if (Signature.Call(sign.Signatures, [left.Type, right.Type]) is { } type)
            return new(node, type);
        return environment.IsChecked
            ? Fault($"{binary.Operator} does not take {left.Type} and {right.Type}", binary.Position)
            : new(node, CelType.Dyn);
    }

    Compiled Logic(LogicExpr logic)
    {
        var operands = logic.Operands.Select(Compile).ToList();
        foreach (var (operand, expression) in operands.Zip(logic.Operands))
            if (environment.IsChecked && !operand.Type.Meets(CelType.Bool))
                return Fault($"{(logic.And ? "&&" : "||")} takes bool, not {operand.Type}", expression.Position);
        return new(new LogicNode(logic.And, [.. operands.Select(operand => operand.Node)]), CelType.Bool);
    }

    Compiled Conditional(ConditionalExpr conditional)
    {
        var (condition, yes, no) = (Compile(conditional.Condition), Compile(conditional.Yes), Compile(conditional.No));
        if (environment.IsChecked && !condition.Type.Meets(CelType.Bool))
            return Fault($"the condition before ? is {condition.Type}, not bool", conditional.Position);
        if (environment.IsChecked && !yes.Type.Meets(no.Type))
            return Fault($"?: gives {yes.Type} or {no.Type}; wrap one in dyn() if that is meant", conditional.Position);
        return new(new ConditionalNode(condition.Node, yes.Node, no.Node), yes.Type.Join(no.Type));
    }

    Compiled List(ListExpr list)
    {
        var items = new List<(Node, bool)>();
        CelType? type = null;
        foreach (var (value, optional) in list.Items)
        {
            var item = Compile(value);
            items.Add((item.Node, optional));
            type = Element(type, item.Type, optional);
        }
        return new(new ListNode([.. items]), CelType.ListOf(type ?? CelType.Dyn));
    }

    Compiled Map(MapExpr map)
    {
        var entries = new List<(Node, Node, bool)>();
        CelType? keys = null;
        CelType? values = null;
        foreach (var (key, value, optional) in map.Entries)
        {
            var (compiledKey, compiledValue) = (Compile(key), Compile(value));
            entries.Add((compiledKey.Node, compiledValue.Node, optional));
            keys = Element(keys, compiledKey.Type, optional: false);
            values = Element(values, compiledValue.Type, optional);
        }
        return new(new MapNode([.. entries]), CelType.MapOf(keys ?? CelType.Dyn, values ?? CelType.Dyn));
    }

    static CelType Element(CelType? sofar, CelType type, bool optional)
    {
        var element = !optional ? type : type.IsOptional ? type.First : CelType.Dyn;
        return sofar?.Join(element) ?? element;
    }

    static CelType TypeOf(CelValue value) => value.Kind switch
    {
        CelKind.Null => CelType.Null,
        CelKind.Bool => CelType.Bool,
        CelKind.Int => CelType.Int,
        CelKind.Uint => CelType.Uint,
        CelKind.Double => CelType.Double,
        CelKind.String => CelType.String,
        CelKind.Bytes => CelType.Bytes,
        CelKind.Type => CelType.Type,
        _ => CelType.Dyn,
    };

    // Without the check a fault is found only by who evaluates it, as in other implementations of the language.
    Compiled Fault(string message, int position) => environment.IsChecked
        ? throw new CelSyntaxException(message, position)
        : new(new ConstantNode(CelValue.Error(message)), CelType.Dyn);
}
