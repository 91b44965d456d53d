using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dvt.Contracts;
using Dvt.Engine.Json;

namespace Dvt.Bench;

/// <summary>A plan that a bench runs.</summary>
sealed record BenchPlan(string PlanId, JsonElement Document)
{
    public const string Version = "1.0.0";

    /// <summary>Steps one after another.</summary>
    /// <param name="checkpoint">Each step is committed before the next begins.</param>
    public static BenchPlan Chain(string planId, string kind, int steps = Yardstick.Steps, bool checkpoint = false, JsonNode? with = null) => Of(planId, checkpoint,
        Enumerable.Range(1, steps).Select(n => new JsonObject { ["stepId"] = $"s{n}", ["kind"] = kind, ["with"] = with?.DeepClone() }));

    /// <summary>Parallel steps and one that joins them.</summary>
    public static BenchPlan Fan(string planId, string kind, int steps)
    {
        var leaves = Enumerable.Range(1, steps).Select(n => new JsonObject { ["stepId"] = $"s{n}", ["kind"] = kind });
        var join = new JsonObject
        {
            ["stepId"] = "join",
            ["kind"] = "noop",
            ["dependsOn"] = new JsonArray([.. Enumerable.Range(1, steps).Select(n => (JsonNode)$"s{n}")]),
        };
        return Of(planId, checkpoint: false, leaves.Append(join));
    }

    /// <summary>One map over so many numbers.</summary>
    public static BenchPlan Map(string planId, string kind, int items, int concurrency) => Of(planId, checkpoint: false,
    [
        new JsonObject
        {
            ["stepId"] = "fan",
            ["kind"] = "map",
            ["with"] = new JsonObject
            {
                ["items"] = new JsonArray([.. Enumerable.Range(0, items).Select(n => (JsonNode)n)]),
                ["concurrency"] = concurrency,
                ["step"] = new JsonObject { ["kind"] = kind, ["with"] = new JsonObject { ["n"] = "${item}", ["at"] = "${index}" } },
            },
        },
    ]);

    static BenchPlan Of(string planId, bool checkpoint, IEnumerable<JsonObject> steps)
    {
        var document = new JsonObject { ["planId"] = planId, ["version"] = Version, ["name"] = planId, ["steps"] = new JsonArray([.. steps]) };
        if (checkpoint)
            document["checkpoint"] = "step";
        foreach (var step in document["steps"]!.AsArray())
            if (step!["with"] is null)
                step.AsObject().Remove("with");
        return new(planId, JsonSerializer.SerializeToElement(document));
    }

    /// <summary>The command that the API would send for it.</summary>
    public Envelope Save(Guid tenantId)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(CanonicalJson.Canonicalize(Document)));
        var command = new SavePlan(PlanId, Version, Document, digest, Publish: true, ExpectedRevision: null, Replace: false);
        return new(Guid.CreateVersion7(), nameof(SavePlan), tenantId, PlanId, "bench", DateTimeOffset.UtcNow, ContractsJson.Element(command),
            Resource: new("plan", $"{PlanId}/{Version}"));
    }

    /// <summary>The command that the API would send for a new run of it.</summary>
    public Envelope Start(Guid tenantId)
    {
        var runId = Guid.CreateVersion7().ToString();
        var command = new StartRun(runId, PlanId, Version, PlanDigest: null, Input, new RunContext());
        return new(Guid.CreateVersion7(), nameof(StartRun), tenantId, runId, "bench", DateTimeOffset.UtcNow, ContractsJson.Element(command),
            Resource: new("run", runId));
    }

    static readonly JsonElement Input = JsonElement.Parse("""{"n":1}""");
}
