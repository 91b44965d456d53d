namespace Dvt.Engine.Cel;

/// <summary>What the parser makes of source, macros already recognised.</summary>
abstract record Expr(int Position);

sealed record LiteralExpr(CelValue Value, int Position) : Expr(Position);

/// <summary>`Absolute`: written with a leading dot, so neither a local nor the container hides it.</summary>
sealed record NameExpr(string Name, bool Absolute, int Position) : Expr(Position);

/// <summary>`x.field`, `x.?field`, or `has(x.field)` when `Test`.</summary>
sealed record SelectExpr(Expr Operand, string Field, bool Optional, bool Test, int Position) : Expr(Position);

sealed record IndexExpr(Expr Operand, Expr Index, bool Optional, int Position) : Expr(Position);

sealed record CallExpr(Expr? Target, string Function, IReadOnlyList<Expr> Arguments, int Position) : Expr(Position);

/// <summary>`!` or `-`.</summary>
sealed record UnaryExpr(char Operator, Expr Operand, int Position) : Expr(Position);

sealed record BinaryExpr(string Operator, Expr Left, Expr Right, int Position) : Expr(Position);

/// <summary>A chain of one operator, `&amp;&amp;` or `||`.</summary>
sealed record LogicExpr(bool And, List<Expr> Operands, int Position) : Expr(Position);

sealed record ConditionalExpr(Expr Condition, Expr Yes, Expr No, int Position) : Expr(Position);

sealed record ListExpr(IReadOnlyList<(Expr Value, bool Optional)> Items, int Position) : Expr(Position);

sealed record MapExpr(IReadOnlyList<(Expr Key, Expr Value, bool Optional)> Entries, int Position) : Expr(Position);

sealed record BindExpr(string Variable, Expr Value, Expr Body, int Position) : Expr(Position);

/// <summary>`x.optMap(v, body)`, or `optFlatMap` when `Flat`.</summary>
sealed record OptionalMapExpr(Expr Target, string Variable, Expr Body, bool Flat, int Position) : Expr(Position);

enum Comprehend
{
    All,
    Exists,
    ExistsOne,
    List,
    Map,
    MapEntry,
}

/// <summary>
/// A macro over a list or map. One variable is the element or the key; two are index and element, or key and value.
/// `Filter` may leave elements out; `Body` is the condition or the new element, value or entry.
/// </summary>
sealed record ComprehensionExpr(
    Comprehend Kind, Expr Range, string First, string? Second, Expr? Filter, Expr Body, int Position) : Expr(Position);
