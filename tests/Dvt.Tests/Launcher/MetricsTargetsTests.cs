using System.Text.Json;
using Dvt.Launcher;
using Xunit;

namespace Dvt.Tests.Launcher;

public sealed class MetricsTargetsTests
{
    [Fact]
    public void Every_process_that_has_metrics_is_a_target_and_no_other()
    {
        using var folder = new TemporaryFolder();
        MetricsTargets.Write(folder.At("targets"), [Of("sandbox", 1, 1), Of("workers", 1, 2), Of("workers", 2, 3), Of("api", 1, 4), new("readmodels", 1, [], NoSettings)]);
        var targets = JsonElement.Parse(File.ReadAllText(folder.At("targets"))).EnumerateArray()
            .Select(t => $"{string.Join(' ', t.GetProperty("labels").EnumerateObject().Select(l => $"{l.Name}={l.Value}"))} {t.GetProperty("targets")[0]}");
        Assert.Equal(["role=workers 127.0.0.1:2", "role=workers-2 127.0.0.1:3", "role=api __param_own=true 127.0.0.1:4"], targets);
    }

    static readonly Dictionary<string, string> NoSettings = [];

    static Role Of(string name, int number, int port) =>
        new(name, number, [], new Dictionary<string, string> { ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}" });
}
