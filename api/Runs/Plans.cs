using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Json;
using Dvt.Engine.Plans;
using Dvt.ReadModels;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

static class Plans
{
    static readonly TimeSpan WriteWait = TimeSpan.FromSeconds(10);

    static readonly ProblemKind[] Writing =
        [Problems.InvalidPlan, Problems.VersionConflict, Problems.RevisionMismatch, Problems.PlanNotFound, Problems.InvalidTransition, Problems.IdempotencyKeyReused];

    const string PlanExample =
        """
        {"planId":"hello","version":"1.0.0","name":"Hello",
         "inputSchema":{"type":"object","properties":{"name":{"type":"string"}},"required":["name"]},
         "steps":[{"stepId":"greet","kind":"transform","with":{"text":"Hello ${input.name}"}}],
         "output":{"text":"${steps.greet.result.text}"}}
        """;

    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Post("/v1/plans", Permission.WritePlans, Create, "Create a plan version, as a draft or published") with
        {
            Body = "Plan", BodyLimit = PlanBody, Status = 201, Answer = "PlanVersion", Queues = true, Problems = Writing, Example = PlanExample,
            Description = "Waits up to 10 s for the outcome. The same content again is answered 200.",
            Parameters = [new("publish", "Publish at once.", """{"type":"boolean","default":false}""")],
        },
        Post("/v1/plans/validate", Permission.ReadPlans, Validate, "Tell every fault of a plan without storing it") with
        {
            Body = "Plan", BodyLimit = PlanBody, Answer = "PlanCheck", Example = PlanExample, Problems = [Problems.ValidationFailed],
            AnswerExample = """{"valid":false,"errors":[{"pointer":"/steps/1/dependsOn/0","code":"unknown_dependency","message":"there is no step nowhere"}]}""",
        },
        Get("/v1/plans", Permission.ReadPlans, List, "List plan versions") with
        {
            Answer = "PlanList", Lists = true, Reads = true,
            Parameters =
            [
                new("state", "Only these.", """{"enum":["draft","published","archived"]}"""),
                new("q", "Part of the plan's id or name."),
            ],
        },
        Get("/v1/plans/{planId}", Permission.ReadPlans, Find, "A plan with its versions, newest first") with
        {
            Answer = "PlanVersions", Reads = true, Problems = [Problems.PlanNotFound, Problems.ViewBehind],
        },
        Get("/v1/plans/{planId}/versions/{version}", Permission.ReadPlans, FindVersion, "A plan version with its document") with
        {
            Answer = "PlanVersion", Reads = true, Problems = [Problems.PlanNotFound, Problems.ViewBehind],
        },
        Put("/v1/plans/{planId}/versions/{version}", Permission.WritePlans, Replace, "Replace a draft, or create one") with
        {
            Body = "Plan", BodyLimit = PlanBody, Answer = "PlanVersion", Queues = true, Matches = true, Problems = Writing, Example = PlanExample,
            Description = "Answers 201 where there was none, 200 otherwise. A published or archived version does not change.",
        },
        Post("/v1/plans/{planId}/versions/{version}/publish", Permission.WritePlans, Publish, "Publish a draft; it never changes again") with
        {
            Body = "Nothing", BodyOptional = true, Answer = "PlanVersion", Queues = true, Matches = true, Problems = Writing,
        },
        Post("/v1/plans/{planId}/versions/{version}/archive", Permission.WritePlans, Archive, "Archive a version; no new run may use it") with
        {
            Body = "Nothing", BodyOptional = true, Answer = "PlanVersion", Queues = true, Matches = true, Problems = Writing,
        },
        Get("/v1/step-kinds", Permission.ReadPlans, Kinds, "The kinds a step can be, with their schemas") with { Answer = "StepKindList" },
    ];

    static async Task Create(Call call)
    {
        call.CheckQueryNames();
        var publish = call.QueryFlag("publish");
        var body = await call.BodyAsync(checkSchema: false);
        var plan = Checked(call, body.Json);
        await SaveAsync(call, body, plan, publish, replace: false);
    }

    static async Task Replace(Call call)
    {
        var body = await call.BodyAsync(checkSchema: false);
        var plan = Checked(call, body.Json);
        var faults = new List<Fault>();
        if (plan.PlanId != call.Route("planId"))
            faults.Add(new("/planId", "path_mismatch", "is not the planId of the path"));
        if (plan.Version != call.Route("version"))
            faults.Add(new("/version", "path_mismatch", "is not the version of the path"));
        if (faults.Count > 0)
            throw new ProblemException(Problems.InvalidPlan, faults: faults);
        await SaveAsync(call, body, plan, publish: false, replace: true);
    }

    static Plan Checked(Call call, JsonElement document)
    {
        if (document.ValueKind is not JsonValueKind.Object)
            throw new ProblemException(Problems.ValidationFailed, "A plan is an object.", [new("", "type", "is no object")]);
        var check = Plan.Check(document, call.Backend.Kinds);
        return check.Plan ?? throw new ProblemException(Problems.InvalidPlan, "See errors for every fault.",
            [.. check.Faults.Select(f => new Fault(f.Pointer, f.Code, f.Message))]);
    }

    static Task SaveAsync(Call call, RequestBody body, Plan plan, bool publish, bool replace)
    {
        var command = new SavePlan(plan.PlanId, plan.Version, body.Json, plan.Digest, publish, call.IfMatch(), replace);
        return WriteAsync(call, command, body.Ids, plan.PlanId, plan.Version);
    }

    static async Task Publish(Call call)
    {
        var body = await call.BodyAsync();
        var (planId, version) = (call.Route("planId"), call.Route("version"));
        await WriteAsync(call, new PublishPlan(planId, version, call.IfMatch()), body.Ids, planId, version);
    }

    static async Task Archive(Call call)
    {
        var body = await call.BodyAsync();
        var (planId, version) = (call.Route("planId"), call.Route("version"));
        await WriteAsync(call, new ArchivePlan(planId, version, call.IfMatch()), body.Ids, planId, version);
    }

    /// <summary>Always waits, so that a run may be started the moment the write is answered.</summary>
    static async Task WriteAsync<TCommand>(Call call, TCommand command, RequestIds ids, string planId, string version) where TCommand : ICommand
    {
        var self = $"/v1/plans/{planId}/versions/{version}";
        var wait = call.Wait() is { } preferred && preferred > WriteWait ? preferred : WriteWait;
        var order = Submit.Of(call, command, planId, ids, new Resource("plan", $"{planId}/{version}"), wait);
        await call.AnswerAsync(order, self, async outcome =>
        {
            call.Backend.Startable.Forget(call.Caller.TenantId, planId, version);
            var found = await call.Backend.Plans.FindVersionAsync(call.Caller.TenantId, planId, version, call.Stop)
                ?? throw new ProblemException(Problems.ViewBehind) { RetryAfter = 1 };
            call.Http.Response.Headers.Location = self;
            call.Tag(found.Value.Row.Revision);
            await call.JsonAsync(Shown(found.Value), command is SavePlan save && IsNew(outcome, save) ? 201 : 200);
        });
        call.Backend.Startable.Forget(call.Caller.TenantId, planId, version);
    }

    /// <summary>A POST that found nothing, or a PUT whose draft is the first revision; a repetition of an earlier command does not tell and is answered as the first was.</summary>
    static bool IsNew(Outcome outcome, SavePlan save)
    {
        if (outcome.Data is not { ValueKind: JsonValueKind.Object } data)
            return !save.Replace;
        var existing = data.TryGetProperty("existing", out var flag) && flag.ValueKind is JsonValueKind.True;
        return !existing && (!save.Replace || (data.TryGetProperty("revision", out var revision) && revision.TryGetInt64(out var number) && number == 1));
    }

    static async Task Validate(Call call)
    {
        var body = await call.BodyAsync(checkSchema: false);
        if (body.Json.ValueKind is not JsonValueKind.Object)
            throw new ProblemException(Problems.ValidationFailed, "A plan is an object.", [new("", "type", "is no object")]);
        var check = Plan.Check(body.Json, call.Backend.Kinds);
        await call.JsonAsync(new { check.Valid, errors = check.Faults });
    }

    static async Task List(Call call)
    {
        call.CheckQueryNames();
        await call.MinPositionAsync();
        var page = await call.Backend.Plans.ListAsync(call.Caller.TenantId, call.Query("state"), call.Query("q"), call.Limit(), call.Query("cursor"), call.Stop);
        await call.JsonAsync(call.Told(page));
    }

    static async Task Find(Call call)
    {
        await call.MinPositionAsync();
        var planId = call.Route("planId");
        var found = await call.Backend.Existence.FindAsync(call.Caller.TenantId, new Resource("plan", planId), planId,
            () => call.Backend.Plans.FindAsync(call.Caller.TenantId, planId, call.Stop), NeverPending<PlanVersions>, call.Stop);
        await call.JsonAsync(call.Told(found ?? throw new ProblemException(Problems.PlanNotFound)));
    }

    static async Task FindVersion(Call call)
    {
        await call.MinPositionAsync();
        var (planId, version) = (call.Route("planId"), call.Route("version"));
        var found = await call.Backend.Existence.FindAsync(call.Caller.TenantId, new Resource("plan", $"{planId}/{version}"), planId,
            () => call.Backend.Plans.FindVersionAsync(call.Caller.TenantId, planId, version, call.Stop), NeverPending<PlanVersion>, call.Stop);
        var shown = call.Told(found ?? throw new ProblemException(Problems.PlanNotFound));
        call.Tag(shown.Row.Revision);
        await call.JsonAsync(Shown(shown));
    }

    /// <summary>There is nothing to show of a plan that is not decided yet.</summary>
    static Fresh<T> NeverPending<T>(RecentCommand command) =>
        throw new ProblemException(Problems.ViewBehind, $"Command {command.CommandId} is not decided yet.") { RetryAfter = 1 };

    static object Shown(PlanVersion plan) => new
    {
        plan.Row.PlanId,
        plan.Row.Version,
        plan.Row.State,
        plan.Row.Digest,
        plan.Row.Name,
        plan.Row.Description,
        plan.Row.StepCount,
        plan.Row.Revision,
        plan.Row.CreatedAt,
        plan.Row.PublishedAt,
        plan.Row.ArchivedAt,
        plan.Document,
    };

    static async Task Kinds(Call call) => await call.JsonAsync(new
    {
        items = call.Backend.Kinds.All.Select(k => new
        {
            kind = k.Name,
            k.Description,
            with = k.WithSchema,
            result = k.ResultSchema,
            mode = k.Mode.ToString().ToLowerInvariant(),
            k.CompensatedBy,
            defaultTimeout = k.DefaultTimeout is { } timeout ? System.Xml.XmlConvert.ToString(timeout) : null,
        }),
    });
}
