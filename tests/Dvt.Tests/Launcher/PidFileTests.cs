using System.Diagnostics;
using Dvt.Launcher;
using Xunit;

namespace Dvt.Tests.Launcher;

public sealed class PidFileTests
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task The_recorded_process_is_found_and_ended()
    {
        using var folder = new TemporaryFolder();
        var child = Sleeper(folder);
        var file = new PidFile(folder.At("pid"));
        file.Write(child.Identity);

        Assert.Equal(child.Identity, file.Living());
        await file.EndAsync(Signal.Terminate, Patience);

        await child.Exited.WaitAsync(Patience);
        Assert.False(File.Exists(file.Path));
    }

    [Fact]
    public async Task Another_process_that_has_the_number_now_is_left_alone()
    {
        using var folder = new TemporaryFolder();
        var child = Sleeper(folder);
        var file = new PidFile(folder.At("pid"));
        file.Write(child.Identity with { StartTicks = child.Identity.StartTicks - 1 });

        await file.EndAsync(Signal.Kill, Patience);

        Assert.True(child.IsAlive);
        Assert.False(File.Exists(file.Path));
        await child.StopAsync(Signal.Kill, Patience);
    }

    [Theory]
    [InlineData("")]
    [InlineData("gibberish")]
    [InlineData("12 x y")]
    public void An_unreadable_record_names_nobody(string text)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.At("pid"), text);
        Assert.Null(new PidFile(folder.At("pid")).Living());
    }

    [Fact]
    public async Task A_zombie_is_dead()
    {
        // The shell has no time to reap its child before it replaces itself by something that never will.
        using var parent = Process.Start(new ProcessStartInfo("sh", ["-c", "sleep 0.1 & echo $!; exec sleep 30"]) { RedirectStandardOutput = true })!;
        var zombie = int.Parse((await parent.StandardOutput.ReadLineAsync())!, System.Globalization.CultureInfo.InvariantCulture);
        for (var deadline = DateTime.UtcNow + Patience; ProcessIdentity.Of(zombie) is not null; await Task.Delay(20))
        {
            Assert.True(DateTime.UtcNow < deadline);
        }

        Assert.True(Directory.Exists($"/proc/{zombie}"));
        parent.Kill();
    }

    [Fact]
    public async Task A_stopped_process_still_ends()
    {
        using var folder = new TemporaryFolder();
        var child = Sleeper(folder);
        child.Signal(Signal.Stop);
        await child.Identity.EndAsync(Signal.Terminate, Patience);
        await child.Exited.WaitAsync(Patience);
    }

    static Child Sleeper(TemporaryFolder folder) => Child.Start(new(
        ["sleep", "60"], new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" }, folder.Path, folder.At("sleeper.log")));
}
