using System.Text.RegularExpressions;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Chaos;

/// <summary>Answers that go from a step's worker straight to the slot of the same process.</summary>
public sealed partial class HandoverFaultTests(ChaosServers servers, ITestOutputHelper output) : ChaosTest(servers, output)
{
    const string HandedOver = "dvt_messages_handed_over_total";

    /// <summary>One hop after the other, so that a lost answer ends the run's way.</summary>
    static readonly string Hops = $$"""{"planId":"hops","version":"1.0.0","steps":[{{string.Join(',', Enumerable.Range(0, 8).Select(n => $$"""{"stepId":"s{{n}}","kind":"echo"}"""))}}]}""";

    [ServersFact]
    [Trait("Category", "Slow")]
    public Task Slots_move_to_a_second_worker_and_back_under_answers_without_a_reset() => RunAsync(["workers"], async (system, _) =>
    {
        var tenant = Guid.CreateVersion7();
        await system.Orders.PublishPlansAsync(tenant, Hops);
        await OwnsAsync(system, owners: 1, within: 10);
        var first = system.Workers[0];
        var load = EchoLoadAsync(system, tenant, out var stop);
        await Eventually.HoldsAsync(async () => await MetricAsync(first, HandedOver) > 200, Seconds(20), "no answer went the short way");
        await system.StartAsync("workers");
        await OwnsAsync(system, owners: 2, within: 15);
        await Eventually.HoldsAsync(async () => await MetricAsync(system.Workers[1], HandedOver) > 0, Seconds(20), "the second worker hands nothing over");
        Assert.DoesNotMatch(SlotLeft(), first.Log);
        await system.Workers[1].StopAsync();
        await OwnsAsync(system, owners: 1, within: 15);
        Assert.DoesNotMatch(SlotLeft(), system.Workers[1].Log);
        await stop.CancelAsync();
        await system.Orders.AllCompleteAsync(tenant, await load, Seconds(30));
        Assert.DoesNotMatch(SlotLeft(), first.Log);
        Output.WriteLine($"{await load} runs, {await MetricAsync(first, HandedOver)} answers handed over");
    });

    [ServersFact]
    [Trait("Category", "Slow")]
    public Task Answers_that_die_with_their_worker_are_given_again() => RunAsync(["workers", "workers"], async (system, random) =>
    {
        var tenant = Guid.CreateVersion7();
        await system.Orders.PublishPlansAsync(tenant, Hops);
        await OwnsAsync(system, owners: 2, within: 15);
        var load = EchoLoadAsync(system, tenant, out var stop);
        for (var kills = 0; kills < 5; kills++)
        {
            var victim = system.Workers[random.Next(2)];
            await Eventually.HoldsAsync(async () => await MetricAsync(victim, HandedOver) > 0, Seconds(30), "no answer went the short way");
            await Task.Delay(random.Next(0, 1_000));
            await DvtSystem.ReplaceAsync(victim);
        }
        await stop.CancelAsync();
        await system.Orders.AllCompleteAsync(tenant, await load, Seconds(60));
        Output.WriteLine($"{await load} runs");
    });

    /// <summary>Starts runs until it is told to stop; tells how many.</summary>
    static Task<int> EchoLoadAsync(DvtSystem system, Guid tenant, out CancellationTokenSource stop)
    {
        var source = stop = new CancellationTokenSource();
        return Task.Run(async () =>
        {
            var started = 0;
            for (; !source.IsCancellationRequested; started += 20)
            {
                await system.Orders.SendAllAsync(Enumerable.Range(started, 20).Select(i => Orders.Start(tenant, $"run-{i}", "hops")));
                await Dvt.Pipeline.Loop.PauseAsync(Seconds(0.05), source.Token);
            }
            return started;
        });
    }

    [GeneratedRegex(@"slot \d+ left: (?!given back$|stopped$)", RegexOptions.Multiline)]
    private static partial Regex SlotLeft();
}
