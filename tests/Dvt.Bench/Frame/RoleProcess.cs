using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Dvt.Bench;

/// <summary>A real child process of ours with its log; ended by its own id.</summary>
sealed class RoleProcess : IAsyncDisposable
{
    static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(20);

    readonly Process process;
    readonly string logFile;

    RoleProcess(string name, string url, Process process, string logFile)
    {
        Name = name;
        Url = url;
        this.process = process;
        this.logFile = logFile;
    }

    public string Name { get; }

    /// <summary>Where it listens, on loopback.</summary>
    public string Url { get; }

    public int Port => new Uri(Url).Port;

    public int Pid => process.Id;

    public ProcessUsage Usage => ProcessUsage.Of(Pid);

    /// <param name="assembly">Full path of the program's assembly.</param>
    /// <param name="logFolder">Gets the process's output.</param>
    public static RoleProcess Start(
        string name, string assembly, string logFolder, IReadOnlyDictionary<string, string> environment, params ReadOnlySpan<string> arguments)
    {
        if (!File.Exists(assembly))
            throw new FileNotFoundException($"{name} is not built", assembly);
        var url = $"http://127.0.0.1:{FreePort()}";
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = Path.GetDirectoryName(assembly)!,
        };
        start.ArgumentList.Add(assembly);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (key, value) in environment)
            start.Environment[key] = value;
        start.Environment["ASPNETCORE_URLS"] = url;
        var logFile = Path.Combine(logFolder, $"{name}.log");
        var process = Process.Start(start)!;
        var log = TextWriter.Synchronized(new StreamWriter(logFile, append: true) { AutoFlush = true });
        process.OutputDataReceived += (_, line) => log.WriteLine(line.Data);
        process.ErrorDataReceived += (_, line) => log.WriteLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new(name, url, process, logFile);
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, port: 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Returns when the path answers 200.</summary>
    public async Task ReadyAsync(string path, CancellationToken stop)
    {
        using var http = new HttpClient { BaseAddress = new(Url), Timeout = TimeSpan.FromSeconds(5) };
        for (var began = TimeProvider.System.GetTimestamp(); ; await Task.Delay(50, stop))
        {
            ThrowIfGone();
            if (TimeProvider.System.GetElapsedTime(began) > StartPatience)
                throw new TimeoutException($"{Name} is not ready\n{LogTail()}");
            try
            {
                using var answer = await http.GetAsync(path, stop);
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !stop.IsCancellationRequested)
            {
                // Not listening yet.
            }
        }
    }

    public void ThrowIfGone()
    {
        if (process.HasExited)
            throw new InvalidOperationException($"{Name} ended with {process.ExitCode}\n{LogTail()}");
    }

    /// <summary>Waits for a program that ends by itself.</summary>
    public async Task SucceedAsync(CancellationToken stop)
    {
        await process.WaitForExitAsync(stop);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{Name} ended with {process.ExitCode}\n{LogTail()}");
    }

    public string LogTail() => string.Join('\n', File.ReadLines(logFile).TakeLast(25));

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: false);
        using var patience = new CancellationTokenSource(StopPatience);
        await process.WaitForExitAsync(patience.Token);
        process.Dispose();
    }
}
