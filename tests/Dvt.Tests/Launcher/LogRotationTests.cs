using Dvt.Launcher;
using Xunit;

namespace Dvt.Tests.Launcher;

public sealed class LogRotationTests
{
    [Fact]
    public void A_log_that_grew_too_long_goes_on_empty_and_two_older_ones_are_kept()
    {
        using var folder = new TemporaryFolder();
        var log = folder.At("api.log");
        foreach (var text in new[] { "first", "second", "third", "fourth" })
        {
            Append(log, text);
            LogRotation.Rotate(log, maxBytes: 3);
        }

        Append(log, "now");
        Assert.Equal("now\n", File.ReadAllText(log));
        Assert.Equal("fourth\n", File.ReadAllText(log + ".1"));
        Assert.Equal("third\n", File.ReadAllText(log + ".2"));
        Assert.False(File.Exists(log + ".3"));
    }

    [Fact]
    public void A_short_log_is_left_alone()
    {
        using var folder = new TemporaryFolder();
        Append(folder.At("api.log"), "short");
        LogRotation.Rotate(folder.At("api.log"), maxBytes: 100);
        Assert.Equal([folder.At("api.log")], Directory.GetFiles(folder.Path));
    }

    static void Append(string log, string text) =>
        Shell.CaptureAsync(["sh", "-c", "echo \"$1\" >>\"$0\"", log, text]).GetAwaiter().GetResult();
}
