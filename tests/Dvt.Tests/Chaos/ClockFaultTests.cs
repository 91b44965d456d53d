using System.Globalization;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Chaos;

/// <summary>Workers whose own clock is wrong, by Debian's <c>libfaketime</c>.</summary>
public sealed class ClockFaultTests(ChaosServers servers, ITestOutputHelper output) : ChaosTest(servers, output)
{
    static readonly string? Library = new[] { "x86_64-linux-gnu", "aarch64-linux-gnu" }
        .Select(machine => $"/usr/lib/{machine}/faketime/libfaketime.so.1").FirstOrDefault(File.Exists);

    [ServersTheory]
    [Trait("Category", "Chaos")]
    [InlineData("+2h")]
    [InlineData("-2h")]
    public Task A_worker_two_hours_off_fires_no_timer_and_no_schedule_early_late_or_twice(string off) => RunAsync(["workers"], async (system, _) =>
    {
        Assert.True(Library is not null, "the package libfaketime is missing: ops/install-servers libfaketime");
        var wrong = system.Launch("workers", ("LD_PRELOAD", Library!), ("FAKETIME", off), ("FAKETIME_DONT_FAKE_MONOTONIC", "1"), ("DONT_FAKE_MONOTONIC", "1"));
        await wrong.ReadyAsync();
        await OwnsAsync(system, owners: 2, within: 20);
        var tenant = await system.Orders.TenantAsync();
        await system.Orders.PublishPlansAsync(tenant, TestPlans.Waits, TestPlans.Inline);
        await ScheduleAsync(system, tenant);
        await system.Orders.SendAllAsync(Enumerable.Range(0, 100).Select(i => Orders.Start(tenant, $"waits-{i}", "waits")));
        await Eventually.HoldsAsync(async () => await StartedAsync(system, tenant) >= 10, Seconds(60), "the schedule starts nothing");
        await wrong.KillAsync();
        var before = await StartedAsync(system, tenant);
        await Eventually.HoldsAsync(async () => await StartedAsync(system, tenant) >= before + 5, Seconds(45), "the schedule waits for the clock of a worker that is gone");
        await system.ExecuteAsync("update runs.schedule set enabled = false where tenant_id = $1", tenant);
        await Eventually.HoldsAsync(
            async () => await system.ReadAsync<long>("select count(*) from runs.run where tenant_id = $1 and not terminal", tenant) == 0, Seconds(60), "runs were left");
        await NoneMissedAsync(system, tenant);
        Assert.Empty(await system.RowsAsync(
            """
            select s.stream, s.occurred_at, f.occurred_at
            from log.events s
            join log.events f on f.tenant_id = s.tenant_id and f.stream = s.stream and f.type = 'StepCompleted' and f.data ->> 'stepId' = 'w'
            where s.tenant_id = $1
              and s.type = 'StepStarted'
              and s.data ->> 'stepId' = 'w'
              and f.occurred_at - s.occurred_at not between interval '0.99 seconds' and interval '15 seconds'
            """, tenant));
        await system.ExecuteAsync("delete from runs.schedule where tenant_id = $1", tenant);
    });

    static Task ScheduleAsync(DvtSystem system, Guid tenant) => system.ExecuteAsync(
        """
        insert into runs.schedule (tenant_id, schedule_id, command_id, seq, revision, definition, enabled, settled_to, look_at)
        values ($1, 'clock', gen_random_uuid(), 1, 1, $2::json, true, clock_timestamp(), clock_timestamp())
        """, tenant, JsonSerializer.Serialize(
            new ScheduleDefinition(new PlanRef("inline"), "0/2 * * * * ?", "UTC", JsonElement.Parse("{}"), CatchUps.All), ContractsJson.Options));

    static Task<long> StartedAsync(DvtSystem system, Guid tenant) => system.ReadAsync<long>(
        "select count(*) from log.events where tenant_id = $1 and type = 'RunQueued' and stream like 'run-clock:%'", tenant);

    /// <summary>One run every two seconds, named after its moment, and started at that moment.</summary>
    static async Task NoneMissedAsync(DvtSystem system, Guid tenant)
    {
        var rows = await system.RowsAsync(
            """
            select split_part(stream, ':', 2), extract(epoch from occurred_at)
            from log.events
            where tenant_id = $1
              and type = 'RunQueued'
              and stream like 'run-clock:%'
            order by 1
            """, tenant);
        var moments = rows.Select(row => (
            At: DateTimeOffset.ParseExact(row.Split(' ')[0], "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
            Started: DateTimeOffset.UnixEpoch.AddSeconds(double.Parse(row.Split(' ')[1], CultureInfo.InvariantCulture)))).ToList();
        Assert.Equal(moments.Count, moments.Select(m => m.At).Distinct().Count());
        for (var i = 1; i < moments.Count; i++)
            Assert.Equal(Seconds(2), moments[i].At - moments[i - 1].At);
        Assert.All(moments, m => Assert.InRange((m.Started - m.At).TotalSeconds, 0, 20));
    }
}
