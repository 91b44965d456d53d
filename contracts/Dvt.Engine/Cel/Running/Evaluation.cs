namespace Dvt.Engine.Cel;

/// <summary>One run of a program: its bindings, its local variables and what is left of its cost.</summary>
sealed class Evaluation(ICelBindings bindings, int slots, CostMeter meter)
{
    // Below the depth at which readers of JSON give up, once it is inside another document.
    const int MaxDepth = 48;

    public ICelBindings Bindings => bindings;
    public CelValue[] Slots { get; } = slots == 0 ? [] : new CelValue[slots];

    public void Charge(long steps) => meter.Charge(steps);

    public void ChargeText(long length) => Charge(1 + length / 16);

    /// <summary>Text that comes out of JSON is decoded each time.</summary>
    public CelValue Read(CelValue value)
    {
        if (value.Kind == CelKind.String)
            Charge(value.Name.Length / 16);
        return value;
    }

    public CelValue Build(string text)
    {
        ChargeText(text.Length);
        return CelValue.Of(text);
    }

    public CelValue Build(CelValue[] items) => Built(CelValue.Of(new ArrayList(items)));

    /// <summary>Whatever was built out of other values: a shared part costs as often as it would be written.</summary>
    public CelValue Built(CelValue value)
    {
        Charge(value.Weight);
        return value.Depth > MaxDepth ? CelValue.Error($"a value is nested deeper than {MaxDepth}") : value;
    }
}
