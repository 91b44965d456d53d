using System.Diagnostics.CodeAnalysis;

namespace Dvt.Engine.Json;

/// <summary>
/// A text that is not acceptable JSON. `code`: `malformed_json` (400), `invalid_text` or `invalid_number` (422);
/// `pointer`: RFC 6901, the nearest value that could be named.
/// </summary>
[SuppressMessage("Naming", "CA1710", Justification = "A refusal is named after what it says, as events are.")]
public sealed class JsonRefused(string code, string pointer, string message) : Exception(message)
{
    public const string Malformed = "malformed_json";
    public const string InvalidText = "invalid_text";
    public const string InvalidNumber = "invalid_number";

    public string Code { get; } = code;
    public string Pointer { get; } = pointer;
}
