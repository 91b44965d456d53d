using System.Text.Json;
using System.Text.Json.Nodes;
using Dvt.Engine.JsonSchemas;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Rules.Json;

public sealed class JsonSchemaRobustnessTests(ITestOutputHelper output)
{
    const int Rounds = 3;

    [Fact]
    public void A_spoilt_schema_is_refused_or_used_and_nothing_else()
    {
        var seed = RandomJson.Seed();
        output.WriteLine($"DVT_SEED={seed}");
        var random = new Random(seed);
        var refused = 0;
        var used = 0;
        foreach (var group in PublishedGroups())
        {
            for (var round = 0; round < Rounds; round++)
            {
                var spoilt = JsonSerializer.SerializeToElement(Spoil(JsonNode.Parse(group.GetProperty("schema").GetRawText()), random));
                try
                {
                    var schema = JsonSchema.Compile(spoilt);
                    foreach (var test in group.GetProperty("tests").EnumerateArray())
                        Assert.Equal(schema.IsValid(test.GetProperty("data")), schema.Validate(test.GetProperty("data")).Count == 0);
                    used++;
                }
                catch (JsonSchemaException)
                {
                    refused++;
                }
                catch (Exception fault)
                {
                    Assert.Fail($"DVT_SEED={seed}, schema {spoilt.GetRawText()}: {fault}");
                }
            }
        }
        Assert.True(refused > 0 && used > 0, $"DVT_SEED={seed}: {refused} refused, {used} used");
    }

    static JsonNode? Spoil(JsonNode? node, Random random)
    {
        if (random.Next(4) == 0)
            return Something(random);
        switch (node)
        {
            case JsonObject { Count: > 0 } members:
                var name = members.ElementAt(random.Next(members.Count)).Key;
                members[name] = Spoil(members[name]?.DeepClone(), random);
                return members;
            case JsonArray { Count: > 0 } items:
                var index = random.Next(items.Count);
                items[index] = Spoil(items[index]?.DeepClone(), random);
                return items;
            default:
                return Something(random);
        }
    }

    static JsonNode? Something(Random random) => random.Next(11) switch
    {
        0 => null,
        1 => JsonValue.Create(random.Next(2) == 0),
        2 => JsonValue.Create(random.Next(-2, 5)),
        3 => JsonNode.Parse("1e99999999999999999999"),
        4 => JsonValue.Create("#"),
        5 => JsonValue.Create("("),
        6 => JsonNode.Parse("""{"$ref":"#"}"""),
        7 => JsonNode.Parse("""{"$dynamicRef":"#meta","$dynamicAnchor":"meta"}"""),
        8 => JsonNode.Parse("""{"$ref":"https://json-schema.org/draft/2020-12/schema"}"""),
        9 => JsonNode.Parse("[]"),
        _ => JsonNode.Parse("{}"),
    };

    static IEnumerable<JsonElement> PublishedGroups() =>
        Directory.GetFiles(Path.Combine(Vectors.Folder, "json-schema-2020-12", "tests"), "*.json")
            .Order(StringComparer.Ordinal)
            .SelectMany(path => Vectors.Read(path).EnumerateArray());
}
