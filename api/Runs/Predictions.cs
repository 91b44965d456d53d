using System.Xml;
using Dvt.Engine.Predictions;
using Dvt.ReadModels;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

/// <summary>What past runs say about those to come.</summary>
static class Predictions
{
    public static readonly IReadOnlyList<Endpoint> OfPlans =
    [
        Get("/v1/plans/{planId}/versions/{version}/prediction", Permission.ReadPlans, Plan, "How long runs of a plan version and its steps will likely take, and what they will cost") with
        {
            Answer = "PlanPrediction", Reads = true, Problems = [Problems.PlanNotFound],
            AnswerExample = """{"planId":"tour","version":"1.0.0","basedOn":120,"duration":{"p50":"PT1M2S","p90":"PT4M"},"cost":{"p50":{"tokens":1200,"money":[{"amount":"0.12","currency":"USD"}]},"p90":{"tokens":3100,"money":[{"amount":"0.4","currency":"USD"}]}},"steps":[{"stepId":"call","basedOn":120,"duration":{"p50":"PT1S","p90":"PT3S"}}]}""",
        },
    ];

    public static readonly IReadOnlyList<Endpoint> OfRuns =
    [
        Get("/v1/runs/{runId}/prediction", Permission.ReadRuns, Run, "When a run will likely be through, whether in time, and what it will have cost") with
        {
            Answer = "RunPrediction", Reads = true, Problems = [Problems.RunNotFound, Problems.ViewBehind],
            Description = "The longest way through the steps that are not done, each as long as in past runs of the same plan version.",
            AnswerExample = """{"runId":"r-1","status":"RUNNING","predictedFinish":{"p50":"2026-03-01T10:00:00Z","p90":"2026-03-01T10:05:00Z"},"deadline":"2026-03-01T09:00:00Z","likelyMissesDeadline":true,"basedOn":120}""",
        },
    ];

    static async Task Plan(Call call)
    {
        call.CheckQueryNames();
        await call.MinPositionAsync();
        var (planId, version) = (call.Route("planId"), call.Route("version"));
        if (await call.Backend.Plans.ForStartAsync(call.Caller.TenantId, planId, version, call.Stop) is null)
            throw new ProblemException(Problems.PlanNotFound);
        var past = call.Told(await call.Backend.Durations.OfPlanAsync(call.Caller.TenantId, planId, version, call.Stop));
        await call.JsonAsync(new
        {
            planId,
            version,
            basedOn = past.Runs.Count,
            duration = Shown(past.Runs),
            cost = PredictedCosts.Of(await call.Backend.Costs.OfPlanAsync(call.Caller.TenantId, planId, version, call.Stop), past.Runs.Count),
            steps = past.Steps.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => new { stepId = s.Key, basedOn = s.Value.Count, duration = Shown(s.Value) }),
        });
    }

    /// <summary>Null when there is no past.</summary>
    public static object? Shown(Histogram past) => past.Count == 0 ? null : new { p50 = Text(past.Quantile(0.5)), p90 = Text(past.Quantile(0.9)) };

    static string? Text(TimeSpan? duration) => duration is { } given ? XmlConvert.ToString(Rounded(given)) : null;

    /// <summary>Buckets are about a tenth wide: further digits would say what nobody knows.</summary>
    static TimeSpan Rounded(TimeSpan duration) => duration > TimeSpan.FromSeconds(10)
        ? TimeSpan.FromSeconds(Math.Round(duration.TotalSeconds))
        : TimeSpan.FromMilliseconds(Math.Max(1, Math.Round(duration.TotalMilliseconds)));

    static async Task Run(Call call)
    {
        call.CheckQueryNames();
        await call.MinPositionAsync();
        var runId = call.Route("runId");
        if (!await RunViews.MustExistAsync(call, runId))
        {
            await call.JsonAsync(new { runId, status = "PENDING", likelyMissesDeadline = false, basedOn = 0 });
            return;
        }
        var found = await call.Backend.Runs.PredictAsync(call.Caller.TenantId, runId, call.Backend.Clock.GetUtcNow(), call.Backend.Durations, call.Stop)
            ?? throw new ProblemException(Problems.RunNotFound);
        var prediction = call.Told(found);
        await call.JsonAsync(new
        {
            prediction.RunId,
            prediction.Status,
            predictedFinish = prediction.FinishP50 is null ? null : new { p50 = prediction.FinishP50, p90 = prediction.FinishP90 },
            prediction.Deadline,
            prediction.LikelyMissesDeadline,
            predictedCost = prediction.FinishP50 is null ? null : PredictedCosts.Of(
                await call.Backend.Costs.OfPlanAsync(call.Caller.TenantId, prediction.PlanId, prediction.PlanVersion, call.Stop), prediction.BasedOn, prediction.Cost),
            prediction.BasedOn,
        });
    }
}
