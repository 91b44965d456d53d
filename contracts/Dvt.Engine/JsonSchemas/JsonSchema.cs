using System.Text.Json;

namespace Dvt.Engine.JsonSchemas;

/// <summary>
/// A compiled JSON Schema (draft 2020-12, Core and Validation). Immutable and safe to share between threads.
/// Nothing is ever fetched: `$ref` reaches the schema itself, the draft's metaschemas and the registry.
/// </summary>
public sealed class JsonSchema
{
    readonly SchemaNode root;

    JsonSchema(SchemaNode root) => this.root = root;

    /// <summary>`schema` is kept, so its document must outlive the result; throws <see cref="JsonSchemaException"/>.</summary>
    public static JsonSchema Compile(JsonElement schema, SchemaRegistry? registry = null) =>
        new(new SchemaLoader(registry ?? SchemaRegistry.Empty).Load(schema));

    /// <summary>Every error up to <see cref="Evaluation.MaxErrors"/>, none for a valid instance; throws nothing.</summary>
    public IReadOnlyList<SchemaError> Validate(JsonElement instance, bool assertFormat = false)
    {
        var evaluation = new Evaluation(collecting: true, assertFormat);
        evaluation.Run(root, instance);
        return evaluation.Errors;
    }

    public bool IsValid(JsonElement instance) => new Evaluation(collecting: false, assertFormat: false).Run(root, instance);
}
