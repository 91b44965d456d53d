namespace Dvt.Engine.JsonSchemas;

/// <summary>
/// One way in which an instance breaks its schema. `Pointer`: RFC 6901 into the instance; `Code`: the failing keyword
/// in snake_case, or `too_complex`, `schema_loop`, `pattern_timeout`, `invalid_text` where judging had to stop.
/// </summary>
public sealed record SchemaError(string Pointer, string Code, string Message);
