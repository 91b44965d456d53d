using Dvt.Contracts;
using Dvt.Engine.Runs;
using Dvt.Pipeline;
using Dvt.Tests.Rules.Runs;
using Dvt.Tests.Support;
using Dvt.Workers;
using Dvt.Workers.Bookings;
using Dvt.Workers.Runs;
using Npgsql;
using Xunit;

namespace Dvt.Tests.Rules.Pipeline;

/// <summary>Keys of commands, as the workers of both domains meet them.</summary>
public sealed class IdempotencyMetersTests
{
    static readonly Guid Tenant = Guid.NewGuid();

    static Delivery Start(string runId, Guid? key, Guid? command = null)
    {
        var start = Orders.Start(Tenant, runId, "p");
        return new(start with { Id = command ?? start.Id, KeyId = key }, "q", Slot: 0, Epoch: 1, Redelivered: false, Source: null!, Tag: 1);
    }

    static (double First, double Repeated, double Reused, double Recorded, double Batches) Told(Counted counted) => (
        counted["idempotency_cache_misses_total"], counted["idempotency_cache_hits_total"], counted["idempotency_errors_total"],
        counted["idempotency_keys_created_total"], counted.Times("idempotency_processing_time_seconds"));

    [Fact]
    public void A_key_of_a_booking_is_first_repeated_or_reused_and_counts_once_it_is_stored()
    {
        using var counted = new Counted();
        var (key, other) = (Guid.NewGuid(), Guid.NewGuid());
        var first = Start("a", key);
        var work = new CommandsBefore([first]);
        Assert.False(work.IsReused(first));
        Assert.False(work.IsReused(first));
        Assert.True(work.IsReused(Start("b", key)));
        Assert.False(work.IsReused(Start("c", other)));
        Assert.False(work.IsReused(Start("d", key: null)));
        Assert.Equal((0, 0, 0, 0, 0), Told(counted));
        using var statement = new NpgsqlBatch();
        work.AddTo(statement);
        work.Tally.Count();
        Assert.Equal((2, 1, 1, 2, 1), Told(counted));
        work.Tally.Count();
        Assert.Equal((2, 1, 1, 2, 1), Told(counted));
    }

    [Fact]
    public void A_key_of_a_run_that_has_a_name_of_its_own_is_recorded()
    {
        using var counted = new Counted();
        var key = Guid.NewGuid();
        var (first, second) = (Start("mine", key), Start("mine too", key));
        var work = new RunBatch([first, first, second], new RunCache());
        Assert.Equal([false, false, true], new[] { first, first, second }.Select(work.IsKeyReused));
        work.RefuseKey(second);
        using var statement = new NpgsqlBatch();
        work.Keys.AddTo(statement);
        work.Keys.Tally.Count();
        Assert.Equal((1, 1, 1, 1, 1), Told(counted));
    }

    [Fact]
    public async Task A_key_that_names_the_run_is_told_by_the_run()
    {
        using var counted = new Counted();
        var key = Guid.NewGuid();
        var (first, other, unkeyed) = (Start(key.ToString(), key), Start(key.ToString(), key), Start("else", key: null));
        var work = new RunBatch([first, first, other, unkeyed], new RunCache());
        Assert.False(work.IsKeyReused(first));
        work.Add(new(Tenant, Run.New(key.ToString(), Scenario.PlanOf("""[{"stepId":"a","kind":"noop"}]""")), slot: 0, first.Envelope.Id, key));
        Assert.False(work.IsKeyReused(first));
        Assert.False(work.IsKeyReused(other));
        await StartRuns.DecideAsync(work, other, postgres: null!, plans: null!, DateTimeOffset.UnixEpoch, CancellationToken.None);
        Assert.False(work.IsKeyReused(unkeyed));
        work.Keys.Tally.Count();
        Assert.Equal((1, 1, 1, 0, 1), Told(counted));
    }

    [Fact]
    public void A_refusal_that_is_told_again_counts_as_one_again()
    {
        Assert.Equal(KeyUse.Reused, KeyTally.UseOf(new Outcome(Guid.NewGuid(), Outcome.Refused, IdempotencyKeys.ReusedCode)));
        Assert.Equal(KeyUse.Repeated, KeyTally.UseOf(new Outcome(Guid.NewGuid(), Outcome.Refused, "RUN_NOT_FOUND")));
        Assert.Equal(KeyUse.First, KeyTally.UseOf(before: null));
    }

    [Fact]
    public void A_batch_without_keys_costs_nothing_and_tells_nothing()
    {
        using var counted = new Counted();
        var tally = new KeyTally();
        tally.Meet(Start("a", key: null), KeyUse.First);
        tally.Count();
        Assert.Equal((0, 0, 0, 0, 0), Told(counted));
    }
}
