using System.Text.Json;
using Dvt.ClientGenerator;
using Xunit;

namespace Dvt.Tests.Client;

/// <summary>What becomes of a document of the test's own making.</summary>
public sealed class GeneratorTests
{
    const string Document = """
        {"paths":{
          "/v1/things":{
            "get":{"operationId":"ThingsList","x-method":"List","tags":["Big things"],"summary":"List things","x-filter-prefix":"label",
              "parameters":[{"name":"limit","in":"query","schema":{"type":"integer"}},{"name":"cursor","in":"query","schema":{"type":"string"}},
                {"name":"minPosition","in":"query","schema":{"type":"string"}},{"name":"state","in":"query","schema":{"enum":["on","off"]}},
                {"name":"event","in":"query","description":"At a & b","schema":{"type":"string","format":"date-time"}}],
              "responses":{"200":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/ThingList"}}}}}},
            "post":{"operationId":"ThingsCreate","x-method":"Create","tags":["Big things"],"summary":"Create a thing",
              "parameters":[{"name":"Prefer","in":"header","schema":{"type":"string"}},{"name":"Idempotency-Key","in":"header","schema":{"type":"string"}}],
              "requestBody":{"required":true,"content":{"application/json":{"schema":{"$ref":"#/components/schemas/NewThing"}}}},
              "responses":{"201":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Thing"}}}},"202":{},"409":{"x-codes":["taken"]}}}},
          "/v1/things/{thingId}":{
            "delete":{"operationId":"ThingsRemove","x-method":"Remove","tags":["Big things"],"summary":"Delete it",
              "parameters":[{"name":"thingId","in":"path","required":true,"schema":{"type":"string"}},{"name":"If-Match","in":"header","schema":{"type":"string"}}],
              "responses":{"204":{}}}},
          "/v1/things/{thingId}/parts":{
            "get":{"operationId":"PartsList","x-method":"List","tags":["Big things"],"summary":"Parts as a file",
              "parameters":[{"name":"thingId","in":"path","required":true,"schema":{"type":"string"}}],
              "responses":{"200":{"content":{"text/csv":{"schema":{"type":"string"}}}}}}},
          "/v1/things/{thingId}/stream":{
            "get":{"operationId":"ThingsStream","x-method":"Stream","tags":["Big things"],"summary":"Live","x-event":"#/components/schemas/Thing",
              "parameters":[{"name":"thingId","in":"path","required":true,"schema":{"type":"string"}}],
              "responses":{"200":{"content":{"text/event-stream":{"schema":{"type":"string"}}}}}}}},
         "components":{"schemas":{
           "State":{"enum":["on","off","EMERGENCY_STOP"]},
           "Thing":{"type":"object","description":"One <thing>","properties":{
             "thingId":{"type":"string","format":"uuid"},"state":{"$ref":"#/components/schemas/State"},"thing":{"type":"string"},
             "parts":{"type":"array","items":{"type":"object","properties":{"size":{"type":"integer","maximum":9},"kind":{"enum":["a","b"]}},"required":["size"]}},
             "names":{"type":"object","additionalProperties":{"type":"string"}},"free":{},"note":{"type":["string","null"]}},"required":["thingId","note"]},
           "NewThing":{"allOf":[{"$ref":"#/components/schemas/Named"}],"type":"object","properties":{"count":{"type":"integer"}}},
           "Named":{"type":"object","properties":{"name":{"type":"string"}},"required":["name"],"additionalProperties":false},
           "ThingList":{"type":"object","properties":{"items":{"type":"array","items":{"$ref":"#/components/schemas/Thing"}},"nextCursor":{"type":["string","null"]}}}}}}
        """;

    static readonly IReadOnlyDictionary<string, string> Files = Generation.Files(JsonElement.Parse(Document));

    [Fact]
    public void Each_schema_and_each_group_has_a_file() =>
        Assert.Equal(["BigThingsClient.cs", "DvtClient.Groups.cs", "Named.cs", "NewThing.cs", "State.cs", "Thing.cs"], Files.Keys);

    [Theory]
    [InlineData("Thing.cs", "/// <summary>One &lt;thing&gt;.</summary>")]
    [InlineData("Thing.cs", "public required Guid ThingId { get; init; }")]
    [InlineData("Thing.cs", "public State? State { get; init; }")]
    [InlineData("Thing.cs", "[JsonPropertyName(\"thing\")]\n    public string? ThingValue { get; init; }")]
    [InlineData("Thing.cs", "public IReadOnlyList<ThingPart>? Parts { get; init; }")]
    [InlineData("Thing.cs", "public sealed partial record ThingPart\n{\n    public required int Size { get; init; }\n    public ThingPartKind? Kind { get; init; }\n}")]
    [InlineData("Thing.cs", "public readonly partial record struct ThingPartKind(string Value) : IOpenWord<ThingPartKind>")]
    [InlineData("Thing.cs", "public IReadOnlyDictionary<string, string>? Names { get; init; }")]
    [InlineData("Thing.cs", "public JsonElement? Free { get; init; }")]
    [InlineData("Thing.cs", "public required string? Note { get; init; }")]
    [InlineData("State.cs", "public static State EmergencyStop { get; } = new(\"EMERGENCY_STOP\");")]
    [InlineData("NewThing.cs", "public required string Name { get; init; }\n    public long? Count { get; init; }")]
    [InlineData("NewThing.cs", "[JsonExtensionData]")]
    [InlineData("DvtClient.Groups.cs", "public BigThingsClient BigThings => field ??= new(connection);")]
    public void A_schema_becomes_a_type(string file, string text) => Assert.Contains(text, Files[file], StringComparison.Ordinal);

    [Fact]
    public void A_closed_schema_takes_nothing_else() => Assert.DoesNotContain("JsonExtensionData", Files["Named.cs"], StringComparison.Ordinal);

    [Theory]
    [InlineData("public IAsyncEnumerable<Thing> ListAsync(")]
    [InlineData("public Task<Page<Thing>> ListPageAsync(")]
    [InlineData("string? state = null,\n        DateTimeOffset? @event = null,\n        IReadOnlyDictionary<string, string>? labels = null,\n        CallOptions? options = null,")]
    [InlineData("/// <param name=\"event\">At a &amp; b.</param>")]
    [InlineData("Takes.MinPosition).Query(\"state\", state).Query(\"event\", @event).Query(\"label\", labels)")]
    [InlineData("public Task<Outcome<Thing>> CreateAsync(\n        NewThing body, CallOptions? options = null, CancellationToken cancellationToken = default) =>")]
    [InlineData("Takes.IdempotencyKey | Takes.Wait).Json(body)")]
    [InlineData("<c>taken</c>")]
    [InlineData("public Task RemoveAsync(\n        Guid thingId, CallOptions? options = null, CancellationToken cancellationToken = default) =>")]
    [InlineData("$\"v1/things/{Request.Segment(thingId)}\", options, Takes.IfMatch)")]
    [InlineData("public Task<Stream> ListPartsAsync(")]
    [InlineData("public IAsyncEnumerable<ServerEvent<Thing>> StreamAsync(\n        Guid thingId, string? lastEventId = null, CancellationToken cancellationToken = default) =>")]
    public void An_operation_becomes_a_method(string text) => Assert.Contains(text, Files["BigThingsClient.cs"], StringComparison.Ordinal);
}
