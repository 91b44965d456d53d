using System.Buffers;
using System.Text.Json;

namespace Dvt.Engine.Plans;

// The step inside a map, which is carried out for each item.
sealed partial class PlanChecker
{
    const string ChildMember = "step";

    void ReadChild(StepDraft step)
    {
        if (step.Kind?.Mode != StepMode.Mapping || step.WithSource is not { } with)
            return;
        if (with.ValueKind == JsonValueKind.String)
            faults.Add($"{step.Pointer}/with", "invalid_with", "a map's step must be known when the plan is checked");
        if (with.ValueKind != JsonValueKind.Object || !with.TryGetProperty(ChildMember, out var given) || given.ValueKind != JsonValueKind.Object)
            return;
        var pointer = $"{step.Pointer}/with/{ChildMember}";
        var shape = new Shape(given, pointer, faults);
        var child = new StepDraft
        {
            Index = step.Index,
            Pointer = pointer,
            StepId = step.StepId is { } id ? $"{id}[]" : null,
            IsChild = true,
            Kind = Kind(shape),
            WithSource = shape.Any("with"),
            Timeout = shape.Duration("timeout"),
        };
        step.Child = child;
        if (child.Kind is { } kind && (kind.Mode is StepMode.Waiting or StepMode.Mapping || kind.Name is "gateway" or EmitKind.Name))
            faults.Add(shape.At("kind"), "invalid_value", "a map's step neither waits nor asks nor branches nor emits, and is no map itself");
        if (shape.Of("retry", JsonValueKind.Object) is { } retry)
            child.Retry = Retry(retry, shape.At("retry"));
        shape.NothingElse();
    }

    /// <summary>What a map evaluates once, when it begins.</summary>
    static JsonElement WithoutChild(JsonElement with)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var member in with.EnumerateObject().Where(m => m.Name != ChildMember))
                member.WriteTo(writer);
            writer.WriteEndObject();
        }
        return JsonElement.Parse(buffer.WrittenSpan, new JsonDocumentOptions { MaxDepth = 1000 });
    }
}
