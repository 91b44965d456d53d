using System.Diagnostics;

namespace Dvt.Launcher;

/// <summary>What to start: the command, its whole environment, where it works and where its output goes.</summary>
sealed record ChildSpec(
    IReadOnlyList<string> Command,
    IReadOnlyDictionary<string, string> Environment,
    string WorkingDirectory,
    string LogFile);

/// <summary>A process in a session of its own: it hears no Ctrl-C of the terminal and outlives its starter.</summary>
sealed class Child
{
    readonly Process process;

    Child(Process process, ProcessIdentity identity)
    {
        this.process = process;
        Identity = identity;
        StartedAt = DateTime.UtcNow;
        Exited = process.WaitForExitAsync();
    }

    public ProcessIdentity Identity { get; }

    public int Pid => Identity.Pid;

    public DateTime StartedAt { get; }

    public Task Exited { get; }

    public int ExitCode => process.ExitCode;

    public bool IsAlive => !Exited.IsCompleted && Identity.IsAlive;

    public static Child Start(ChildSpec spec)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(spec.LogFile)!);
        var start = new ProcessStartInfo("setsid")
        {
            UseShellExecute = false,
            WorkingDirectory = spec.WorkingDirectory,
        };
        start.ArgumentList.Add("sh");
        start.ArgumentList.Add("-c");
        // Appended, never piped: the output survives the launcher, and truncating the file rotates it.
        start.ArgumentList.Add("exec >>\"$0\" 2>&1 </dev/null; exec \"$@\"");
        start.ArgumentList.Add(spec.LogFile);
        foreach (var argument in spec.Command)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment.Clear();
        foreach (var (key, value) in spec.Environment)
        {
            start.Environment[key] = value;
        }

        if (Environment.GetEnvironmentVariable(Errand.Variable) is { } errand)
        {
            start.Environment[Errand.Variable] = errand;
        }

        // setsid and sh replace themselves, so the id started here stays that of the server.
        var process = Process.Start(start) ?? throw new InvalidOperationException($"cannot start {spec.Command[0]}");
        return new(process, ProcessIdentity.Of(process.Id) ?? new(process.Id, 0, ""));
    }

    public bool Signal(Signal signal) => !Exited.IsCompleted && Signals.Send(Pid, signal);

    public async Task StopAsync(Signal politely, TimeSpan patience)
    {
        Signal(politely);
        Signal(Launcher.Signal.Continue);
        if (await Task.WhenAny(Exited, Task.Delay(patience)) != Exited)
        {
            Signal(Launcher.Signal.Kill);
            await Exited;
        }
    }
}
