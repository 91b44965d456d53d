using System.Text.Json;
using Dvt.Engine.Json;

namespace Dvt.Engine.Plans;

/// <summary>Reads members of one object and notes what is wrong with them.</summary>
sealed class Shape(JsonElement json, string pointer, PlanFaults faults)
{
    readonly HashSet<string> known = new(StringComparer.Ordinal);

    public string At(string name) => JsonPointer.Join(pointer, name);

    public bool TryGet(string name, out JsonElement value)
    {
        known.Add(name);
        return json.TryGetProperty(name, out value);
    }

    public JsonElement? Any(string name) => TryGet(name, out var value) ? value : null;

    public JsonElement? Of(string name, JsonValueKind kind, bool required = false)
    {
        if (!TryGet(name, out var value))
        {
            if (required)
                faults.Add(pointer, "required", $"\"{name}\" is required");
            return null;
        }
        if (value.ValueKind == kind)
            return value;
        faults.Add(At(name), "type", $"must be {Named(kind)}");
        return null;
    }

    public string? Text(string name, bool required = false, int maxLength = int.MaxValue)
    {
        if (Of(name, JsonValueKind.String, required) is not { } value)
            return null;
        if (TextOf(value) is not { } text)
        {
            faults.Add(At(name), "invalid_value", "is no Unicode text");
            return null;
        }
        if (text.Length <= maxLength)
            return text;
        faults.Add(At(name), "invalid_value", $"is longer than {maxLength} characters");
        return null;
    }

    public string? OneOf(string name, params ReadOnlySpan<string> allowed)
    {
        if (Text(name) is not { } text || allowed.Contains(text))
            return Text(name);
        faults.Add(At(name), "invalid_value", $"must be one of {string.Join(", ", allowed.ToArray())}");
        return null;
    }

    public TimeSpan? Duration(string name)
    {
        if (Text(name) is not { } text)
            return null;
        if (IsoDuration.TryParse(text, out var duration) && duration > TimeSpan.Zero)
            return duration;
        faults.Add(At(name), "invalid_value", "must be an ISO 8601 duration above zero in weeks, days, hours, minutes and seconds, such as PT30S");
        return null;
    }

    public int? Whole(string name, int min, int max, bool required = false) =>
        Number(name, min, max, required) is { } number && Whole(name, number) ? (int)number : null;

    public double? Number(string name, double min, double max, bool required = false)
    {
        if (Of(name, JsonValueKind.Number, required) is not { } value)
            return null;
        var number = value.GetDouble();
        if (number >= min && number <= max)
            return number;
        faults.Add(At(name), "invalid_value", $"must be from {min} to {max}");
        return null;
    }

    /// <summary>Every member nobody asked for is a fault.</summary>
    public void NothingElse()
    {
        foreach (var member in json.EnumerateObject())
            if (!known.Contains(member.Name))
                faults.Add(At(member.Name), "unknown_field", $"\"{member.Name}\" is not known here");
    }

    bool Whole(string name, double number)
    {
        if (double.IsInteger(number))
            return true;
        faults.Add(At(name), "type", "must be a whole number");
        return false;
    }

    /// <summary>Null for what is no Unicode text.</summary>
    public static string? TextOf(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    static string Named(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a text",
        _ => "a number",
    };
}

/// <summary>Faults as they are found, up to a number that still helps.</summary>
sealed class PlanFaults
{
    public const int Most = 1_000;

    readonly List<PlanFault> found = [];

    public bool Any => found.Count > 0;

    public void Add(string pointer, string code, string message)
    {
        if (found.Count < Most)
            found.Add(new PlanFault(pointer, code, message));
    }

    public IReadOnlyList<PlanFault> Found => found;
}
