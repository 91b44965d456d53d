using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dvt.Engine.Json;

namespace Dvt.Engine.JsonSchemas;

/// <summary>One judging of one instance: where it stands, what it found, and how much further it may go.</summary>
sealed class Evaluation(bool collecting, bool assertFormat)
{
    internal const int MaxErrors = 100;
    const int MaxDepth = 1_500;
    const int MaxSteps = 5_000_000;
    static readonly TimeSpan MaxPatternTime = TimeSpan.FromSeconds(1);

    readonly List<SchemaError> errors = [];
    readonly List<Place> path = [];
    readonly List<SchemaResource> scope = [];
    int depth;
    int steps;
    TimeSpan patternTime;

    internal bool Collecting { get; private set; } = collecting;

    internal bool AssertFormat { get; } = assertFormat;

    internal IReadOnlyList<SchemaError> Errors => errors;

    internal bool Run(SchemaNode root, JsonElement instance)
    {
        try
        {
            return Here(root, instance, "false_schema", seen: null);
        }
        catch (Stopped stop)
        {
            errors.Add(new SchemaError(Pointer(), stop.Code, stop.Message));
        }
        catch (RegexMatchTimeoutException)
        {
            errors.Add(new SchemaError(Pointer(), "pattern_timeout", "A pattern took too long on this text."));
        }
        catch (InvalidOperationException)
        {
            // The platform cannot give a text with a lone surrogate as a string.
            errors.Add(new SchemaError(Pointer(), "invalid_text", "A text holds a lone surrogate."));
        }
        return false;
    }

    /// <summary>Judges the same instance by another schema; `code` is told if that schema is `false`.</summary>
    internal bool Here(SchemaNode node, JsonElement instance, string code, Seen? seen)
    {
        if (node.Always is { } verdict)
            return verdict || Fail(code, "Nothing is allowed here.");
        if (++steps > MaxSteps)
            throw new Stopped("too_complex", "Judging this value by its schema takes too long.");
        if (++depth > MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new Stopped("schema_loop", "The schema refers to itself without end.");
        var entered = scope.Count == 0 || !ReferenceEquals(scope[^1], node.Resource);
        if (entered)
            scope.Add(node.Resource);
        var holds = node.Holds(instance, this, seen);
        if (entered)
            scope.RemoveAt(scope.Count - 1);
        depth--;
        return holds;
    }

    /// <summary>As <see cref="Here"/>, but a "no" is an answer rather than an error.</summary>
    internal bool Test(SchemaNode node, JsonElement instance, Seen? seen)
    {
        var collecting = Collecting;
        Collecting = false;
        var holds = Here(node, instance, code: "", seen);
        Collecting = collecting;
        return holds;
    }

    internal bool Member(SchemaNode node, JsonProperty property, string code)
    {
        path.Add(new Place(property, Index: -1));
        var holds = Here(node, property.Value, code, seen: null);
        path.RemoveAt(path.Count - 1);
        return holds;
    }

    internal bool Item(SchemaNode node, JsonElement item, int index, string code)
    {
        path.Add(new Place(default, index));
        var holds = Here(node, item, code, seen: null);
        path.RemoveAt(path.Count - 1);
        return holds;
    }

    internal bool Matches(Regex pattern, string text)
    {
        if (pattern.Options.HasFlag(RegexOptions.NonBacktracking))
            return pattern.IsMatch(text);
        // Many texts that each stay just under the timeout would add up.
        if (patternTime > MaxPatternTime)
            throw new Stopped("pattern_timeout", "The patterns take too long on this value.");
        var start = Stopwatch.GetTimestamp();
        var matches = pattern.IsMatch(text);
        patternTime += Stopwatch.GetElapsedTime(start);
        return matches;
    }

    internal bool Fail(string code, string message)
    {
        if (Collecting && errors.Count < MaxErrors)
            errors.Add(new SchemaError(Pointer(), code, message));
        return false;
    }

    internal bool FailAt(JsonProperty property, string code, string message)
    {
        if (Collecting && errors.Count < MaxErrors)
            errors.Add(new SchemaError(JsonPointer.Join(Pointer(), property.Name), code, message));
        return false;
    }

    /// <summary>The outermost schema in the dynamic scope with this dynamic anchor (Core §8.2.3.2).</summary>
    internal SchemaNode Dynamic(string anchor, SchemaNode otherwise)
    {
        foreach (var resource in scope)
        {
            if (resource.DynamicAnchors.TryGetValue(anchor, out var node))
                return node;
        }
        return otherwise;
    }

    string Pointer()
    {
        var pointer = new StringBuilder();
        foreach (var place in path)
        {
            if (place.Index >= 0)
                pointer.Append('/').Append(place.Index);
            else
                JsonPointer.Append(pointer, place.Property.Name);
        }
        return pointer.ToString();
    }

    readonly record struct Place(JsonProperty Property, int Index);
}

/// <summary>Ends an evaluation that must not go on.</summary>
sealed class Stopped(string code, string message) : Exception(message)
{
    internal string Code { get; } = code;
}
