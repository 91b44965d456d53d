using System.Text.Json;
using Dvt.Api;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using Endpoint = Dvt.Api.Endpoint;

namespace Dvt.Tests.Api;

public sealed class DocumentTests
{
    static async Task<(JsonElement Document, List<string> Mapped)> ReadAsync()
    {
        await using var api = await ApiProcess.StartAsync();
        var (_, document, _) = await api.SendAsync(HttpMethod.Get, "/openapi/v1.json");
        var mapped = api.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(e => e.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(m => $"{m} {e.RoutePattern.RawText}"))
            .Order().ToList();
        return (document, mapped);
    }

    static IEnumerable<(string Name, JsonElement Operation)> Operations(JsonElement document) =>
        from path in document.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        select ($"{operation.Name.ToUpperInvariant()} {path.Name}", operation.Value);

    [Fact]
    public async Task What_is_mapped_is_documented_and_nothing_else()
    {
        var (document, mapped) = await ReadAsync();
        Assert.StartsWith("3.1", document.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        Assert.Equal(mapped.Where(m => !m.StartsWith("HEAD ", StringComparison.Ordinal)), Operations(document).Select(o => o.Name).Order());
        // HTTP says what a HEAD is; the document need not.
        Assert.Equal(
            mapped.Where(m => m.StartsWith("GET ", StringComparison.Ordinal)).Select(m => m[4..]), mapped.Where(m => m.StartsWith("HEAD ", StringComparison.Ordinal)).Select(m => m[5..]));
        Assert.All(Operations(document), o => Assert.Contains(o.Operation.GetProperty("x-permission").GetString(), Permission.All));
        Assert.Equal(ApiRoutes.All.Count, ApiRoutes.All.Select(e => e.OperationId).Distinct().Count());
    }

    [Fact]
    public async Task Every_reference_leads_somewhere()
    {
        var (document, _) = await ReadAsync();
        var schemas = document.GetProperty("components").GetProperty("schemas");
        foreach (var reference in References(document))
            Assert.True(schemas.TryGetProperty(reference.Split('/')[^1], out _), reference);
        Assert.All(Schemas.Definitions, d => Assert.True(schemas.TryGetProperty(d.Key, out _), d.Key));
    }

    static IEnumerable<string> References(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().SelectMany(p =>
            p.Name == "$ref" && p.Value.ValueKind is JsonValueKind.String ? [p.Value.GetString()!] : References(p.Value)),
        JsonValueKind.Array => json.EnumerateArray().SelectMany(References),
        _ => [],
    };

    [Fact]
    public void Every_body_and_answer_has_a_schema_and_every_example_obeys_it()
    {
        foreach (var endpoint in ApiRoutes.All)
        {
            foreach (var name in (string?[])[endpoint.Body, endpoint.Answer])
                Assert.True(name is null || Schemas.Definitions.ContainsKey(name), $"{endpoint.Path}: {name}");
            if (endpoint.Example is { } example)
                Assert.Empty(Schemas.Check(endpoint.Body!, JsonElement.Parse(example)));
            if (endpoint is { Answer: { } answer, AnswerExample: { } shown })
                Assert.Empty(Schemas.Check(answer, JsonElement.Parse(shown)));
        }
    }

    [Fact]
    public async Task The_document_keeps_what_the_schemas_say()
    {
        var (document, _) = await ReadAsync();
        var start = document.GetProperty("components").GetProperty("schemas").GetProperty("StartRun");
        Assert.False(start.GetProperty("additionalProperties").GetBoolean());
        Assert.Equal("planRef", start.GetProperty("required")[0].GetString());
        var accepted = document.GetProperty("components").GetProperty("schemas").GetProperty("Accepted").GetProperty("properties").GetProperty("status");
        Assert.Equal("accepted", accepted.GetProperty("const").GetString());
        Assert.True(document.GetProperty("webhooks").GetProperty("event").GetProperty("post").TryGetProperty("requestBody", out _));
    }

    [Fact]
    public void Bodies_take_no_fields_they_do_not_name() => Assert.All(
        ApiRoutes.All.Where(e => e.Body is not (null or "Plan" or "WhatsAppNotification")),
        e => Assert.NotEmpty(Schemas.Check(e.Body!, JsonElement.Parse("""{"noSuchField":1}"""))));

    [Fact]
    public void Every_operation_that_reads_a_body_tells_its_size_and_syntax_problems() => Assert.All(
        ApiRoutes.All.Where(e => e.Body is not null),
        e => Assert.Superset(new HashSet<ProblemKind> { Problems.MalformedJson, Problems.TooLarge }, DocumentJson.ProblemsOf(e).ToHashSet()));
}
