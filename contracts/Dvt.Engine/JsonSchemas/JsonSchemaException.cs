namespace Dvt.Engine.JsonSchemas;

/// <summary>A schema that cannot be used. `Pointer`: RFC 6901 into the schema, after its URI where it is a remote one.</summary>
public sealed class JsonSchemaException(string pointer, string message) : Exception(message)
{
    public string Pointer { get; } = pointer;
}
