namespace Dvt.Engine.Cel;

/// <summary>Recursive descent over tokens; CEL language definition, section "Syntax".</summary>
sealed class Parser(List<Token> tokens)
{
    const int MaxDepth = 250;
    const int NoOperator = -1;
    const int OrLevel = 0;
    const int AndLevel = 1;

    /// <summary>Stands for 9223372036854775808 right after a minus, where alone it may be.</summary>
    public static CelValue SmallestWithoutMinus { get; } = CelValue.OfNanoseconds(long.MinValue);

    static readonly HashSet<string> Reserved =
    [
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop",
        "package", "namespace", "return", "var", "void", "while",
    ];

    static readonly HashSet<string> Keywords = ["in", "true", "false", "null"];

    int at;
    int depth;

    public static Expr Parse(List<Token> tokens)
    {
        var parser = new Parser(tokens);
        var expression = parser.Expression();
        return parser.Current.Kind == TokenKind.End ? expression : throw parser.Unexpected();
    }

    Token Current => tokens[at];

    Expr Expression()
    {
        Enter();
        var condition = Operation(OrLevel);
        if (Current.Is("?"))
        {
            var position = Take().Position;
            var yes = Operation(OrLevel);
            Expect(":");
            condition = new ConditionalExpr(condition, yes, Expression(), position);
        }
        depth--;
        return condition;
    }

    // One method for all levels of operators, so that nesting takes few frames of the stack.
    Expr Operation(int lowest)
    {
        var left = Unary();
        for (var level = LevelOf(Current); level >= lowest; level = LevelOf(Current))
        {
            var sign = Take();
            var right = Operation(level + 1);
            if (level > AndLevel)
                left = new BinaryExpr(sign.Text, left, right, sign.Position);
            // A chain is one node however long it is.
            else if (left is LogicExpr chain && chain.And == (level == AndLevel))
                chain.Operands.Add(right);
            else
                left = new LogicExpr(level == AndLevel, [left, right], sign.Position);
        }
        return left;
    }

    static int LevelOf(Token token) => (token.Kind, token.Text) switch
    {
        (TokenKind.Symbol, "||") => OrLevel,
        (TokenKind.Symbol, "&&") => AndLevel,
        (TokenKind.Symbol, "<" or "<=" or ">" or ">=" or "==" or "!=") or (TokenKind.Name, "in") => 2,
        (TokenKind.Symbol, "+" or "-") => 3,
        (TokenKind.Symbol, "*" or "/" or "%") => 4,
        _ => NoOperator,
    };

    Expr Unary()
    {
        if (!Current.Is("!") && !Current.Is("-"))
            return Member(Primary());
        Enter();
        var sign = Take();
        var result = sign.Is("-") && Negative(sign.Position) is { } literal
            ? Member(literal)
            : new UnaryExpr(sign.Text[0], Unary(), sign.Position);
        depth--;
        return result;
    }

    LiteralExpr? Negative(int position)
    {
        if (Current.Kind != TokenKind.Literal)
            return null;
        CelValue? value = Current.Value.Kind switch
        {
            CelKind.Int => CelValue.Of(-Current.Value.AsInt()),
            CelKind.Double => CelValue.Of(-Current.Value.AsDouble()),
            CelKind.Duration => CelValue.Of(long.MinValue),
            _ => null,
        };
        if (value is null)
            return null;
        at++;
        return new LiteralExpr(value.Value, position);
    }

    Expr Member(Expr operand)
    {
        while (true)
        {
            var position = Current.Position;
            if (Accept("."))
                operand = Field(operand, Accept("?"), position);
            else if (Accept("["))
            {
                var optional = Accept("?");
                operand = new IndexExpr(operand, Expression(), optional, position);
                Expect("]");
            }
            else
                return operand;
        }
    }

    Expr Field(Expr operand, bool optional, int position)
    {
        var token = Take();
        if (token.Kind is not (TokenKind.Name or TokenKind.QuotedName) || token.Kind == TokenKind.Name && Keywords.Contains(token.Text))
            throw new CelSyntaxException($"expected a field, got {token}", token.Position);
        if (token.Kind == TokenKind.QuotedName || optional || !Accept("("))
            return new SelectExpr(operand, token.Text, optional, Test: false, position);
        return Macros.Expand(new CallExpr(operand, token.Text, Arguments(), token.Position));
    }

    Expr Primary()
    {
        if (Current.Kind == TokenKind.End)
            throw Unexpected();
        var token = Take();
        if (token.Kind == TokenKind.Literal)
            return token.Value.Kind == CelKind.Duration
                ? throw new CelSyntaxException("the number does not fit a 64-bit int", token.Position)
                : new LiteralExpr(token.Value, token.Position);
        if (token.Kind == TokenKind.Name)
            return Name(token, absolute: false);
        if (token.Is(".") && Current.Kind == TokenKind.Name)
            return Name(Take(), absolute: true);
        if (token.Is("("))
        {
            var inner = Expression();
            Expect(")");
            return inner;
        }
        if (token.Is("["))
            return List(token.Position);
        if (token.Is("{"))
            return Map(token.Position);
        at--;
        throw Unexpected();
    }

    Expr Name(Token token, bool absolute)
    {
        if (!absolute)
            switch (token.Text)
            {
                case "true": return new LiteralExpr(CelValue.True, token.Position);
                case "false": return new LiteralExpr(CelValue.False, token.Position);
                case "null": return new LiteralExpr(CelValue.Null, token.Position);
            }
        if (Reserved.Contains(token.Text) || Keywords.Contains(token.Text))
            throw new CelSyntaxException($"'{token.Text}' is a reserved word", token.Position);
        return Accept("(")
            ? Macros.Expand(new CallExpr(null, token.Text, Arguments(), token.Position))
            : new NameExpr(token.Text, absolute, token.Position);
    }

    List<Expr> Arguments()
    {
        var arguments = new List<Expr>();
        while (!Accept(")"))
        {
            arguments.Add(Expression());
            if (!Current.Is(")"))
                Expect(",");
            else
                continue;
            if (Current.Is(")"))
                throw Unexpected();
        }
        return arguments;
    }

    ListExpr List(int position)
    {
        var items = new List<(Expr, bool)>();
        while (!Accept("]"))
        {
            var optional = Accept("?");
            items.Add((Expression(), optional));
            if (!Current.Is("]"))
                Expect(",");
        }
        return new ListExpr(items, position);
    }

    MapExpr Map(int position)
    {
        var entries = new List<(Expr, Expr, bool)>();
        while (!Accept("}"))
        {
            var optional = Accept("?");
            var key = Expression();
            Expect(":");
            entries.Add((key, Expression(), optional));
            if (!Current.Is("}"))
                Expect(",");
        }
        return new MapExpr(entries, position);
    }

    void Enter()
    {
        if (++depth > MaxDepth)
            throw new CelSyntaxException($"nested deeper than {MaxDepth}", Current.Position);
    }

    Token Take() => tokens[at].Kind == TokenKind.End ? tokens[at] : tokens[at++];

    bool Accept(string symbol)
    {
        if (!Current.Is(symbol))
            return false;
        at++;
        return true;
    }

    void Expect(string symbol)
    {
        if (!Accept(symbol))
            throw new CelSyntaxException($"expected '{symbol}', got {Current}", Current.Position);
    }

    CelSyntaxException Unexpected() => new($"unexpected {Current}", Current.Position);
}
