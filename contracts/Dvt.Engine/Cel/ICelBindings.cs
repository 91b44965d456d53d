namespace Dvt.Engine.Cel;

/// <summary>The values of free variables, asked for only when an evaluation reads them.</summary>
public interface ICelBindings
{
    bool TryGet(string name, out CelValue value);
}
