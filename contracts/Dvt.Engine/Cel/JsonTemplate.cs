using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Dvt.Engine.Cel;

/// <summary>JSON whose strings are templates, compiled once. Names of properties are never templates.</summary>
public sealed class JsonTemplate
{
    // What cannot be written at all becomes null; its fault is told.
    static readonly BytesPart Nothing = new("null"u8.ToArray());

    readonly Part root;

    JsonTemplate(Part root, IReadOnlyList<CelReference> references)
    {
        this.root = root;
        References = references;
    }

    /// <summary>Nothing in it is evaluated: `Write` copies.</summary>
    public bool IsLiteral => root.IsLiteral;
    public IReadOnlyList<CelReference> References { get; }

    /// <summary>
    /// `pointer` is the JSON pointer of `value`; a fault goes to `onError` with the pointer of its string, and the rest is compiled.
    /// The template keeps nothing of `value`'s document.
    /// </summary>
    public static JsonTemplate Compile(JsonElement value, CelEnvironment env, string pointer, Action<string, string> onError)
    {
        var references = new List<CelReference>();
        var root = Compile(value, pointer, text =>
        {
            var template = Template.Parse(text, env);
            references.AddRange(template.References);
            return template;
        }, onError);
        return new(Frozen(root), CelReference.Merge(references));
    }

    /// <summary>
    /// The limit is for all placeholders together. Throws `CelEvaluationException`, and then leaves the writer in the middle of a value.
    /// </summary>
    public void Write(ICelBindings bindings, Utf8JsonWriter writer, long costLimit = 1_000_000) =>
        root.Write(bindings, writer, new CostMeter(costLimit));

    static Part Compile(JsonElement value, string pointer, Func<string, Template> parse, Action<string, string> onError)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                if (!TryNames(value, out var names))
                {
                    onError(pointer, "a name is not valid Unicode");
                    return Nothing;
                }
                var members = value.EnumerateObject()
                    .Select((member, index) => Compile(member.Value, $"{pointer}/{Escaped(names[index])}", parse, onError))
                    .ToArray();
                return Array.TrueForAll(members, member => member is RawPart)
                    ? new RawPart(value)
                    : new ObjectPart([.. names.Zip(members.Select(Frozen))]);
            case JsonValueKind.Array:
                var items = value.EnumerateArray()
                    .Select((item, index) => Compile(item, string.Create(CultureInfo.InvariantCulture, $"{pointer}/{index}"), parse, onError))
                    .ToArray();
                return Array.TrueForAll(items, item => item is RawPart)
                    ? new RawPart(value)
                    : new ArrayPart([.. items.Select(Frozen)]);
            case JsonValueKind.String:
                return Text(value, pointer, parse, onError);
            default:
                return new RawPart(value);
        }
    }

    static bool TryNames(JsonElement value, out string[] names)
    {
        try
        {
            names = [.. value.EnumerateObject().Select(member => member.Name)];
            return true;
        }
        // A lone surrogate is JSON but no text.
        catch (InvalidOperationException)
        {
            names = [];
            return false;
        }
    }

    static Part Text(JsonElement value, string pointer, Func<string, Template> parse, Action<string, string> onError)
    {
        try
        {
            var text = value.GetString()!;
            // Most strings have no placeholder, and none of them need be looked at again.
            if (!text.Contains("${", StringComparison.Ordinal))
                return new RawPart(value);
            return new TextPart(parse(text));
        }
        catch (CelSyntaxException exception)
        {
            onError(pointer, exception.Message);
        }
        // A lone surrogate is JSON but no text.
        catch (InvalidOperationException)
        {
            onError(pointer, "the string is not valid Unicode");
            return Nothing;
        }
        return new RawPart(value);
    }

    /// <summary>What is literal becomes bytes, once, at the top of each literal subtree.</summary>
    static Part Frozen(Part part)
    {
        if (!part.IsLiteral || part is BytesPart)
            return part;
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            part.Write(NoBindings.Instance, writer, new CostMeter(limit: 0));
        return new BytesPart(buffer.WrittenSpan.ToArray());
    }

    // RFC 6901.
    static string Escaped(string name) =>
        name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    abstract class Part
    {
        public abstract bool IsLiteral { get; }
        public abstract void Write(ICelBindings bindings, Utf8JsonWriter writer, CostMeter meter);
    }

    sealed class RawPart(JsonElement value) : Part
    {
        public override bool IsLiteral => true;
        public override void Write(ICelBindings bindings, Utf8JsonWriter writer, CostMeter meter) => value.WriteTo(writer);
    }

    sealed class BytesPart(byte[] json) : Part
    {
        public override bool IsLiteral => true;
        public override void Write(ICelBindings bindings, Utf8JsonWriter writer, CostMeter meter) => writer.WriteRawValue(json, skipInputValidation: true);
    }

    sealed class TextPart(Template template) : Part
    {
        public override bool IsLiteral => template.IsLiteral;
        public override void Write(ICelBindings bindings, Utf8JsonWriter writer, CostMeter meter) => template.Evaluate(bindings, meter).WriteJson(writer);
    }

    sealed class ObjectPart((string Name, Part Value)[] members) : Part
    {
        public override bool IsLiteral { get; } = Array.TrueForAll(members, member => member.Value.IsLiteral);

        public override void Write(ICelBindings bindings, Utf8JsonWriter writer, CostMeter meter)
        {
            writer.WriteStartObject();
            foreach (var (name, value) in members)
            {
                writer.WritePropertyName(name);
                value.Write(bindings, writer, meter);
            }
            writer.WriteEndObject();
        }
    }

    sealed class ArrayPart(Part[] items) : Part
    {
        public override bool IsLiteral { get; } = Array.TrueForAll(items, item => item.IsLiteral);

        public override void Write(ICelBindings bindings, Utf8JsonWriter writer, CostMeter meter)
        {
            writer.WriteStartArray();
            foreach (var item in items)
                item.Write(bindings, writer, meter);
            writer.WriteEndArray();
        }
    }

    sealed class NoBindings : ICelBindings
    {
        public static NoBindings Instance { get; } = new();

        public bool TryGet(string name, out CelValue value)
        {
            value = default;
            return false;
        }
    }
}
