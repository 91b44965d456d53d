namespace Dvt.Engine.Cel;

enum TokenKind
{
    End,
    Name,
    QuotedName,
    Literal,
    Symbol,
}

/// <summary>`Text` is the name or the symbol; `Value` belongs to a literal.</summary>
sealed record Token(TokenKind Kind, string Text, CelValue Value, int Position)
{
    public bool Is(string symbol) => Kind == TokenKind.Symbol && Text == symbol;

    public override string ToString() => Kind switch
    {
        TokenKind.End => "the end",
        TokenKind.Literal => "a literal",
        _ => $"'{Text}'",
    };
}
