namespace Dvt.Launcher;

/// <summary>Who a server runs as: the packaged system user when we are root, otherwise ourselves.</summary>
sealed record SystemUser(string Name, bool Switch)
{
    public static SystemUser For(string name) => new(name, Environment.IsPrivilegedProcess && Exists(name));

    /// <summary>The command as this user. setpriv replaces itself, so the process id stays.</summary>
    public IReadOnlyList<string> Running(params string[] command) =>
        Switch ? ["setpriv", "--reuid", Name, "--regid", Name, "--init-groups", "--", .. command] : command;

    /// <summary>Whether this user reaches the directory through all its parents.</summary>
    public bool CanEnter(string directory) =>
        !Switch || Shell.CaptureAsync(Running("test", "-x", directory), workingDirectory: "/").GetAwaiter().GetResult().ExitCode == 0;

    public async Task OwnAsync(string directory)
    {
        if (Switch)
        {
            var answer = await Shell.CaptureAsync(["chown", "-R", $"{Name}:{Name}", directory]);
            _ = answer.ExitCode == 0 ? 0 : throw new InvalidOperationException(answer.Error);
        }
    }

    static bool Exists(string name) => File.ReadLines("/etc/passwd").Any(line => line.StartsWith(name + ":", StringComparison.Ordinal));
}
