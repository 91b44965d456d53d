namespace Dvt.Engine.Cel;

/// <summary>A compiled part of an expression. What fails gives an error value, which `&amp;&amp;` and `||` may absorb.</summary>
abstract class Node
{
    public abstract CelValue Evaluate(Evaluation evaluation);
}

sealed class ConstantNode(CelValue value) : Node
{
    public CelValue Value => value;

    public override CelValue Evaluate(Evaluation evaluation) => value;
}

sealed class VariableNode(string name) : Node
{
    readonly CelValue missing = CelValue.Error($"'{name}' has no value");

    public override CelValue Evaluate(Evaluation evaluation)
    {
        evaluation.Charge(1);
        return evaluation.Bindings.TryGet(name, out var value) ? evaluation.Read(value) : missing;
    }
}

sealed class LocalNode(int slot) : Node
{
    public override CelValue Evaluate(Evaluation evaluation)
    {
        evaluation.Charge(1);
        return evaluation.Slots[slot];
    }
}

sealed class BindNode(int slot, Node value, Node body) : Node
{
    public override CelValue Evaluate(Evaluation evaluation)
    {
        evaluation.Charge(1);
        evaluation.Slots[slot] = value.Evaluate(evaluation);
        return body.Evaluate(evaluation);
    }
}

sealed class LogicNode(bool and, Node[] operands) : Node
{
    // A later operand may decide what an earlier one failed to, so the order of operands never matters.
    public override CelValue Evaluate(Evaluation evaluation)
    {
        evaluation.Charge(1);
        CelValue? fault = null;
        foreach (var operand in operands)
        {
            var value = operand.Evaluate(evaluation);
            if (and ? value.IsFalse : value.IsTrue)
                return value;
            if (value.Kind != CelKind.Bool)
                fault ??= value.IsError ? value : CelValue.Error($"{(and ? "&&" : "||")} takes bool, not {value.TypeName}");
        }
        return fault ?? CelValue.Of(and);
    }
}

sealed class ConditionalNode(Node condition, Node yes, Node no) : Node
{
    public override CelValue Evaluate(Evaluation evaluation)
    {
        evaluation.Charge(1);
        var value = condition.Evaluate(evaluation);
        return value.IsTrue ? yes.Evaluate(evaluation)
            : value.IsFalse ? no.Evaluate(evaluation)
            : value.IsError ? value : CelValue.Error($"the condition before ? is {value.TypeName}, not bool");
    }
}

sealed class UnaryNode(Func<CelValue, CelValue> apply, Node operand) : Node
{
    public override CelValue Evaluate(Evaluation evaluation)
    {
        evaluation.Charge(1);
        var value = operand.Evaluate(evaluation);
        return value.IsError ? value : apply(value);
    }
}

sealed class BinaryNode(Func<CelValue, CelValue, Evaluation, CelValue> apply, Node left, Node right) : Node
{
    public override CelValue Evaluate(Evaluation evaluation)
    {
        evaluation.Charge(1);
        var first = left.Evaluate(evaluation);
        if (first.IsError)
            return first;
        var second = right.Evaluate(evaluation);
        return second.IsError ? second : apply(first, second, evaluation);
    }
}

sealed class ListNode((Node Value, bool Optional)[] items) : Node
{
    public override CelValue Evaluate(Evaluation evaluation)
    {
        evaluation.Charge(1);
        var values = new List<CelValue>(items.Length);
        foreach (var (node, optional) in items)
        {
            var value = node.Evaluate(evaluation);
            if (value.IsError)
                return value;
            if (optional && value.Kind != CelKind.Optional)
                return CelValue.Error($"an optional element is {value.TypeName}");
            if (!optional)
                values.Add(value);
            else if (!value.IsNone)
                values.Add(value.Inner);
        }
        return evaluation.Build([.. values]);
    }
}

sealed class MapNode((Node Key, Node Value, bool Optional)[] entries) : Node
{
    public override CelValue Evaluate(Evaluation evaluation)
    {
        evaluation.Charge(1);
        var map = new EntryMap();
        foreach (var (keyNode, valueNode, optional) in entries)
        {
            var key = keyNode.Evaluate(evaluation);
            if (key.IsError)
                return key;
            var value = valueNode.Evaluate(evaluation);
            if (value.IsError)
                return value;
            if (optional && value.Kind != CelKind.Optional)
                return CelValue.Error($"an optional entry is {value.TypeName}");
            if (optional && value.IsNone)
                continue;
            if (map.Add(key, optional ? value.Inner : value) is { } fault)
                return CelValue.Error(fault);
        }
        return evaluation.Built(CelValue.Of(map));
    }
}

sealed class CallNode(string name, Overload[] overloads, Node[] arguments) : Node
{
    public override CelValue Evaluate(Evaluation evaluation)
    {
        evaluation.Charge(1);
        var values = new CelValue[arguments.Length];
        for (var place = 0; place < values.Length; place++)
        {
            values[place] = arguments[place].Evaluate(evaluation);
            if (values[place].IsError)
                return values[place];
        }
        foreach (var overload in overloads)
            if (overload.Fits(values))
                return overload.Body(values, evaluation);
        return CelValue.Error($"{name}() does not take ({string.Join(", ", values.Select(value => value.TypeName))})");
    }
}
