using System.Globalization;
using Dvt.Launcher;
using Xunit;

namespace Dvt.Tests.Launcher;

public sealed class SupervisorTests : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    readonly TemporaryFolder folder = new();
    readonly DvtHome home;

    public SupervisorTests() => home = new DvtHome(folder.Path, folder.At(".dvt")).Create();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_role_that_is_killed_is_started_again_and_its_new_process_id_published()
    {
        await using var running = await RunningSupervisor.StartAsync(home, Sleepers);
        var before = Pids();

        Signals.Send(before["workers"][0], Signal.Kill);

        await EventuallyAsync(() => Pids()["workers"] is [var first, _] && first != before["workers"][0]);
        Assert.NotNull(ProcessIdentity.Of(Pids()["workers"][0]));
        Assert.Equal(before["workers"][1], Pids()["workers"][1]);
        Assert.Equal(before["api"], Pids()["api"]);
    }

    [Fact]
    public async Task Stopping_leaves_no_process_and_no_record()
    {
        var running = await RunningSupervisor.StartAsync(home, Sleepers);
        var pids = Pids().Values.SelectMany(pid => pid).ToList();

        await running.DisposeAsync();

        Assert.Equal(4, pids.Count);
        Assert.All(pids, pid => Assert.Null(ProcessIdentity.Of(pid)));
        Assert.Empty(home.RecordedRoles());
        Assert.False(File.Exists(home.SupervisorPidFile));
        Assert.False(File.Exists(home.EnvFile));
    }

    [Fact]
    public async Task What_a_killed_supervisor_left_is_ended_by_the_next_one()
    {
        var orphan = Child.Start(new(
            ["sleep", "60"], new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" }, folder.Path, home.LogOf("api")));
        home.PidOf("api").Write(orphan.Identity);

        await using var running = await RunningSupervisor.StartAsync(home, Sleepers);

        Assert.False(orphan.IsAlive);
        Assert.NotEqual(orphan.Pid, Pids()["api"][0]);
    }

    [Fact]
    public async Task A_second_supervisor_is_refused()
    {
        await using var running = await RunningSupervisor.StartAsync(home, Sleepers);
        var second = new Supervisor(home, Options(Sleepers), _ => { });
        await Assert.ThrowsAsync<LauncherException>(() => second.RunAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_migration_that_fails_ends_the_start_with_its_log()
    {
        var supervisor = new Supervisor(
            home, Options("""{"migrate":["sh","-c","echo no such column; exit 3"],"roles":[]}"""), _ => { });
        var failure = await Assert.ThrowsAsync<LauncherException>(() => supervisor.RunAsync(CancellationToken.None));
        Assert.Contains("exit code 3", failure.Message, StringComparison.Ordinal);
        Assert.Contains("no such column", failure.Message, StringComparison.Ordinal);
        Assert.Equal(Phase.Failed, SupervisorState.Read(home.StateFile)!.Phase);
    }

    [Fact]
    public async Task An_api_that_never_is_ready_ends_the_start_with_the_log_of_the_role_that_dies()
    {
        const string Dying = """
            {"ready":"/readyz","roles":[{"name":"workers","command":["sh","-c","echo no queue; exit 1"]},{"name":"api","command":["sleep","60"]}]}
            """;
        var supervisor = new Supervisor(home, Options(Dying) with { ReadyPatience = TimeSpan.FromSeconds(2) }, _ => { });
        var failure = await Assert.ThrowsAsync<LauncherException>(() => supervisor.RunAsync(CancellationToken.None));
        Assert.Contains("the log of workers", failure.Message, StringComparison.Ordinal);
        Assert.Contains("no queue", failure.Message, StringComparison.Ordinal);
        Assert.Empty(home.RecordedRoles());
    }

    const string Sleepers = """
        {"migrate":["true"],"seed":["true"],"roles":[
          {"name":"workers","command":["sleep","60"]},
          {"name":"workers","command":["sleep","60"]},
          {"name":"readmodels","command":["sleep","60"]},
          {"name":"api","command":["sleep","60"]}]}
        """;

    SupervisorOptions Options(string standIns) => RunningSupervisor.Options(home, standIns);

    Dictionary<string, int[]> Pids() =>
        EnvFile.Read(home.EnvFile)["DVT_PIDS"].Split(' ').Select(role => role.Split('=')).ToDictionary(
            role => role[0],
            role => role[1].Split(',').Select(pid => int.Parse(pid, CultureInfo.InvariantCulture)).ToArray());

    static async Task EventuallyAsync(Func<bool> holds)
    {
        for (var deadline = DateTime.UtcNow + Patience; !holds(); await Task.Delay(20))
        {
            Assert.True(DateTime.UtcNow < deadline);
        }
    }
}

/// <summary>A supervisor inside the test process, over stand-in roles and no servers.</summary>
sealed class RunningSupervisor(CancellationTokenSource stop, Task running) : IAsyncDisposable
{
    public static async Task<RunningSupervisor> StartAsync(DvtHome home, string standIns)
    {
        var stop = new CancellationTokenSource();
        var running = new Supervisor(home, Options(home, standIns), _ => { }).RunAsync(stop.Token);
        while (SupervisorState.Read(home.StateFile) is not { Phase: Phase.Ready })
        {
            await Task.WhenAny(running, Task.Delay(20));
            if (running.IsCompleted)
            {
                await running;
            }
        }

        return new(stop, running);
    }

    public static SupervisorOptions Options(DvtHome home, string standIns)
    {
        var file = Path.Combine(home.Directory, "roles.json");
        File.WriteAllText(file, standIns);
        return new(Workers: 1, new NamedServers("Host=nowhere", "amqp://nowhere/")) { StandIns = file };
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        stop.Dispose();
    }
}
