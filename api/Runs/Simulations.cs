using System.Text.Json;
using System.Xml;
using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Engine.Simulation;
using Dvt.ReadModels;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

/// <summary>What a plan would do: carried out here, on a virtual clock, without a trace.</summary>
static class Simulations
{
    /// <summary>Of real time; what has happened by then is told.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The rest of the process must stay quick, however long simulations take.</summary>
    static readonly SemaphoreSlim Room = new(Math.Max(1, Environment.ProcessorCount / 2));

    static readonly JsonElement Nothing = JsonElement.Parse("{}");

    const string Example =
        """
        {"plan":{"planId":"order","version":"1.0.0","steps":[
           {"stepId":"pay","kind":"http","with":{"method":"POST","url":"https://example.com/pay"}},
           {"stepId":"ask","kind":"wait","with":{"signal":"go"}}]},
         "input":{},
         "mocks":{"pay":[{"error":{"code":"HTTP_STATUS","retryable":true},"delay":"PT2S"},{"result":{"status":200}}],
                  "ask":{"signal":{"after":"PT1H","payload":{"by":"Luis"}}}},
         "signals":[{"at":"PT30M","type":"PAUSE"},{"at":"PT45M","type":"RESUME"}],
         "seed":7}
        """;

    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Post("/v1/plans/simulate", Permission.ReadPlans, Simulate, "Tell what a run of a plan would do, on a virtual clock") with
        {
            Body = "Simulate", BodyLimit = PlanBody, Answer = "Simulation", Example = Example,
            Description = "Nothing is stored and nothing is called: mocks answer for the world outside. The same request with the same `startAt` has the same answer.",
            Problems = [Problems.InvalidPlan, Problems.InvalidInput, Problems.PlanNotFound, Problems.VersionConflict, Problems.ViewBehind],
        },
    ];

    static async Task Simulate(Call call)
    {
        call.CheckQueryNames();
        var body = await call.BodyAsync();
        var plan = await PlanAsync(call, body.Json);
        var past = (await call.Backend.Durations.OfPlanAsync(call.Caller.TenantId, plan.PlanId, plan.Version, call.Stop)).Value;
        var setup = SetupOf(call, body, plan) with { UsualDelay = step => past.Of(step)?.Quantile(0.5) };
        if (!await Room.WaitAsync(Patience, call.Stop))
            throw new ProblemException(Problems.RateLimited, "Too many simulations at once.") { RetryAfter = 1 };
        try
        {
            using var time = CancellationTokenSource.CreateLinkedTokenSource(call.Stop);
            time.CancelAfter(Patience);
            var result = await Task.Run(() => Simulator.Run(setup, time.Token), call.Stop);
            await TellAsync(call, result, setup, past, await call.Backend.Costs.OfPlanAsync(call.Caller.TenantId, plan.PlanId, plan.Version, call.Stop));
        }
        finally
        {
            Room.Release();
        }
    }

    static async Task<Plan> PlanAsync(Call call, JsonElement json)
    {
        var isGiven = json.TryGetProperty("plan", out var document);
        var pointer = isGiven ? "/plan" : "/planRef";
        if (!isGiven)
            document = JsonElement.Parse(await SimulatedPlans.DocumentAsync(call, json.GetProperty("planRef")));
        var check = Plan.Check(document, call.Backend.Kinds);
        return check.Plan ?? throw new ProblemException(Problems.InvalidPlan, "See errors for every fault.",
            [.. check.Faults.Select(f => new Fault(pointer + f.Pointer, f.Code, f.Message))]);
    }

    static SimulationSetup SetupOf(Call call, RequestBody body, Plan plan)
    {
        var faults = new List<PlanFault>();
        var input = body.Element("input") ?? Nothing;
        if (plan.CheckInput(input) is { Count: > 0 } broken)
            throw new ProblemException(Problems.InvalidInput, "See errors for what breaks the plan's input schema.",
                [.. broken.Select(e => new Fault($"/input{e.Pointer}", e.Code, e.Message))]);
        var mocks = body.Element("mocks") is { } given ? Mocks.Read(given, plan, "/mocks", faults) : new Mocks();
        var signals = body.Element("signals") is { } list ? list.EnumerateArray().Select((s, n) => SignalOf(s, n, faults)).ToList() : [];
        if (faults.Count > 0)
            throw new ProblemException(Problems.ValidationFailed, "See errors for the mocks and signals that cannot be.",
                [.. faults.Select(f => new Fault(f.Pointer, f.Code, f.Message))]);
        var seed = body.Element("seed") is { } number ? number.GetInt64() : 0;
        return new SimulationSetup(
            plan, body.Text("runId") ?? $"sim-{seed}", input, body.Element("context") is { } context ? ContractsJson.Read<RunContext>(context) : new RunContext(),
            body.Element("startAt") is { } start ? start.GetDateTimeOffset() : call.Backend.Clock.GetUtcNow(), mocks)
        {
            Signals = signals,
        };
    }

    static TimedSignal SignalOf(JsonElement json, int place, List<PlanFault> faults)
    {
        if (!IsoDuration.TryParse(json.GetProperty("at").GetString()!, out var at))
            faults.Add(new($"/signals/{place}/at", "invalid_value", "must be a duration from the start, such as PT30M"));
        return new(at, Text(json, "signalId") ?? $"signal-{place + 1}", Text(json, "type"), Text(json, "name"), Text(json, "reason"),
            json.TryGetProperty("payload", out var payload) ? payload : null);
    }

    static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;

    static async Task TellAsync(Call call, SimulationResult result, SimulationSetup setup, PlanDurations past, PlanCosts costs)
    {
        if (result.Refusal is { } refusal)
            throw new ProblemException(Problems.InvalidInput, refusal.Detail);
        var run = result.Run.Snapshot();
        var shown = SimulatedHistory.Of(call.Caller.TenantId, result.Run, result.History.Take(setup.MaxEvents));
        await call.JsonAsync(new
        {
            run.RunId,
            run.PlanId,
            run.PlanVersion,
            run.PlanDigest,
            run.Status,
            run.Substatus,
            run.StartedAt,
            run.EndedAt,
            duration = XmlConvert.ToString(result.Now - setup.StartAt),
            run.Output,
            run.Error,
            run.FailedStepId,
            run.CompensationError,
            run.Cost,
            run.Budget,
            result.Truncated,
            predicted = new { basedOn = past.Runs.Count, duration = Predictions.Shown(past.Runs), cost = PredictedCosts.Of(costs, past.Runs.Count) },
            result.WaitsFor,
            assumptions = result.Assumptions.Select(a => new
            {
                a.StepId,
                a.Result,
                a.ResultFrom,
                delay = a.Delay is { } delay ? XmlConvert.ToString(delay) : null,
                a.DelayFrom,
            }),
            result.UnusedMocks,
            result.Refusals,
            run.Steps,
            timeline = shown.Timeline.Bars,
            shown.Events,
            snapshotHash = result.Run.SnapshotHash(),
        });
    }
}
