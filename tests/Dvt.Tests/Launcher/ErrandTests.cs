using System.Diagnostics;
using Dvt.Launcher;
using Xunit;

namespace Dvt.Tests.Launcher;

public sealed class ErrandTests
{
    [Fact]
    public async Task Everything_that_carries_the_errand_is_ended_and_nothing_else()
    {
        var errand = Guid.NewGuid().ToString();
        using var parent = Start(errand, "setsid sleep 60 & exec sleep 60");
        using var bystander = Start(errand + "x", "exec sleep 60");
        for (var deadline = DateTime.UtcNow.AddSeconds(5); ProcessTable.With(Errand.Variable, errand).Count < 2; await Task.Delay(20))
        {
            Assert.True(DateTime.UtcNow < deadline);
        }

        await Errand.EndAsync(errand);

        Assert.Empty(ProcessTable.With(Errand.Variable, errand));
        Assert.False(bystander.HasExited);
        bystander.Kill();
    }

    static Process Start(string errand, string script) =>
        Process.Start(new ProcessStartInfo("sh", ["-c", script]) { Environment = { [Errand.Variable] = errand } })!;
}
