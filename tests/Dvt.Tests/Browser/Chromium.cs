using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Dvt.Tests.Browser;

/// <summary>One headless browser for all tests of screens; each has contexts of its own.</summary>
public sealed partial class Chromium : IDisposable
{
    public const string Program = "/usr/bin/chromium";

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    readonly DirectoryInfo profile = Directory.CreateTempSubdirectory("dvt-browser-");
    Process? process;

    /// <summary>Where its DevTools listen, as <c>ws://127.0.0.1:…</c>; started when it is first asked for.</summary>
    public async Task<string> DevToolsAsync()
    {
        process ??= Process.Start(new ProcessStartInfo(Program,
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--remote-debugging-port=0", $"--user-data-dir={profile.FullName}", "about:blank",
        ])
        { RedirectStandardError = true, RedirectStandardOutput = true })!;
        // The first line is the port, the second the path; written once it listens.
        var file = Path.Combine(profile.FullName, "DevToolsActivePort");
        for (var deadline = Stopwatch.StartNew(); deadline.Elapsed < Patience; await Task.Delay(50))
            if (File.Exists(file) && Lines().Match(await File.ReadAllTextAsync(file)) is { Success: true } told)
                return $"ws://127.0.0.1:{told.Groups["port"].Value}{told.Groups["path"].Value}";
        throw new TimeoutException("Chromium does not listen");
    }

    public void Dispose()
    {
        process?.Kill(entireProcessTree: true);
        process?.WaitForExit();
        process?.Dispose();
        profile.Delete(recursive: true);
    }

    [GeneratedRegex(@"^(?<port>\d+)\n(?<path>/\S+)")]
    private static partial Regex Lines();
}
