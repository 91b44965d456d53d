namespace Dvt.Engine.Cel;

/// <summary>What may still be spent, by one program or by all the placeholders of a template together.</summary>
sealed class CostMeter(long limit)
{
    long spent;

    // Thrown, not an error value: `||` must not swallow it.
    public void Charge(long steps)
    {
        if ((spent += steps) > limit)
            throw new CelEvaluationException($"the expression costs more than {limit} steps");
    }
}
