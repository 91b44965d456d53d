using System.Text.Json;
using Dvt.Engine.Cel;

namespace Dvt.Engine.Runs;

/// <summary>What expressions of a map's step see besides the run: <c>item</c> and <c>index</c>.</summary>
sealed class ItemBindings(ICelBindings ofRun, JsonElement item, int index) : ICelBindings
{
    public bool TryGet(string name, out CelValue value)
    {
        switch (name)
        {
            case "item":
                value = CelValue.FromJson(item);
                return true;
            case "index":
                value = CelValue.Of((long)index);
                return true;
            default:
                return ofRun.TryGet(name, out value);
        }
    }
}
