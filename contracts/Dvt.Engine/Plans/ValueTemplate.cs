using System.Buffers;
using System.Text.Json;
using Dvt.Engine.Cel;
using Dvt.Engine.Json;

namespace Dvt.Engine.Plans;

/// <summary>A JSON value with <c>${…}</c> in it, compiled once. Immutable; one serves many threads.</summary>
public sealed class ValueTemplate
{
    static readonly JsonDocumentOptions Deep = new() { MaxDepth = 1000 };

    readonly JsonTemplate template;

    internal ValueTemplate(JsonTemplate compiled)
    {
        template = compiled;
        if (compiled.IsLiteral)
            Literal = Evaluate(NoBindings.Instance);
    }

    public bool IsLiteral => template.IsLiteral;

    public IReadOnlyList<CelReference> References => template.References;

    /// <summary>In canonical form, when nothing in it is evaluated.</summary>
    internal JsonElement? Literal { get; }

    /// <summary>In canonical form. Throws <see cref="CelEvaluationException"/> and <see cref="JsonRefused"/>.</summary>
    internal JsonElement Evaluate(ICelBindings bindings)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            template.Write(bindings, writer);
        var value = JsonElement.Parse(buffer.WrittenSpan, Deep);
        return JsonElement.Parse(CanonicalJson.Canonicalize(value), Deep);
    }

    sealed class NoBindings : ICelBindings
    {
        public static readonly NoBindings Instance = new();

        public bool TryGet(string name, out CelValue value)
        {
            value = default;
            return false;
        }
    }
}
