using System.Runtime.InteropServices;
using System.Text.Json;

namespace Dvt.Engine.Cel;

abstract class CelList
{
    public abstract int Count { get; }
    public abstract long Weight { get; }
    public abstract int Depth { get; }
    /// <summary>What reading the element costs.</summary>
    public virtual long Reach(int index) => 0;
    public abstract CelValue this[int index] { get; }
    public abstract IEnumerable<CelValue> Items { get; }

    public virtual void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartArray();
        foreach (var item in Items)
            item.WriteJson(writer);
        writer.WriteEndArray();
    }
}

sealed class ArrayList : CelList
{
    readonly CelValue[] items;

    public ArrayList(CelValue[] items)
    {
        this.items = items;
        Weight = 1;
        foreach (var item in items)
        {
            Weight += item.Weight;
            Depth = Math.Max(Depth, item.Depth);
        }
        Depth++;
    }

    public override int Count => items.Length;
    public override long Weight { get; }
    public override int Depth { get; }
    public override CelValue this[int index] => items[index];
    public override IEnumerable<CelValue> Items => items;
}

sealed class JsonList(JsonElement element) : CelList
{
    public JsonElement Element => element;
    public override int Count => element.GetArrayLength();
    public override long Weight => 1 + JsonMarshal.GetRawUtf8Value(element).Length / 32;
    public override int Depth => 1;
    // An array of objects is walked from its start.
    public override long Reach(int index) => index / 32;
    public override CelValue this[int index] => CelValue.FromJson(element[index]);

    public override IEnumerable<CelValue> Items
    {
        get
        {
            foreach (var item in element.EnumerateArray())
                yield return CelValue.FromJson(item);
        }
    }

    public override void WriteJson(Utf8JsonWriter writer) => CelValue.Copy(element, writer);
}
