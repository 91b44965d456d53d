using System.Text.Json;
using Dvt.Client;

namespace Dvt.Example;

/// <summary>An order that waits for somebody's approval: published, started once, followed live, signalled, read.</summary>
static class Order
{
    static readonly Plan Plan = new()
    {
        PlanId = "example-order",
        Version = "1.0.0",
        InputSchema = DvtJson.Of(new { type = "object", properties = new { customer = new { type = "string" } }, required = new[] { "customer" } }),
        Steps =
        [
            new() { StepId = "greet", Kind = "transform", With = DvtJson.Of(new { text = "Thank you, ${input.customer}" }) },
            new() { StepId = "approve", Kind = "wait", With = DvtJson.Of(new { signal = "approved", timeout = "PT1H" }) },
        ],
        Output = DvtJson.Of(new { message = "${steps.greet.result.text}", by = "${steps.approve.result.by}" }),
    };

    /// <param name="orderId">The same again is the same run, however often this is called.</param>
    /// <returns>An exit code.</returns>
    public static async Task<int> RunAsync(DvtClient dvt, string orderId, TextWriter output, CancellationToken stop)
    {
        try
        {
            await dvt.Plans.CreateAsync(Plan, publish: true, cancellationToken: stop);
            var started = await dvt.Runs.StartAsync(
                new() { PlanRef = new() { PlanId = Plan.PlanId }, Input = DvtJson.Of(new { customer = "Ana" }), Context = new() { Labels = new Dictionary<string, string> { ["order"] = orderId } } },
                new() { IdempotencyKey = orderId, Wait = TimeSpan.FromSeconds(10) }, stop);
            var run = started.Decided;
            await output.WriteLineAsync($"run {run.RunId} is {run.Status}");

            await foreach (var happened in dvt.Runs.StreamAsync(run.RunId, cancellationToken: stop))
            {
                await output.WriteLineAsync($"  {happened.Id,3}  {happened.Type} {happened.Data?.StepId}".TrimEnd());
                if (happened is { Type: "StepStarted", Data.StepId: "approve" })
                    await dvt.Runs.SignalExternalAsync(run.RunId, new() { Name = "approved", SignalId = "approval", Payload = DvtJson.Of(new { by = "Luis" }) }, cancellationToken: stop);
            }

            run = await dvt.Runs.GetAsync(run.RunId, cancellationToken: stop);
            var result = run.Output?.As<Result>();
            await output.WriteLineAsync($"run {run.RunId} is {run.Status}: {result?.Message}, approved by {result?.By}");
            return run.Status == RunStatus.Completed ? 0 : 1;
        }
        catch (DvtProblemException problem)
        {
            await output.WriteLineAsync($"refused: {problem.Code}: {problem.Message}");
            return 1;
        }
    }

    sealed record Result(string Message, string By);
}
