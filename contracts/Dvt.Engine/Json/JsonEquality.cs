using System.Text.Json;

namespace Dvt.Engine.Json;

/// <summary>Equality of JSON values as JSON Schema has it: numbers by value, members in any order (Core §4.2.2).</summary>
sealed class JsonEquality : IEqualityComparer<JsonElement>
{
    internal static readonly JsonEquality Instance = new();

    const int ScanLimit = 16;

    public bool Equals(JsonElement left, JsonElement right)
    {
        if (left.ValueKind != right.ValueKind)
            return false;
        return left.ValueKind switch
        {
            JsonValueKind.Number => SameNumber(left, right),
            JsonValueKind.String => left.ValueEquals(right.GetString()),
            JsonValueKind.Array => SameItems(left, right),
            JsonValueKind.Object => SameMembers(left, right),
            _ => true,
        };
    }

    public int GetHashCode(JsonElement value)
    {
        var hash = new HashCode();
        hash.Add(value.ValueKind);
        switch (value.ValueKind)
        {
            case JsonValueKind.Number:
                hash.Add(ExactNumber.Of(value));
                break;
            case JsonValueKind.String:
                hash.Add(value.GetString());
                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                    hash.Add(GetHashCode(item));
                break;
            case JsonValueKind.Object:
                var members = 0;
                foreach (var member in value.EnumerateObject())
                    members ^= HashCode.Combine(member.Name, GetHashCode(member.Value));
                hash.Add(members);
                break;
        }
        return hash.ToHashCode();
    }

    static bool SameNumber(JsonElement left, JsonElement right) =>
        left.TryGetInt64(out var one) && right.TryGetInt64(out var other) ? one == other : ExactNumber.Of(left) == ExactNumber.Of(right);

    bool SameItems(JsonElement left, JsonElement right)
    {
        if (left.GetArrayLength() != right.GetArrayLength())
            return false;
        using var others = right.EnumerateArray();
        foreach (var item in left.EnumerateArray())
        {
            others.MoveNext();
            if (!Equals(item, others.Current))
                return false;
        }
        return true;
    }

    bool SameMembers(JsonElement left, JsonElement right)
    {
        var count = left.GetPropertyCount();
        if (count != right.GetPropertyCount())
            return false;
        // Looking up a member scans, which is quadratic over many.
        var byName = count > ScanLimit ? new Dictionary<string, JsonElement>(count, StringComparer.Ordinal) : null;
        if (byName is not null)
        {
            foreach (var member in right.EnumerateObject())
                byName[member.Name] = member.Value;
        }
        foreach (var member in left.EnumerateObject())
        {
            JsonElement other;
            if (byName is null ? !right.TryGetProperty(member.Name, out other) : !byName.TryGetValue(member.Name, out other))
                return false;
            if (!Equals(member.Value, other))
                return false;
        }
        return true;
    }
}
