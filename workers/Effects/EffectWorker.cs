using System.Threading.Channels;
using Dvt.Contracts;
using Dvt.Pipeline;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dvt.Workers.Effects;

/// <summary>Sends messages to their queues and returns once all are durable there.</summary>
delegate Task Publish(IReadOnlyCollection<(string Queue, Envelope Envelope)> messages, CancellationToken stop);

#pragma warning disable CA1001 // Lives as long as the process; its semaphores hold no handles.
/// <summary>
/// Intent, call with an idempotency key, outcome or unknown: message → claimed → called → recorded → published → acked.
/// Bookkeeping is done for whatever has gathered, beside the calls. A flight outlives the channel its message came on;
/// the message that comes again is attached to it.
/// </summary>
/// <param name="leaving">Cancelled before the consumers are stopped, when the process ends.</param>
sealed partial class EffectWorker(
    IStepKindWorker kind, ThisProcess process, NpgsqlDataSource postgres, Publish publish, ILogger<EffectWorker> log, CancellationToken leaving)
    : IWorkHandler
#pragma warning restore CA1001
{
    const int GroupSize = 256;
    static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(10);
    static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(8);

    readonly EffectTable table = new(postgres, $"{process.Holder}/{Guid.NewGuid():n}");
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
            stages.Claims.Start();
            stages.Records.Start();
            stages.Closes.Start();
            _ = RenewAsync();
            _ = new GivenUpCalls(table, flights, gate, kind.Kind, log).RunAsync(abandon.Token);
            return stages;
        }
    }

    /// <summary>The flight of a message, or null when there is one already or the message makes no sense.</summary>
    async Task<Flight?> BoardAsync(Delivery delivery, Settle settle)
    {
        if (Asked.Step(delivery.Envelope, kind.Kind) is not { } step)
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
                StepOutcome.Succeeded s => new RecordedOutcome(s.Result, Error: null, s.Cost),
                StepOutcome.Failed f => new RecordedOutcome(Result: null, f.Error, f.Cost),
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

    /// <summary>Calls in flight may end; what is left goes back, unacked, for another worker.</summary>
    async Task LeaveAsync(Stages running)
    {
        Task landed;
        lock (gate)
        {
            empty ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            if (flights.Count == 0)
                empty.TrySetResult();
            landed = empty.Task;
        }
        if (await Task.WhenAny(landed, Task.Delay(DrainTime, CancellationToken.None)) != landed)
        {
            await abandon.CancelAsync();
            await Task.WhenAny(landed, Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None));
        }
        await abandon.CancelAsync();
        running.Claims.Complete();
        running.Records.Complete();
        running.Closes.Complete();
        var back = givenBack.Where(f => f.Claim.Calls > 0).ToLookup(f => f.IsCalled, f => f.Id);
        if (back.Count == 0)
            return;
        EffectsLog.GivenBack(log, back[true].Count() + back[false].Count(), kind.Kind, back[true].Count());
        try
        {
            await table.ReleaseAsync(back[false], back[true], CancellationToken.None);
        }
        catch (Exception fault) when (Postgres.IsUnavailable(fault))
        {
            EffectsLog.Waits(log, "release", kind.Kind, fault.Message);
        }
    }

    void GiveBack(List<Flight> group)
    {
        lock (gate)
        {
            givenBack.AddRange(group);
            group.ForEach(Remove);
        }
    }

    void Remove(Flight flight)
    {
        flights.Remove(flight.Id);
        if (flights.Count == 0)
            empty?.TrySetResult();
    }

    Task PatientlyAsync(string what, Func<Task> work, CancellationToken stop) => Patience.RunAsync(what, kind.Kind, work, log, stop);
}
