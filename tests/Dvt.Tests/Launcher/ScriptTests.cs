using System.Diagnostics;
using Dvt.Tests.Style;
using Xunit;

namespace Dvt.Tests.Launcher;

/// <summary>What the script <c>dvt</c> installs where it is missing. Its functions are run with another installer and without the program.</summary>
public sealed class ScriptTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("want_chromium", "/usr/bin/chromium", "chromium fonts-liberation")]
    [InlineData("want_ffmpeg", "/usr/bin/ffmpeg", "ffmpeg")]
    public async Task What_is_wanted_is_installed(string function, string program, string packages)
    {
        Install("exit 0");
        Assert.Equal((0, ""), await RunAsync(function, program));
        Assert.Equal(packages, (await File.ReadAllTextAsync(folder.At("asked"))).Trim());
    }

    [Theory]
    [InlineData("want_chromium", "/usr/bin/chromium", "reports come as HTML only")]
    [InlineData("want_ffmpeg", "/usr/bin/ffmpeg", "asked to write")]
    public async Task A_machine_that_cannot_have_it_is_told_and_goes_on(string function, string program, string told)
    {
        Install("echo no route to host >&2; exit 100");
        var (exit, errors) = await RunAsync(function, program);
        Assert.Equal(0, exit);
        Assert.Contains(told, Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("want_chromium", "/usr/bin/chromium", "DVT_NO_CHROMIUM")]
    [InlineData("want_ffmpeg", "/usr/bin/ffmpeg", "DVT_NO_FFMPEG")]
    public async Task Who_does_not_want_it_does_not_get_it(string function, string program, string variable)
    {
        Install("exit 0");
        Assert.Equal((0, ""), await RunAsync(function, program, (variable, "1")));
        Assert.False(File.Exists(folder.At("asked")));
    }

    [Theory]
    [InlineData("want_chromium")]
    [InlineData("want_ffmpeg")]
    public void It_is_wanted_by_what_runs_and_by_what_tests(string function) =>
        Assert.Equal(2, Repository.File("dvt").Text.Split('\n').Count(line => line.Trim() == function));

    void Install(string end)
    {
        var installer = Path.Combine(Directory.CreateDirectory(folder.At("ops")).FullName, "install-servers");
        File.WriteAllText(installer, $"#!/bin/sh\necho \"$@\" >>'{folder.At("asked")}'\n{end}\n");
        File.SetUnixFileMode(installer, (UnixFileMode)0b111_101_101);
    }

    /// <summary>Exit code and what stands in standard error.</summary>
    async Task<(int Exit, string Errors)> RunAsync(string function, string program, params (string Name, string Value)[] environment)
    {
        var text = Repository.File("dvt").Text;
        var begin = text.IndexOf($"\n{function}() {{", StringComparison.Ordinal);
        var body = text[begin..(text.IndexOf("\n}\n", begin, StringComparison.Ordinal) + 3)];
        var missing = body.Replace(program, folder.At("nothing"), StringComparison.Ordinal);
        Assert.NotEqual(body, missing);
        var start = new ProcessStartInfo("bash", ["-euo", "pipefail", "-c", $"root='{folder.Path}'\n{missing}\n{function}"]) { RedirectStandardError = true };
        foreach (var name in (string[])["DVT_NO_CHROMIUM", "DVT_NO_FFMPEG"])
            start.Environment.Remove(name);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, errors);
    }
}
