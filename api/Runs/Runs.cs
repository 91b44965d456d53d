using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Json;
using Dvt.ReadModels;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

/// <summary>Starting runs.</summary>
static class Runs
{
    static readonly JsonElement NoInput = JsonElement.Parse("{}");

    public const string StartExample = """{"planRef":{"planId":"hello"},"input":{"name":"Ana"},"context":{"labels":{"channel":"web"}}}""";

    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Post("/v1/runs", Permission.StartRuns, Start, "Start a run") with
        {
            Body = "StartRun", Status = 201, Answer = "Run", Queues = true, Example = StartExample,
            Problems = [Problems.PlanNotFound, Problems.VersionConflict, Problems.InvalidInput, Problems.RunAlreadyExists, Problems.IdempotencyKeyReused],
        },
        .. BulkStarts.Routes,
        .. BulkSignals.Routes,
        .. RunViews.Routes,
        .. RunItems.Routes,
        .. Signals.Routes,
        .. Approvals.Routes,
    ];

    static async Task Start(Call call)
    {
        var body = await call.BodyAsync();
        await SendAsync(call, await ReadAsync(call, body), body.Ids);
    }

    /// <summary>What was accepted once under its key is taken again, whatever has become of its plan since: the worker answers as before.</summary>
    static async Task<StartRun> ReadAsync(Call call, RequestBody body)
    {
        try
        {
            return await ReadAsync(call, body.Json, body.Ids.KeyId, pointer: "");
        }
        catch (ProblemException) when (body.Ids.Keyed)
        {
            if (!await call.Backend.Existence.IsAcceptedAsync(call.Caller.TenantId, body.Ids.CommandId, call.Stop))
                throw;
            return Read(body.Json, body.Ids.KeyId, plan: null, pointer: "");
        }
    }

    public static async Task SendAsync(Call call, StartRun command, RequestIds ids)
    {
        var resource = new Resource("run", command.RunId);
        var self = $"/v1/runs/{Uri.EscapeDataString(command.RunId)}";
        var order = Submit.Of(call, command with { StartedBy = [.. command.StartedBy ?? [], call.Caller.Person] }, command.RunId, ids, resource, call.Wait(), command.Context.CorrelationId);
        await call.AnswerAsync(order, self, async _ =>
        {
            var run = await call.Backend.Runs.FindAsync(call.Caller.TenantId, command.RunId, call.Stop) ?? throw new ProblemException(Problems.RunNotFound);
            call.Http.Response.Headers.Location = self;
            await RunViews.TellAsync(call, run, status: 201);
        });
    }

    /// <summary>Makes the command, its input checked against the plan where the plan can be had.</summary>
    public static async ValueTask<StartRun> ReadAsync(Call call, JsonElement json, Guid defaultId, string pointer)
    {
        var planRef = json.GetProperty("planRef");
        return Read(json, defaultId, await PlanAsync(call, planRef.GetProperty("planId").GetString()!, Text(planRef, "version")), pointer);
    }

    static StartRun Read(JsonElement json, Guid defaultId, StartablePlan? plan, string pointer)
    {
        var planRef = json.GetProperty("planRef");
        var planId = planRef.GetProperty("planId").GetString()!;
        var (version, digest) = (Text(planRef, "version"), Text(planRef, "digest"));
        var input = json.TryGetProperty("input", out var given) ? given : NoInput;
        var context = json.TryGetProperty("context", out var told) ? ContractsJson.Read<RunContext>(told) : new RunContext();
        if (plan is not null)
        {
            if (plan.State != "published")
                throw new ProblemException(Problems.PlanNotFound, $"Version {plan.Version} of plan {planId} is {plan.State}.");
            if (digest is not null && digest != plan.Digest)
                throw new ProblemException(Problems.VersionConflict, $"Version {plan.Version} of plan {planId} has digest {plan.Digest}.");
            if (plan.Input is { } schema && !schema.IsValid(input))
                throw new ProblemException(Problems.InvalidInput, "See errors for what breaks the plan's input schema.",
                    [.. schema.Validate(input).Select(e => new Fault($"{pointer}/input{e.Pointer}", e.Code, e.Message))]);
            version = plan.Version;
        }
        return new(Text(json, "runId") ?? defaultId.ToString(), planId, version, digest, Canonical(input, pointer), context);
    }

    static JsonElement Canonical(JsonElement input, string pointer)
    {
        try
        {
            return JsonElement.Parse(CanonicalJson.Canonicalize(input));
        }
        catch (JsonRefused refused)
        {
            throw new ProblemException(Problems.ValidationFailed, refused.Message, [new($"{pointer}/input{refused.Pointer}", refused.Code, refused.Message)]);
        }
    }

    /// <summary>Null when nobody can tell at the moment: then the worker judges.</summary>
    static async ValueTask<StartablePlan?> PlanAsync(Call call, string planId, string? version)
    {
        var tenantId = call.Caller.TenantId;
        try
        {
            if (await call.Backend.Startable.FindAsync(tenantId, planId, version, call.Stop) is { } plan)
                return plan;
            if (call.Backend.Startable.IsKnownAbsent(tenantId, planId, version))
                throw Unknown(planId, version);
            // Its publication may be on the way; what comes behind it in the slot's queue answers for it.
            if (!await call.Backend.Existence.FenceAsync(Domain.Runs, tenantId, planId, call.Stop))
                return null;
            if (await call.Backend.Startable.FindAsync(tenantId, planId, version, call.Stop) is { } late)
                return late;
        }
        catch (Exception fault) when (Away.Is(fault))
        {
            return null;
        }
        call.Backend.Startable.Absent(tenantId, planId, version);
        throw Unknown(planId, version);
    }

    static ProblemException Unknown(string planId, string? version) =>
        new(Problems.PlanNotFound, version is null ? $"There is no published version of plan {planId}." : $"There is no version {version} of plan {planId}.");

    static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
}
