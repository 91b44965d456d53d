using System.Text.Json;
using System.Threading.Channels;
using Dvt.Contracts;
using Dvt.Pipeline;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dvt.Workers.Effects;

/// <summary>Sends messages to their queues and returns once all are confirmed.</summary>
delegate Task Publish(IReadOnlyCollection<(string Queue, Envelope Envelope)> messages, CancellationToken stop);

#pragma warning disable CA1001 // Lives as long as the process; its semaphores hold no handles.
/// <summary>
/// Intent, call with an idempotency key, outcome or unknown: message → claimed → called → recorded → published → acked.
/// Bookkeeping is done for whatever has gathered, beside the calls. A flight outlives the channel its message came on;
/// the message that comes again is attached to it.
/// </summary>
/// <param name="leaving">Cancelled before the consumers are stopped, when the process ends.</param>
sealed partial class EffectWorker(
    IStepKindWorker kind, NpgsqlDataSource postgres, Publish publish, ILogger<EffectWorker> log, CancellationToken leaving)
    : IWorkHandler
#pragma warning restore CA1001
{
    const int GroupSize = 256;
    static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(10);
    static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(8);

    readonly EffectTable table = new(postgres, $"{Environment.MachineName}:{Environment.ProcessId}:{Guid.NewGuid():n}");
    readonly EffectCalls calls = new(kind, log);
    readonly SemaphoreSlim places = new(kind.Concurrency * 2);
    readonly CancellationTokenSource abandon = new();
    readonly Lock gate = new();
    readonly Dictionary<EffectId, Flight> flights = [];
    readonly List<Flight> givenBack = [];
    Stages? stages;
    TaskCompletionSource? empty;

    sealed record Stages(Gatherer<Flight> Claims, Gatherer<Flight> Records, Gatherer<Flight> Closes);

    public string Queue => Topology.StepQueue(kind.Kind);

    /// <summary>More than are called at once: the next are claimed and the last recorded beside the calls.</summary>
    public int Concurrency => kind.Concurrency * 4;

    public async Task RunAsync(ChannelReader<Delivery> work, Func<IReadOnlyCollection<Delivery>, Task> done, CancellationToken stop)
    {
        var running = Start();
        var settle = new Settle(done);
        try
        {
            while (await work.WaitToReadAsync(stop))
            {
                await places.WaitAsync(stop);
                if (!work.TryRead(out var delivery) || await BoardAsync(delivery, settle) is not { } flight)
                    places.Release();
                else
                    running.Claims.Add(flight);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The channel or the process ends; only the latter ends flights.
        }
        if (leaving.IsCancellationRequested)
            await LeaveAsync(running);
    }

    Stages Start()
    {
        lock (gate)
        {
            if (stages is not null)
                return stages;
            stages = new Stages(new(GroupSize, ClaimAsync), new(GroupSize, RecordAsync), new(GroupSize, CloseAsync));
            _ = stages.Claims.RunAsync();
            _ = stages.Records.RunAsync();
            _ = stages.Closes.RunAsync();
            _ = RenewAsync();
            return stages;
        }
    }

    /// <summary>The flight of a message, or null when there is one already or the message makes no sense.</summary>
    async Task<Flight?> BoardAsync(Delivery delivery, Settle settle)
    {
        if (ReadStep(delivery.Envelope) is not { } step)
        {
            // The engine offers a step again that nobody closes.
            EffectsLog.NoStep(log, delivery.Envelope.Id, Queue);
            await settle([delivery]);
            return null;
        }
        var id = new EffectId(delivery.Envelope.TenantId, step.EffectKey);
        lock (gate)
        {
            if (flights.TryGetValue(id, out var known))
            {
                known.Attach(delivery, settle);
                return null;
            }
            var flight = flights[id] = new Flight(id, delivery.Envelope, step);
            flight.Attach(delivery, settle);
            return flight;
        }
    }

    CallStep? ReadStep(Envelope envelope)
    {
        try
        {
            return envelope.Type == nameof(CallStep)
                && ContractsJson.Read<CallStep>(envelope.Body) is { RunId: not null, StepId: not null } step
                && step.Kind == kind.Kind && !step.EffectKey.Contains('\0', StringComparison.Ordinal) ? step : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    async Task ClaimAsync(List<Flight> group)
    {
        Dictionary<EffectId, Claim> claims = [];
        try
        {
            await PatientlyAsync("intent", async () => claims = await table.ClaimAsync(kind.Kind, [.. group.Select(f => f.Id)], leaving), leaving);
        }
        catch (OperationCanceledException)
        {
            GiveBack(group);
            return;
        }
        foreach (var flight in group)
        {
            flight.Claimed(claims[flight.Id]);
            if (flight.Claim.Calls > 0)
            {
                _ = FlyAsync(flight);
                continue;
            }
            places.Release();
            if (flight.Claim.Outcome is { } recorded)
            {
                flight.Outcome = recorded;
                stages!.Closes.Add(flight);
            }
            else
                await HoldOrDropAsync(flight);
        }
    }

    /// <summary>
    /// Another worker has it and answers. A message that was delivered before is kept until then, since that worker may be
    /// the dead one it was taken from.
    /// </summary>
    async Task HoldOrDropAsync(Flight flight)
    {
        lock (gate)
            if (flight.IsRedelivered)
            {
                _ = HoldAsync(flight);
                return;
            }
            else
                Remove(flight);
        await SettleAsync([flight]);
    }

    async Task HoldAsync(Flight flight)
    {
        try
        {
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Clamp(flight.Claim.FreeIn.TotalMilliseconds, 50, EffectTable.Lease.TotalMilliseconds)), leaving);
            await places.WaitAsync(leaving);
            stages!.Claims.Add(flight);
        }
        catch (OperationCanceledException)
        {
            GiveBack([flight]);
        }
    }

    async Task FlyAsync(Flight flight)
    {
        var hasPlace = 1;
        void LeavePlace()
        {
            if (Interlocked.Exchange(ref hasPlace, 0) == 1)
                places.Release();
        }
        try
        {
            flight.Outcome = await calls.RunAsync(flight, LeavePlace, leaving, abandon.Token) switch
            {
                StepOutcome.Succeeded s => new RecordedOutcome(s.Result, Error: null),
                StepOutcome.Failed f => new RecordedOutcome(Result: null, f.Error),
                _ => throw new InvalidOperationException("an outcome is known or the flight goes on"),
            };
            stages!.Records.Add(flight);
        }
        catch (OperationCanceledException)
        {
            GiveBack([flight]);
        }
        catch (Exception fault)
        {
            EffectsLog.KindFailed(log, fault, kind.Kind, flight.Id.Key);
            flight.Outcome = new RecordedOutcome(Result: null, StepOutcome.StaysUnknown(fault.GetType().Name, Repetition.Never).Error);
            stages!.Records.Add(flight);
        }
        finally
        {
            LeavePlace();
        }
    }

    async Task RecordAsync(List<Flight> group)
    {
        var recorded = await EffectRecords.CloseAsync(table, group, log, work => PatientlyAsync("outcome", work, CancellationToken.None));
        foreach (var flight in group)
        {
            if (recorded.TryGetValue(flight.Id, out var first))
                flight.Outcome = first;
            stages!.Closes.Add(flight);
        }
    }

    async Task CloseAsync(List<Flight> group)
    {
        var messages = group.ConvertAll(f => f.Close());
        await PatientlyAsync("answer", () => publish(messages, CancellationToken.None), CancellationToken.None);
        lock (gate)
            group.ForEach(Remove);
        await SettleAsync(group);
    }

    static async Task SettleAsync(List<Flight> landed)
    {
        foreach (var channel in landed.SelectMany(f => f.Waiting).GroupBy(w => w.Settle, w => w.Delivery))
            await channel.Key([.. channel]);
    }

    async Task RenewAsync()
    {
        using var timer = new PeriodicTimer(RenewEvery);
        while (await timer.WaitForNextTickAsync(CancellationToken.None) && !abandon.IsCancellationRequested)
        {
            EffectId[] mine;
            lock (gate)
                mine = [.. flights.Values.Where(f => f.Claim.Calls > 0).Select(f => f.Id)];
            try
            {
                if (mine.Length > 0)
                    await table.RenewAsync(mine, abandon.Token);
            }
            catch (Exception fault)
            {
                EffectsLog.Waits(log, "lease", kind.Kind, fault.Message);
            }
        }
    }

    /// <summary>Repeats bookkeeping until it succeeds: a fault of ours never becomes a failure of a step.</summary>
    async Task PatientlyAsync(string what, Func<Task> work, CancellationToken stop)
    {
        for (var pause = 50; ; pause = Math.Min(pause * 2, 1_000))
            try
            {
                await work();
                return;
            }
            catch (Exception fault) when (!stop.IsCancellationRequested && !EffectRecords.IsOfData(fault))
            {
                EffectsLog.Waits(log, what, kind.Kind, fault.Message);
                await Task.Delay(pause, stop);
            }
    }
}
