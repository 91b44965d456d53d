using System.Net;
using Dvt.Launcher;
using Dvt.Tests.Support;
using Npgsql;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Chaos;

/// <summary>Servers that are there and take nothing more: a broker with an alarm, a database on a full disk.</summary>
public sealed class FullServerTests(ChaosServers servers, ITestOutputHelper output) : ChaosTest(servers, output)
{
    [ServersFact]
    [Trait("Category", "Slow")]
    public Task While_the_broker_has_a_disk_alarm_commands_are_parked_and_told_and_drained_after() => RunAsync(["sandbox", "workers", "readmodels", "api"], async (system, _) =>
    {
        var client = await ApiClient.TenantAsync(system);
        await client.PublishAsync(TestPlans.Inline);
        await Servers.RabbitMq.CtlAsync("set_disk_free_limit", "100000GB");
        try
        {
            await Parallel.ForEachAsync(Enumerable.Range(0, 40), async (i, _) =>
                client.Note(await client.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, "/v1/runs", """{"planRef":{"planId":"inline"}}""", key: $"blocked-{i}")));
            Assert.NotEqual(0, await system.ReadAsync<long>("select count(*) from pipeline.mailbox"));
            await Eventually.HoldsAsync(
                async () => (await client.SendAsync(HttpMethod.Get, "/readyz")).Json.GetProperty("status").GetString() == "degraded", Seconds(10), "nobody was told");
            await Eventually.HoldsAsync(async () => await MetricAsync(system.Workers[0], "dvt_commands_parked") > 0, Seconds(15), "no alert could fire");
        }
        finally
        {
            await Servers.RabbitMq.CtlAsync("set_disk_free_limit", "50MB");
        }
        await system.Orders.AllCompleteAsync(client.TenantId, runs: 40, Seconds(30));
        await Eventually.HoldsAsync(
            async () => (await client.SendAsync(HttpMethod.Get, "/readyz")).Json.GetProperty("status").GetString() == "ready", Seconds(30), "it is not ready again");
    });

    /// <summary>The database's tables on a small disk of their own, which only root can mount.</summary>
    [ServersFact]
    [Trait("Category", "Chaos")]
    public async Task With_the_databases_disk_full_nothing_crashes_and_work_goes_on_when_there_is_room()
    {
        Assert.True(Environment.UserName == "root", "a small disk can be mounted by root only");
        var disk = Directory.CreateTempSubdirectory("dvt-small-disk-").FullName;
        await ShellAsync("mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", disk);
        try
        {
            await ShellAsync("chown", "postgres", disk);
            await using var system = await Servers.MakeAsync(disk: disk);
            try
            {
                await FillAndFreeAsync(system, Path.Combine(disk, "ballast"));
                await Invariants.HoldAsync(system);
            }
            catch
            {
                system.Tell(Output);
                throw;
            }
            await Servers.DropAsync(system);
        }
        finally
        {
            await ShellAsync("umount", "--lazy", disk);
            Directory.Delete(disk);
        }
    }

    static async Task FillAndFreeAsync(DvtSystem system, string ballast)
    {
        await system.StartAsync("sandbox", "workers", "readmodels", "api");
        var pids = system.Pids;
        var client = await ApiClient.TenantAsync(system);
        await client.PublishAsync(TestPlans.Inline);
        var room = new DriveInfo(Path.GetDirectoryName(ballast)!).AvailableFreeSpace;
        await ShellAsync("dd", "if=/dev/zero", $"of={ballast}", "bs=4096", $"count={(room / 4096) - 16}", "status=none");
        var runs = 0;
        for (var refused = 0; refused < 3; runs++)
        {
            // So many that tables must grow. The broker takes orders still; what only the database can take is refused cleanly.
            await system.Orders.SendAllAsync(Enumerable.Range(0, 200).Select(i => Orders.Start(client.TenantId, $"full-{runs}-{i}", "inline")));
            var (status, problem, headers) = await client.SendAsync(HttpMethod.Post, "/v1/users", $$"""{"email":"{{new string('u', 60)}}{{runs}}@t.example","name":"{{new string('n', 190)}}","roles":["viewer"]}""");
            if (status == HttpStatusCode.Created)
                continue;
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "unavailable"), (status, problem.GetProperty("code").GetString()));
            Assert.NotNull(headers.RetryAfter);
            refused++;
        }
        Assert.Equal(pids, system.Pids);
        File.Delete(ballast);
        await system.Orders.AllCompleteAsync(client.TenantId, runs * 200, Seconds(120));
        Assert.Equal(pids, system.Pids);
    }

    static async Task ShellAsync(params string[] command)
    {
        var answer = await Shell.CaptureAsync(command);
        Assert.True(answer.ExitCode == 0, $"{string.Join(' ', command)}: {answer.Error}");
    }
}
