using System.Text.Json.Nodes;

namespace Dvt.Api;

/// <summary>The route tables as OpenAPI 3.1.</summary>
static class DocumentJson
{
    const string SchemaPrefix = "#/components/schemas/";

    public static JsonObject Make()
    {
        var paths = new JsonObject();
        foreach (var path in ApiRoutes.All.GroupBy(e => e.Path))
        {
            var item = new JsonObject();
            foreach (var endpoint in path)
                item[endpoint.Method.ToLowerInvariant()] = Operation(endpoint);
            paths[path.Key] = item;
        }
        return new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject
            {
                ["title"] = "Dvt",
                ["version"] = "1",
                ["description"] = Introduction,
                ["x-permissions"] = PermissionsOfRoles(),
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["security"] = new JsonArray(new JsonObject { ["bearer"] = new JsonArray() }, new JsonObject { ["apiKey"] = new JsonArray() }),
            ["tags"] = new JsonArray([.. ApiRoutes.All.Select(e => e.Tag).Distinct().Select(t => new JsonObject { ["name"] = t })]),
            ["paths"] = paths,
            ["webhooks"] = DocumentWebhooks.Make(),
            ["components"] = new JsonObject
            {
                ["schemas"] = Renamed(Schemas.Definitions),
                ["securitySchemes"] = new JsonObject
                {
                    ["bearer"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["bearerFormat"] = "JWT" },
                    ["apiKey"] = new JsonObject { ["type"] = "apiKey", ["in"] = "header", ["name"] = "X-Api-Key" },
                },
            },
        };
    }

    const string Introduction =
        """
        Commands answer `202` with ids made before anything is decided; `Prefer: wait=N` waits up to 30 s for the outcome.
        An `Idempotency-Key` makes a repeated POST the same command. Errors are RFC 9457 documents with a stable `code`.
        Queries tell the log position they reflect in `Dvt-Position`; `minPosition` waits for one.
        """;

    static JsonObject PermissionsOfRoles()
    {
        var roles = new JsonObject();
        foreach (var (role, permissions) in Permissions.OfRole.OrderBy(r => r.Key, StringComparer.Ordinal))
            roles[role] = new JsonArray([.. permissions.Order(StringComparer.Ordinal).Select(p => JsonValue.Create(p))]);
        return roles;
    }

    static JsonObject Operation(Endpoint endpoint)
    {
        var operation = new JsonObject
        {
            ["operationId"] = endpoint.OperationId,
            ["tags"] = new JsonArray(endpoint.Tag),
            ["summary"] = endpoint.Summary,
            ["x-permission"] = endpoint.Permission,
            ["x-method"] = endpoint.Handle.Method.Name,
            ["parameters"] = new JsonArray([.. Parameters(endpoint).Select(Parameter)]),
            ["responses"] = Responses(endpoint),
        };
        if (endpoint.Description is { } description)
            operation["description"] = description;
        if (endpoint.Event is { } happening)
            operation["x-event"] = SchemaPrefix + happening;
        if (endpoint.Prefix is { } prefix)
            operation["x-filter-prefix"] = prefix;
        if (endpoint.Permission == Permission.Open)
            operation["security"] = new JsonArray();
        if (endpoint.Body is { } body)
            operation["requestBody"] = new JsonObject
            {
                ["required"] = !endpoint.BodyOptional,
                ["content"] = new JsonObject { ["application/json"] = Content(body, endpoint.Example) },
            };
        return operation;
    }

    static IEnumerable<Parameter> Parameters(Endpoint endpoint)
    {
        foreach (var part in endpoint.Path.Split('/').Where(p => p.StartsWith('{')))
            yield return new(part[1..part.IndexOf('}')], "", In: "path", Required: true);
        foreach (var parameter in endpoint.Parameters)
            yield return parameter;
        if (endpoint.Lists)
        {
            yield return new("limit", "Items of a page.", """{"type":"integer","minimum":1,"maximum":100,"default":20}""");
            yield return new("cursor", "`nextCursor` of the page before.");
        }
        if (endpoint.Reads)
            yield return new("minPosition", "Wait up to 5 s until the view is at least here.");
        if (endpoint.Queues)
            yield return new("Prefer", "`wait=N`: wait up to N seconds (30 at the most) for the outcome; `wait` alone means 30.", """{"type":"string","examples":["wait=5"]}""", In: "header");
        if (endpoint.Queues || endpoint is { Method: "POST", Status: 201 })
            yield return new("Idempotency-Key", "Repeats are recognised by it.", """{"type":"string","minLength":1,"maxLength":255}""", In: "header");
        if (endpoint.Matches)
            yield return new("If-Match", "ETag that the resource must still have.", In: "header");
    }

    static JsonObject Parameter(Parameter parameter)
    {
        var json = new JsonObject { ["name"] = parameter.Name, ["in"] = parameter.In, ["schema"] = JsonNode.Parse(parameter.Schema) };
        if (parameter.Required)
            json["required"] = true;
        if (parameter.Description.Length > 0)
            json["description"] = parameter.Description;
        return json;
    }

    static JsonObject Responses(Endpoint endpoint)
    {
        var responses = new JsonObject { [$"{endpoint.Status}"] = Usual(endpoint) };
        if (endpoint is { Queues: true, Status: 201 })
            responses["200"] = Usual(endpoint);
        if (endpoint.Queues)
            responses["202"] = new JsonObject { ["description"] = "Accepted", ["content"] = Json("Accepted", example: null) };
        foreach (var status in ProblemsOf(endpoint).Distinct().GroupBy(p => p.Status).OrderBy(p => p.Key))
            responses[$"{status.Key}"] = new JsonObject
            {
                ["description"] = string.Join(", ", status.Select(p => p.Code)),
                ["x-codes"] = new JsonArray([.. status.Select(p => JsonValue.Create(p.Code))]),
                ["content"] = new JsonObject { [ProblemWriter.ContentType] = Content("Problem", Example(status.First())) },
            };
        return responses;
    }

    static string Example(ProblemKind kind) => new JsonObject
    {
        ["type"] = $"/docs#problem-{kind.Code}",
        ["title"] = kind.Title,
        ["status"] = kind.Status,
        ["code"] = kind.Code,
        ["traceId"] = "4bf92f3577b34da6a3ce929d0e0e4736",
    }.ToJsonString();

    static JsonObject Usual(Endpoint endpoint)
    {
        var response = new JsonObject { ["description"] = endpoint.Status switch { 201 => "Created", 202 => "Accepted", 204 => "Done", _ => "OK" } };
        if (endpoint.Produces is { } only)
            response["content"] = new JsonObject { [only] = new JsonObject { ["schema"] = new JsonObject { ["type"] = only.Contains("json", StringComparison.Ordinal) ? "object" : "string" } } };
        else if (endpoint.Answer is { } answer)
        {
            var content = Json(answer, endpoint.AnswerExample);
            foreach (var other in endpoint.AlsoProduces)
                content[other] = new JsonObject { ["schema"] = new JsonObject { ["type"] = other.EndsWith("+json", StringComparison.Ordinal) ? "array" : "string" } };
            response["content"] = content;
        }
        if (endpoint.Reads)
            response["headers"] = new JsonObject { [Answers.PositionHeader] = new JsonObject { ["schema"] = new JsonObject { ["type"] = "string" } } };
        return response;
    }

    static JsonObject Json(string schema, string? example) => new() { ["application/json"] = Content(schema, example) };

    static JsonObject Content(string schema, string? example)
    {
        var content = new JsonObject { ["schema"] = new JsonObject { ["$ref"] = SchemaPrefix + schema } };
        if (example is not null)
            content["example"] = JsonNode.Parse(example);
        return content;
    }

    public static IEnumerable<ProblemKind> ProblemsOf(Endpoint endpoint)
    {
        if (endpoint.Permission != Permission.Open)
        {
            yield return Problems.Unauthorized;
            yield return Problems.CredentialUnchecked;
            yield return Problems.TenantSuspended;
            yield return Problems.RateLimited;
            if (endpoint.Permission != Permission.SignedIn)
                yield return Problems.Forbidden;
        }
        if (endpoint.Body is not null)
        {
            yield return Problems.MalformedJson;
            yield return Problems.TooLarge;
            yield return Problems.UnsupportedMediaType;
            yield return Problems.ValidationFailed;
        }
        if (endpoint.Lists || endpoint.Parameters.Count > 0 || endpoint.Reads || endpoint.Queues)
            yield return Problems.InvalidParameter;
        if (endpoint.Lists)
            yield return Problems.InvalidCursor;
        if (endpoint.Matches)
            yield return Problems.PreconditionFailed;
        if (endpoint.Queues)
        {
            yield return Problems.Refused;
            yield return Problems.Failed;
            yield return Problems.IdempotencyKeyReused;
        }
        if (endpoint.Reads)
            yield return Problems.ViewBehind;
        foreach (var problem in endpoint.Problems)
            yield return problem;
        if (endpoint.Path.StartsWith("/v1/", StringComparison.Ordinal))
        {
            yield return Problems.Unavailable;
            yield return Problems.Internal;
        }
    }

    /// <summary>References point to components here and to definitions where they are checked.</summary>
    static JsonNode Renamed(JsonNode schemas) => JsonNode.Parse(schemas.ToJsonString().Replace("#/$defs/", SchemaPrefix, StringComparison.Ordinal))!;
}
