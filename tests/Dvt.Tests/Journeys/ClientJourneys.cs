using Dvt.Client;
using Dvt.Example;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Journeys;

/// <summary>The .NET client against the real API.</summary>
public sealed class ClientJourneys(JourneySystem journeys, ITestOutputHelper output) : JourneyTest(journeys, output)
{
    [ServersFact]
    public Task The_example_publishes_starts_follows_signals_and_prints() => AsTenantAsync(async client =>
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var dvt = Of(client);
        using var printed = new StringWriter();
        Assert.True(await Order.RunAsync(dvt, "order-77", printed, patience.Token) == 0, printed.ToString());
        Assert.Contains("COMPLETED: Thank you, Ana, approved by Luis", printed.ToString(), StringComparison.Ordinal);
        // The same order again: the same run, which has ended.
        using var again = new StringWriter();
        Assert.True(await Order.RunAsync(dvt, "order-77", again, patience.Token) == 0, again.ToString());
        Assert.Equal(printed.ToString().Split('\n')[^2], again.ToString().Split('\n')[^2]);

        var runs = new List<RunItem>();
        await Eventually.HoldsAsync(async () =>
        {
            runs.Clear();
            await foreach (var run in dvt.Runs.ListAsync(status: RunStatus.Completed, labels: new Dictionary<string, string> { ["order"] = "order-77" }))
                runs.Add(run);
            return runs.Count > 0;
        }, TimeSpan.FromSeconds(20), "the run is not listed");
        Assert.Equal(2, (await dvt.Runs.GetAsync(Assert.Single(runs).RunId)).Steps.Count);
    });

    [ServersFact]
    public Task An_order_is_awaited_read_at_its_position_and_changed_only_at_its_revision() => AsTenantAsync(async client =>
    {
        var dvt = Of(client);
        await client.PublishAsync(TestPlans.Inline);
        var accepted = await dvt.Runs.StartAsync(new() { PlanRef = new() { PlanId = "inline" } });
        var command = await dvt.DecidedAsync(accepted.Accepted!);
        Assert.Equal(CommandStatus.Done, command.Status);
        var page = await dvt.Runs.ListPageAsync(limit: 5, options: new() { MinPosition = command.Position });
        Assert.Contains(page.Items, r => r.RunId == accepted.Accepted!.Resource.Id);
        Assert.Equal(RunStatus.Completed, (await dvt.EndedAsync(accepted.Accepted!.Resource.Id)).Status);

        var made = (await dvt.Schedules.CreateAsync(new() { PlanRef = new() { PlanId = "inline" }, Cron = "0 0 9 1 1 ?" })).Decided;
        var changed = (await dvt.Schedules.ChangeAsync(made.ScheduleId, new() { Name = "New year" }, new() { IfMatch = made.Revision })).Decided;
        var moved = await Assert.ThrowsAsync<DvtProblemException>(() => dvt.Schedules.RemoveAsync(made.ScheduleId, new() { IfMatch = made.Revision }));
        Assert.Equal(412, (int)moved.Status);
        Assert.False((await dvt.Schedules.RemoveAsync(made.ScheduleId, new() { IfMatch = changed.Revision })).IsOnlyAccepted);

        var refused = await Assert.ThrowsAsync<DvtProblemException>(() => dvt.Runs.StartAsync(new() { PlanRef = new() { PlanId = "nowhere" } }));
        Assert.Equal("PLAN_NOT_FOUND", refused.Code);
    });

    static DvtClient Of(ApiClient client) => new(client.System.Api.Url!, client.ApiKey);
}
