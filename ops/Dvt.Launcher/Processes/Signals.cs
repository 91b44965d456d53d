using System.Runtime.InteropServices;

namespace Dvt.Launcher;

/// <summary>POSIX signals by the numbers Linux gives them on x64 and arm64.</summary>
public enum Signal
{
    Interrupt = 2,
    Quit = 3,
    Kill = 9,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}

static class Signals
{
    /// <summary>Sends <paramref name="signal"/>; false when no such process is left or it is not ours.</summary>
    public static bool Send(int pid, Signal signal) => pid > 1 && SendRaw(pid, (int)signal) == 0;

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int SendRaw(int pid, int signal);
}
