using System.Diagnostics;

namespace Dvt.Launcher;

/// <summary>What a finished command answered.</summary>
public sealed record ShellResult(int ExitCode, string Output, string Error);

/// <summary>Commands that run to their end while we wait.</summary>
static class Shell
{
    /// <summary>Runs the command and keeps what it prints; ends it with everything it started when cancelled.</summary>
    public static async Task<ShellResult> CaptureAsync(
        IReadOnlyList<string> command,
        IReadOnlyDictionary<string, string>? environment = null,
        string? workingDirectory = null,
        CancellationToken cancellation = default)
    {
        var start = StartOf(command, workingDirectory);
        start.RedirectStandardOutput = start.RedirectStandardError = start.RedirectStandardInput = true;
        if (environment is not null)
        {
            start.Environment.Clear();
            AddTo(start, environment);
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        await EndedAsync(process, cancellation);
        return new(process.ExitCode, await output, await error);
    }

    /// <summary>Runs the command on our own terminal, with these variables besides ours.</summary>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> command,
        IReadOnlyDictionary<string, string>? more = null,
        string? workingDirectory = null,
        CancellationToken cancellation = default)
    {
        var start = StartOf(command, workingDirectory);
        AddTo(start, more ?? new Dictionary<string, string>());
        using var process = Process.Start(start)!;
        await EndedAsync(process, cancellation);
        return process.ExitCode;
    }

    static async Task EndedAsync(Process process, CancellationToken cancellation)
    {
        try
        {
            await process.WaitForExitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            throw;
        }
    }

    static ProcessStartInfo StartOf(IReadOnlyList<string> command, string? workingDirectory) =>
        new(command[0], command.Skip(1)) { UseShellExecute = false, WorkingDirectory = workingDirectory ?? "" };

    static void AddTo(ProcessStartInfo start, IReadOnlyDictionary<string, string> variables)
    {
        foreach (var (key, value) in variables)
        {
            start.Environment[key] = value;
        }
    }
}
