using System.Text.Json;
using Dvt.Engine.Cel;
using Xunit;

namespace Dvt.Tests.Rules.Cel;

public sealed class CelConformanceTests
{
    const int Cases = 1_623;

    static readonly ILookup<string, JsonElement> Suite = Load().ToLookup(one => one.GetProperty("file").GetString()!);

    public static TheoryData<string> Files => [.. Suite.Select(file => file.Key)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_case_of_a_file_gives_what_the_suite_expects(string file)
    {
        var failures = Suite[file].Select(Failure).OfType<string>().ToList();
        Assert.True(failures.Count == 0, $"{failures.Count} of {Suite[file].Count()} failed:\n{string.Join('\n', failures)}");
    }

    [Fact]
    public void No_case_of_the_suite_is_left_out() => Assert.Equal(Cases, Suite.Sum(file => file.Count()));

    static string? Failure(JsonElement one)
    {
        var name = $"{one.GetProperty("section")}/{one.GetProperty("test")}: {one.GetProperty("expr")}";
        var expect = one.GetProperty("expect");
        try
        {
            var value = Run(one);
            if (expect.TryGetProperty("value", out var wanted))
                return Same(value, wanted) ? null : $"{name}\n    gave {value.TypeName} {value} instead of {wanted}";
            return $"{name}\n    gave {value} instead of an error";
        }
        catch (Exception exception) when (exception is CelSyntaxException or CelEvaluationException)
        {
            return expect.TryGetProperty("error", out _) ? null : $"{name}\n    failed: {exception.Message}";
        }
    }

    static CelValue Run(JsonElement one)
    {
        var variables = one.TryGetProperty("typeEnv", out var declared)
            ? declared.EnumerateArray().Select(variable => (variable.GetProperty("name").GetString()!, CelCases.TypeOf(variable.GetProperty("type").GetString()!)))
            : [];
        var environment = CelEnvironment.Of([.. variables]);
        if (one.TryGetProperty("container", out var container))
            environment = environment.Inside(container.GetString()!);
        if (one.TryGetProperty("disableCheck", out _))
            environment = environment.Unchecked();
        var bindings = one.GetProperty("bindings").EnumerateObject().ToDictionary(binding => binding.Name, binding => CelCases.ValueOf(binding.Value));
        return environment.Compile(one.GetProperty("expr").GetString()!).Evaluate(new Bindings(bindings));
    }

    /// <summary>Same type and value; the order of a map's entries means nothing and NaN equals NaN.</summary>
    static bool Same(CelValue value, JsonElement wanted)
    {
        var (kind, content) = CelCases.Split(wanted);
        return kind switch
        {
            "double" => value.Kind == CelKind.Double
                && BitConverter.DoubleToInt64Bits(value.AsDouble()) == BitConverter.DoubleToInt64Bits(CelCases.ValueOf(wanted).AsDouble()),
            "list" => value.Kind == CelKind.List && value.List.Count == content.GetArrayLength()
                && value.List.Items.Zip(content.EnumerateArray()).All(pair => Same(pair.First, pair.Second)),
            "map" => value.Kind == CelKind.Map && value.Map.Count == content.GetArrayLength()
                && content.EnumerateArray().All(pair => value.Map.Entries.Any(entry => Same(entry.Key, pair[0]) && Same(entry.Value, pair[1]))),
            "type" => value.Kind == CelKind.Type && value.Name == content.GetString(),
            _ => value.Kind == CelCases.ValueOf(wanted).Kind
                && Comparison.Equal(value, CelCases.ValueOf(wanted), new Evaluation(Bindings.None, slots: 0, new CostMeter(long.MaxValue))),
        };
    }

    static List<JsonElement> Load()
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Rules", "Cel", "Data", "cel-conformance.json"));
        return [.. JsonSerializer.Deserialize<JsonElement>(file).EnumerateArray()];
    }
}
