using System.Diagnostics;

namespace Dvt.Api;

/// <summary>
/// Prints a page of our own with Chromium: a process of its own without network, secrets or profile, a few at a time, ended with all
/// its children when it takes too long or nobody waits any more.
/// </summary>
sealed class PdfPrinter(ApiOptions options, ILogger<PdfPrinter> log) : IDisposable
{
    const int AtOnce = 2;
    const int MostWaiting = 16;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    readonly SemaphoreSlim places = new(AtOnce);
    int waiting;

    public bool IsThere => File.Exists(options.ChromiumPath);

    /// <param name="write">Writes the page.</param>
    /// <exception cref="ProblemException">503: Chromium is missing, busy or failed.</exception>
    public async Task<byte[]> PrintAsync(Func<TextWriter, Task> write, CancellationToken stop)
    {
        if (!IsThere)
            throw new ProblemException(Problems.PdfUnavailable, "Chromium is not installed here; the HTML report prints the same.");
        if (Interlocked.Increment(ref waiting) > MostWaiting + AtOnce)
        {
            Interlocked.Decrement(ref waiting);
            throw new ProblemException(Problems.PdfUnavailable, "Too many reports are being printed.") { RetryAfter = 10 };
        }
        try
        {
            await places.WaitAsync(stop);
            try
            {
                return await PrintHereAsync(write, stop);
            }
            finally
            {
                places.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
    }

    async Task<byte[]> PrintHereAsync(Func<TextWriter, Task> write, CancellationToken stop)
    {
        // Readable by this user only.
        var folder = Directory.CreateTempSubdirectory("dvt-report-");
        try
        {
            var (page, pdf) = (Path.Combine(folder.FullName, "report.html"), Path.Combine(folder.FullName, "report.pdf"));
            await using (var to = new StreamWriter(page))
                await write(to);
            await RunAsync(folder.FullName, page, pdf, stop);
            return await File.ReadAllBytesAsync(pdf, stop);
        }
        finally
        {
            Delete(folder);
        }
    }

    async Task RunAsync(string folder, string page, string pdf, CancellationToken stop)
    {
        var start = new ProcessStartInfo(options.ChromiumPath)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        // It gets none of our environment, where secrets are.
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/bin:/usr/bin:/bin";
        start.Environment["HOME"] = folder;
        start.Environment["TMPDIR"] = folder;
        foreach (var argument in Arguments(folder, page, pdf))
            start.ArgumentList.Add(argument);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        end.CancelAfter(Patience);
        using var process = Process.Start(start)!;
        try
        {
            // Both are read, so that it never waits for a reader.
            var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(end.Token), process.StandardError.ReadToEndAsync(end.Token));
            await process.WaitForExitAsync(end.Token);
            if (process.ExitCode == 0 && File.Exists(pdf))
                return;
            ApiLog.PdfFailed(log, process.ExitCode, said[1] is { Length: > 500 } text ? text[^500..] : said[1]);
            throw new ProblemException(Problems.PdfUnavailable, "The report could not be printed.");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new ProblemException(Problems.PdfUnavailable, "The report took too long to print.");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    static IEnumerable<string> Arguments(string folder, string page, string pdf)
    {
        string[] usual =
        [
            "--headless", "--disable-gpu", "--no-first-run", "--no-default-browser-check", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--disable-extensions", "--disable-quic", "--disable-dev-shm-usage", "--disable-breakpad", "--no-pdf-header-footer",
            // Nothing can be loaded, whatever the page says.
            "--proxy-server=127.0.0.1:9", "--host-resolver-rules=MAP * ~NOTFOUND",
            $"--user-data-dir={Path.Combine(folder, "profile")}", $"--print-to-pdf={pdf}",
        ];
        // As root Chromium starts without its sandbox only; the page is ours and has no script.
        return [.. usual, .. Environment.UserName == "root" ? (string[])["--no-sandbox"] : [], new Uri(page).AbsoluteUri];
    }

    static void Delete(DirectoryInfo folder)
    {
        try
        {
            folder.Delete(recursive: true);
        }
        catch (IOException)
        {
            // A child that is just ending still writes to its profile; the system cleans its temporary files.
        }
    }

    public void Dispose() => places.Dispose();
}
