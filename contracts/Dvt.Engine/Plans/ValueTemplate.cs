using System.Text.Json;

namespace Dvt.Engine.Plans;

/// <summary>A JSON value with <c>${…}</c> in it, compiled once.</summary>
public sealed class ValueTemplate
{
    readonly JsonElement literal;

    internal ValueTemplate(JsonElement literal) => this.literal = literal;

    public bool IsLiteral => literal.ValueKind != JsonValueKind.Undefined;

    internal JsonElement Literal => literal;
}
