using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dvt.Engine.JsonSchemas;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Journeys;

/// <summary>The document against the running API: what it says of an answer is what comes.</summary>
public sealed class DocumentJourneys(JourneySystem journeys, ITestOutputHelper output) : JourneyTest(journeys, output)
{
    [ServersFact]
    public Task Every_list_and_every_thing_at_hand_answers_as_the_document_says_and_tells_its_position() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(TestPlans.Inline);
        var runId = await client.StartAsync("inline");
        await client.EndsAsync(runId);
        var started = await client.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, "/v1/runs", """{"planRef":{"planId":"inline"}}""");
        client.Note(started);
        var dead = await DeadLetterJourneys.PoisonAsync(System, client, "documented");
        var document = await client.GetAsync("/openapi/v1.json");
        Dictionary<string, string?> known = new()
        {
            ["runId"] = runId,
            ["planId"] = "inline",
            ["version"] = "1.0.0",
            ["commandId"] = started.GetProperty("commandId").GetString(),
            ["deadLetterId"] = dead.GetProperty("id").GetString(),
        };
        using var platform = ApiClient.Platform(System);
        var seen = 0;
        foreach (var (path, schema, isOfPlatform) in Queries(document, known))
        {
            var asked = isOfPlatform ? platform : client;
            var (status, json, headers) = await asked.SendAsync(HttpMethod.Get, path);
            // Some need a parameter, or a thing that is not there.
            if (status is HttpStatusCode.BadRequest or HttpStatusCode.NotFound)
                continue;
            Assert.True(status == HttpStatusCode.OK, $"{path}: {status} {json}");
            // A busy machine may not match a pattern in time; that says nothing of the answer.
            var faults = schema.Validate(json).Where(f => f.Code != "pattern_timeout").ToList();
            Assert.True(faults.Count == 0, $"{path}: {string.Join("; ", faults)} {json}");
            Assert.True(headers.TryGetValues("Dvt-Position", out var position), $"{path} tells no position");
            var (ofHead, _, headersOfHead) = await asked.SendAsync(HttpMethod.Head, path);
            Assert.True(ofHead == HttpStatusCode.OK && headersOfHead.Contains("Dvt-Position"), $"HEAD {path}: {ofHead}");
            var joint = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
            Assert.Equal(HttpStatusCode.OK, (await asked.SendAsync(HttpMethod.Get, $"{path}{joint}minPosition={position.Single()}")).Status);
            seen++;
        }
        Assert.True(seen >= 30, $"only {seen} were asked");
    });

    /// <summary>Queries that can be asked with what is at hand, with the schema of their answer.</summary>
    static IEnumerable<(string Path, JsonSchema Schema, bool IsOfPlatform)> Queries(JsonElement document, Dictionary<string, string?> known)
    {
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            if (!path.Value.TryGetProperty("get", out var get) || get.GetProperty("x-permission").GetString() == "open")
                continue;
            var ok = get.GetProperty("responses").GetProperty("200");
            if (!ok.TryGetProperty("content", out var content) || !content.TryGetProperty("application/json", out var json))
                continue;
            var filled = known.Aggregate(path.Name, (text, pair) => text.Replace($"{{{pair.Key}}}", pair.Value, StringComparison.Ordinal));
            if (!filled.Contains('{', StringComparison.Ordinal))
                yield return (filled, SchemaOf(document, json.GetProperty("schema")), get.GetProperty("x-permission").GetString() == "tenants.manage");
        }
    }

    static JsonSchema SchemaOf(JsonElement document, JsonElement schema)
    {
        var whole = JsonNode.Parse(schema.GetRawText())!.AsObject();
        whole["components"] = JsonNode.Parse(document.GetProperty("components").GetRawText());
        return JsonSchema.Compile(JsonElement.Parse(whole.ToJsonString()));
    }

    [ServersFact]
    public Task The_whole_history_tells_its_position_and_a_draft_that_is_put_is_made() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(TestPlans.Inline);
        var runId = await client.StartAsync("inline");
        await client.EndsAsync(runId);
        Assert.True((await client.SendAsync(HttpMethod.Get, $"/v1/runs/{runId}/events")).Headers.Contains("Dvt-Position"));
        Assert.True((await client.HeadersAsync($"/v1/runs/{runId}/events", "application/x-ndjson")).Contains("Dvt-Position"));

        const string Draft = """{"planId":"put","version":"1.0.0","steps":[{"stepId":"a","kind":"noop"}]}""";
        await client.ExpectAsync(HttpStatusCode.PreconditionFailed, HttpMethod.Put, "/v1/plans/put/versions/1.0.0", Draft, ifMatch: "\"1\"");
        var made = await client.ExpectAsync(HttpStatusCode.Created, HttpMethod.Put, "/v1/plans/put/versions/1.0.0", Draft);
        Assert.Equal(("draft", 1), (made.Text("state"), made.GetProperty("revision").GetInt32()));
        var changed = await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Put, "/v1/plans/put/versions/1.0.0", Draft.Replace("\"a\"", "\"b\"", StringComparison.Ordinal), ifMatch: "\"1\"");
        Assert.Equal(2, changed.GetProperty("revision").GetInt32());
    });
}
