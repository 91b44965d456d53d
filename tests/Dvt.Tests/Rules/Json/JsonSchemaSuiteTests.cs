using System.Text.Json;
using Dvt.Engine.JsonSchemas;
using Xunit;

namespace Dvt.Tests.Rules.Json;

/// <summary>The required tests of draft 2020-12, as the JSON Schema organisation publishes them.</summary>
public sealed class JsonSchemaSuiteTests
{
    const int PublishedFiles = 46;
    const int PublishedCases = 1_299;
    static readonly string Folder = Path.Combine(Vectors.Folder, "json-schema-2020-12");
    static readonly SchemaRegistry Registry = Remotes();

    [Fact]
    public void Every_published_case_is_judged_as_published()
    {
        var wrong = new List<string>();
        var cases = 0;
        foreach (var (file, group) in Groups())
        {
            var name = $"{file}: {group.GetProperty("description").GetString()}";
            var schema = Compiled(group.GetProperty("schema"), name, wrong);
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                cases++;
                if (schema is not null && Judge(schema, test) is { } fault)
                    wrong.Add($"{name}: {test.GetProperty("description").GetString()}: {fault}");
            }
        }
        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong));
        Assert.Equal(PublishedCases, cases);
    }

    [Fact]
    public void No_published_file_is_missing() =>
        Assert.Equal(PublishedFiles, Directory.GetFiles(Path.Combine(Folder, "tests"), "*.json").Length);

    [Fact]
    public void Every_published_schema_is_valid_by_the_metaschema()
    {
        var metaschema = JsonSchema.Compile(JsonElement.Parse("""{"$ref":"https://json-schema.org/draft/2020-12/schema"}"""));
        foreach (var (file, group) in Groups())
            Assert.True(metaschema.IsValid(group.GetProperty("schema")), $"{file}: {group.GetProperty("description").GetString()}");
    }

    static JsonSchema? Compiled(JsonElement schema, string name, List<string> wrong)
    {
        try
        {
            return JsonSchema.Compile(schema, Registry);
        }
        catch (JsonSchemaException fault)
        {
            wrong.Add($"{name}: {fault.Pointer}: {fault.Message}");
            return null;
        }
    }

    static string? Judge(JsonSchema schema, JsonElement test)
    {
        var data = test.GetProperty("data");
        var expected = test.GetProperty("valid").GetBoolean();
        var errors = schema.Validate(data);
        if (schema.IsValid(data) != (errors.Count == 0))
            return "IsValid and Validate disagree";
        return (errors.Count == 0) == expected ? null : $"expected {expected}; {string.Join("; ", errors)}";
    }

    static IEnumerable<(string File, JsonElement Group)> Groups() =>
        from path in Directory.GetFiles(Path.Combine(Folder, "tests"), "*.json").Order(StringComparer.Ordinal)
        from @group in Vectors.Read(path).EnumerateArray()
        select (Path.GetFileName(path), @group);

    static SchemaRegistry Remotes()
    {
        var registry = new SchemaRegistry();
        var root = Path.Combine(Folder, "remotes");
        foreach (var path in Directory.GetFiles(root, "*.json", SearchOption.AllDirectories))
            registry.Add($"http://localhost:1234/{Path.GetRelativePath(root, path).Replace('\\', '/')}", Vectors.Read(path));
        return registry;
    }
}
