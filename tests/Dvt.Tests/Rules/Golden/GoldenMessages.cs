using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Json;
using Dvt.Pipeline;

namespace Dvt.Tests.Rules.Golden;

/// <summary>
/// What a release sends and stores besides the events of runs: each record of the contracts once with all it can say and once
/// with as little as it can say. Values are made up by type, so that a new record needs no hand to be recorded.
/// </summary>
static class GoldenMessages
{
    static readonly DateTimeOffset Moment = new(2026, 2, 3, 4, 5, 6, 789, 12, TimeSpan.Zero);
    static readonly Guid Id = new("01890a5d-ac96-774b-bcce-b302099a8057");

    /// <summary>Commands that travel, the outcomes that answer them, and events of everything that is no run.</summary>
    public static IEnumerable<Type> Kinds =>
        typeof(ICommand).Assembly.GetTypes().Where(t => t.IsClass && (t.IsAssignableTo(typeof(ICommand)) || IsPlainEvent(t)))
            .Concat([typeof(Outcome), typeof(Fence), typeof(ReplayDeadLetter), typeof(DiscardDeadLetter)]).OrderBy(t => t.Name, StringComparer.Ordinal);

    static bool IsPlainEvent(Type type) => type.IsAssignableTo(typeof(IEvent)) && !Runs.RunEventsTests.IsOfRun(type);

    /// <summary>One line a record: its type, and it. Commands stand in the envelope they travel in.</summary>
    public static IEnumerable<string> Lines(Type type)
    {
        foreach (var full in new[] { true, false })
        {
            var body = JsonSerializer.Serialize(Sample(type, full), type, ContractsJson.Options);
            yield return type.IsAssignableTo(typeof(ICommand)) ? System.Text.Encoding.UTF8.GetString(Wire.Encode(InEnvelope(type, body, full))) : $$"""{"{{type.Name}}":{{body}}}""";
        }
    }

    static Envelope InEnvelope(Type type, string body, bool full) =>
        ((Envelope)Sample(typeof(Envelope), full)!) with { Type = type.Name, Body = JsonElement.Parse(body) };

    /// <summary>Null when today's code takes out of the line all that it says.</summary>
    public static string? Lost(string line)
    {
        if (line[0] != '[')
        {
            var (name, value) = JsonElement.Parse(line).EnumerateObject().Select(m => (m.Name, m.Value)).Single();
            return LostIn(name, value);
        }
        var envelope = Wire.Decode(System.Text.Encoding.UTF8.GetBytes(line))[0];
        var kept = JsonElement.Parse(System.Text.Encoding.UTF8.GetString(Wire.Encode(envelope)));
        return Missing(JsonElement.Parse(line)[0], kept[0], "") ?? LostIn(envelope.Type, envelope.Body);
    }

    static string? LostIn(string name, JsonElement value)
    {
        if (Kinds.SingleOrDefault(t => t.Name == name) is not { } type)
            return $"{name} is known no more";
        return Missing(value, JsonSerializer.SerializeToElement(value.Deserialize(type, ContractsJson.Options), type, ContractsJson.Options), $"{name} ");
    }

    /// <summary>The first place at which <paramref name="old"/> says something that <paramref name="read"/> does not.</summary>
    static string? Missing(JsonElement old, JsonElement read, string at)
    {
        if (old.ValueKind == JsonValueKind.Object && read.ValueKind == JsonValueKind.Object)
            return old.EnumerateObject()
                .Select(m => read.TryGetProperty(m.Name, out var kept) ? Missing(m.Value, kept, $"{at}/{m.Name}") : $"{at}/{m.Name}")
                .FirstOrDefault(m => m is not null);
        return CanonicalJson.Canonicalize(old).AsSpan().SequenceEqual(CanonicalJson.Canonicalize(read)) ? null : at;
    }

    static object? Sample(Type type, bool full)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
            return full ? Sample(inner, full) : null;
        if (type == typeof(string))
            return "ñ \"text\"";
        if (type == typeof(Guid))
            return Id;
        if (type == typeof(bool))
            return full;
        if (type == typeof(DateTimeOffset))
            return Moment;
        if (type == typeof(JsonElement))
            return JsonElement.Parse("""{"a":[1,2.5,true,null],"b":"ü"}""");
        if (type == typeof(int) || type == typeof(long) || type == typeof(decimal) || type == typeof(double))
            return Convert.ChangeType(3, type, System.Globalization.CultureInfo.InvariantCulture);
        if (type.IsEnum)
            return Enum.GetValues(type).GetValue(0);
        if (type.IsGenericType)
            return Collection(type.GetGenericArguments(), full);
        var constructor = type.GetConstructors().OrderByDescending(c => c.GetParameters().Length).First();
        var nullability = new NullabilityInfoContext();
        return constructor.Invoke([.. constructor.GetParameters().Select(p => !full && IsOptional(p, nullability) ? DefaultOf(p) : Sample(p.ParameterType, full))]);
    }

    static bool IsOptional(ParameterInfo parameter, NullabilityInfoContext nullability) =>
        parameter.HasDefaultValue || nullability.Create(parameter).ReadState == NullabilityState.Nullable;

    static object? DefaultOf(ParameterInfo parameter) => parameter switch
    {
        { HasDefaultValue: false } => null,
        { DefaultValue: null, ParameterType.IsValueType: true } when Nullable.GetUnderlyingType(parameter.ParameterType) is null => RuntimeHelpers.GetUninitializedObject(parameter.ParameterType),
        _ => parameter.DefaultValue,
    };

    static object? Collection(Type[] of, bool full)
    {
        var made = of.Length == 1 ? (System.Collections.IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(of))! : null;
        if (made is not null)
        {
            made.Add(Sample(of[0], full));
            return made;
        }
        var pairs = (System.Collections.IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(of))!;
        pairs.Add(Sample(of[0], full)!, Sample(of[1], full));
        return pairs;
    }
}
