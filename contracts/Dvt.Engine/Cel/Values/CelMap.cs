using System.Runtime.InteropServices;
using System.Text.Json;

namespace Dvt.Engine.Cel;

abstract class CelMap
{
    public abstract int Count { get; }
    public abstract long Weight { get; }
    public abstract int Depth { get; }
    /// <summary>What finding a key costs.</summary>
    public virtual long Reach => 0;
    public abstract bool TryGet(CelValue key, out CelValue value);
    public abstract IEnumerable<KeyValuePair<CelValue, CelValue>> Entries { get; }

    public virtual void WriteJson(Utf8JsonWriter writer)
    {
        var written = new HashSet<string>(StringComparer.Ordinal);
        writer.WriteStartObject();
        foreach (var (key, value) in Entries)
        {
            var name = key.ToDisplayText();
            if (!written.Add(name))
                throw new CelEvaluationException($"two keys of a map are written {name}");
            writer.WritePropertyName(name);
            value.WriteJson(writer);
        }
        writer.WriteEndObject();
    }
}

/// <summary>A map that an expression built, in the order it was built.</summary>
sealed class EntryMap : CelMap
{
    readonly List<KeyValuePair<CelValue, CelValue>> entries = [];
    readonly Dictionary<CelValue, int> places = new(MapKey.Comparer);
    long weight = 1;
    int depth;

    public override int Count => entries.Count;
    public override long Weight => weight;
    public override int Depth => depth + 1;
    public override IEnumerable<KeyValuePair<CelValue, CelValue>> Entries => entries;

    /// <summary>Null when it was added, else why not.</summary>
    public string? Add(CelValue key, CelValue value)
    {
        if (!MapKey.IsAllowed(key))
            return $"a key of a map cannot be {key.TypeName}";
        MapKey.TryNormalise(key, out var normal);
        if (!places.TryAdd(normal, entries.Count))
            return $"the key {key.Brief} is repeated";
        entries.Add(new(key, value));
        weight += key.Weight + value.Weight;
        depth = Math.Max(depth, value.Depth);
        return null;
    }

    public override bool TryGet(CelValue key, out CelValue value)
    {
        if (MapKey.TryNormalise(key, out var normal) && places.TryGetValue(normal, out var place))
        {
            value = entries[place].Value;
            return true;
        }
        value = default;
        return false;
    }
}

sealed class JsonMap(JsonElement element) : CelMap
{
    public JsonElement Element => element;
    public override int Count => element.GetPropertyCount();
    public override long Weight => 1 + JsonMarshal.GetRawUtf8Value(element).Length / 32;
    public override int Depth => 1;
    // The properties of an object are searched one by one.
    public override long Reach => Count / 16;

    public override bool TryGet(CelValue key, out CelValue value)
    {
        value = default;
        if (key.Kind != CelKind.String || !element.TryGetProperty(key.Name, out var found))
            return false;
        value = CelValue.FromJson(found);
        return true;
    }

    public override IEnumerable<KeyValuePair<CelValue, CelValue>> Entries
    {
        get
        {
            foreach (var property in element.EnumerateObject())
                yield return new(NameOf(property), CelValue.FromJson(property.Value));
        }
    }

    static CelValue NameOf(JsonProperty property)
    {
        try
        {
            return CelValue.Of(property.Name);
        }
        // A lone surrogate is JSON but no text.
        catch (InvalidOperationException)
        {
            throw new CelEvaluationException("a key is not valid Unicode");
        }
    }

    public override void WriteJson(Utf8JsonWriter writer) => CelValue.Copy(element, writer);
}

sealed class MemberMap(IReadOnlyDictionary<string, CelValue> members) : CelMap
{
    public override int Count => members.Count;
    public override long Weight => members.Aggregate(1L, (sum, member) => sum + 1 + member.Value.Weight);
    public override int Depth => 1;

    public override bool TryGet(CelValue key, out CelValue value)
    {
        value = default;
        return key.Kind == CelKind.String && members.TryGetValue(key.Name, out value);
    }

    public override IEnumerable<KeyValuePair<CelValue, CelValue>> Entries =>
        members.Select(member => new KeyValuePair<CelValue, CelValue>(CelValue.Of(member.Key), member.Value));
}
