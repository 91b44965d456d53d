using System.Buffers;
using System.Text.Json;
using Dvt.Contracts;

namespace Dvt.Engine.Plans;

// Names of secrets in headers. Nothing evaluates them: they stay what they are, in events and snapshots as well, and the worker
// is told of the places where the plan has them. So no value that an expression gives can name a secret.
sealed partial class PlanChecker
{
    const string HeadersMember = "headers";

    /// <returns>The same, where each name of a secret is escaped, so that it comes out of the template as it is.</returns>
    static JsonElement ReadSecrets(StepDraft step, JsonElement with)
    {
        if (with.ValueKind != JsonValueKind.Object || !with.TryGetProperty(HeadersMember, out var headers) || headers.ValueKind != JsonValueKind.Object)
            return with;
        try
        {
            return ReadSecrets(step, with, headers);
        }
        catch (InvalidOperationException)
        {
            return with; // A name of half a surrogate pair is JSON but no text; compiling the template tells where.
        }
    }

    static JsonElement ReadSecrets(StepDraft step, JsonElement with, JsonElement headers)
    {
        List<SecretUse> uses = [.. headers.EnumerateObject().SelectMany(UsesOf).Distinct()];
        if (uses.Count == 0)
            return with;
        step.Secrets = uses;
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var member in with.EnumerateObject())
                if (member.Name != HeadersMember)
                    member.WriteTo(writer);
                else
                    WriteEscaped(writer, headers);
            writer.WriteEndObject();
        }
        return JsonElement.Parse(buffer.WrittenSpan, new JsonDocumentOptions { MaxDepth = 1000 });
    }

    static IEnumerable<SecretUse> UsesOf(JsonProperty header) => header.Value.ValueKind == JsonValueKind.String && Shape.TextOf(header.Value) is { } text
        ? PlanNames.Secret().Matches(text).Select(m => new SecretUse(header.Name, m.Groups["name"].Value))
        : [];

    static void WriteEscaped(Utf8JsonWriter writer, JsonElement headers)
    {
        writer.WriteStartObject(HeadersMember);
        foreach (var header in headers.EnumerateObject())
            if (header.Value.ValueKind == JsonValueKind.String && Shape.TextOf(header.Value) is { } text)
                writer.WriteString(header.Name, PlanNames.Secret().Replace(text, m => "$" + SecretUse.Reference(m.Groups["name"].Value)));
            else
                header.WriteTo(writer);
        writer.WriteEndObject();
    }
}
