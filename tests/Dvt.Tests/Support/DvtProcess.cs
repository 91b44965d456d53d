using System.Collections;
using Dvt.Launcher;

namespace Dvt.Tests.Support;

/// <summary>One real process of a role: started, killed, frozen and started again by its id.</summary>
sealed class DvtProcess
{
    static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(90);
    static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(20);

    readonly ChildSpec spec;
    Child child;

    DvtProcess(string role, Uri? url, ChildSpec spec)
    {
        (Role, Url, this.spec) = (role, url, spec);
        child = Child.Start(spec);
    }

    public string Role { get; }

    /// <summary>Null for one that only does its errand and ends.</summary>
    public Uri? Url { get; }

    public int Pid => child.Pid;

    public bool IsAlive => child.IsAlive;

    public Task Exited => child.Exited;

    public int ExitCode => child.ExitCode;

    public string Log => File.Exists(spec.LogFile) ? File.ReadAllText(spec.LogFile) : "";

    /// <summary>Starts it without waiting until it is ready.</summary>
    /// <param name="assembly">The role's program, in our own output directory.</param>
    /// <param name="listens">False for one that ends by itself, such as the migrator.</param>
    public static DvtProcess Start(string role, string assembly, IReadOnlyDictionary<string, string> settings, string logFile, bool listens = true, params string[] arguments)
    {
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Where(e => !((string)e.Key).StartsWith("DVT_", StringComparison.Ordinal))
            .ToDictionary(e => (string)e.Key, e => (string)e.Value!);
        foreach (var (key, value) in settings)
            environment[key] = value;
        var url = listens ? new Uri($"http://127.0.0.1:{FreePort.Any()}") : null;
        if (url is not null)
            environment["ASPNETCORE_URLS"] = url.ToString();
        return new DvtProcess(role, url, new(["dotnet", assembly, .. arguments], environment, AppContext.BaseDirectory, logFile));
    }

    /// <summary>Returns when it answers.</summary>
    public async Task ReadyAsync()
    {
        using var http = new HttpClient { BaseAddress = Url, Timeout = TimeSpan.FromSeconds(2) };
        await Eventually.HoldsAsync(
            async () => child.Exited.IsCompleted
                ? throw new InvalidOperationException($"{Role} ended with {child.ExitCode}\n{Tail}")
                : await AnswersAsync(http),
            StartPatience, $"{Role} did not answer\n{Tail}");
    }

    static async Task<bool> AnswersAsync(HttpClient http)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri("/healthz", UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (TaskCanceledException)
        {
            return false;
        }
    }

    /// <summary>As a power cut would: nothing is finished, nothing is said.</summary>
    public async Task KillAsync()
    {
        child.Signal(Signal.Kill);
        await child.Exited;
    }

    public void Freeze() => child.Signal(Signal.Stop);

    public void LetGo() => child.Signal(Signal.Continue);

    /// <summary>Starts it again where it was, after it died.</summary>
    public void StartAgain()
    {
        if (!child.Exited.IsCompleted)
            throw new InvalidOperationException($"{Role} is still alive");
        child = Child.Start(spec);
    }

    /// <summary>Resident memory in MB; NaN for one that is dead.</summary>
    public double Megabytes => IsAlive && File.ReadLines($"/proc/{Pid}/status").FirstOrDefault(l => l.StartsWith("VmRSS:", StringComparison.Ordinal)) is { } line
        ? double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[1], System.Globalization.CultureInfo.InvariantCulture) / 1024
        : double.NaN;

    /// <summary>Asks it to end and waits for it.</summary>
    public Task StopAsync() => child.StopAsync(Signal.Terminate, StopPatience);

    /// <summary>The end of its output.</summary>
    public string Tail => string.Join('\n', Log.Split('\n').TakeLast(60).Select(line => line.Length > 400 ? line[..400] : line));
}
