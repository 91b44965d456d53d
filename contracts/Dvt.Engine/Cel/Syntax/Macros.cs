namespace Dvt.Engine.Cel;

/// <summary>Calls that bind variables or test fields; anything else stays a call.</summary>
static class Macros
{
    public static Expr Expand(CallExpr call) => (call.Target, call.Function, call.Arguments.Count) switch
    {
        (null, "has", 1) => Has(call),
        (NameExpr { Name: "cel" }, "bind", 3) =>
            new BindExpr(Variable(call, 0), call.Arguments[1], call.Arguments[2], call.Position),
        (null, _, _) => call,
        (_, "optMap" or "optFlatMap", 2) =>
            new OptionalMapExpr(call.Target, Variable(call, 0), call.Arguments[1], call.Function == "optFlatMap", call.Position),
        (_, "all", 2) => One(call, Comprehend.All),
        (_, "exists", 2) => One(call, Comprehend.Exists),
        (_, "exists_one" or "existsOne", 2) => One(call, Comprehend.ExistsOne),
        (_, "map", 2) => One(call, Comprehend.List),
        (_, "map", 3) => One(call, Comprehend.List, filter: call.Arguments[1]),
        (_, "filter", 2) => One(call, Comprehend.List, filter: call.Arguments[1]) with { Body = call.Arguments[0] },
        (_, "all", 3) => Two(call, Comprehend.All),
        (_, "exists", 3) => Two(call, Comprehend.Exists),
        (_, "exists_one" or "existsOne", 3) => Two(call, Comprehend.ExistsOne),
        (_, "transformList", 3) => Two(call, Comprehend.List),
        (_, "transformList", 4) => Two(call, Comprehend.List, filter: call.Arguments[2]),
        (_, "transformMap", 3) => Two(call, Comprehend.Map),
        (_, "transformMap", 4) => Two(call, Comprehend.Map, filter: call.Arguments[2]),
        (_, "transformMapEntry", 3) => Two(call, Comprehend.MapEntry),
        (_, "transformMapEntry", 4) => Two(call, Comprehend.MapEntry, filter: call.Arguments[2]),
        _ => call,
    };

    static SelectExpr Has(CallExpr call) =>
        call.Arguments[0] is SelectExpr { Test: false } select
            ? select with { Test = true }
            : throw new CelSyntaxException("has() takes a field selection such as has(a.b)", call.Position);

    static ComprehensionExpr One(CallExpr call, Comprehend kind, Expr? filter = null) =>
        new(kind, call.Target!, Variable(call, 0), Second: null, filter, call.Arguments[^1], call.Position);

    static ComprehensionExpr Two(CallExpr call, Comprehend kind, Expr? filter = null)
    {
        var (first, second) = (Variable(call, 0), Variable(call, 1));
        if (first == second)
            throw new CelSyntaxException($"{call.Function}() needs two different variables", call.Position);
        return new(kind, call.Target!, first, second, filter, call.Arguments[^1], call.Position);
    }

    static string Variable(CallExpr call, int place) =>
        call.Arguments[place] is NameExpr { Absolute: false } name
            ? name.Name
            : throw new CelSyntaxException($"argument {place + 1} of {call.Function}() must be a simple name", call.Arguments[place].Position);
}
