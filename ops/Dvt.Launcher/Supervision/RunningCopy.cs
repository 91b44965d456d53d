namespace Dvt.Launcher;

/// <summary>
/// Programs run from a copy under <c>.dvt/programs</c>: a build writes into its output in place,
/// and a process whose mapped file changes under it crashes.
/// </summary>
static class RunningCopy
{
    /// <summary>The copied assembly of the program, which is named by its project's folder and assembly.</summary>
    public static string Of(DvtHome home, string program) =>
        Path.Combine(home.Programs, Path.GetFileName(program), Path.GetFileName(program) + ".dll");

    /// <summary>Copies what was built last, over the copy of before.</summary>
    public static async Task RefreshAsync(DvtHome home, params string[] programs)
    {
        Directory.CreateDirectory(home.Programs);
        foreach (var program in programs)
        {
            var built = Path.Combine(home.Root, Path.GetDirectoryName(program)!, "bin", "Release", "net10.0");
            var copy = Path.GetDirectoryName(Of(home, program))!;
            // Unlinked first: what still runs from the old copy keeps it.
            if (Directory.Exists(copy))
            {
                Directory.Delete(copy, recursive: true);
            }

            var answer = await Shell.CaptureAsync(["cp", "-r", "--reflink=auto", built, copy]);
            _ = answer.ExitCode == 0 ? 0 : throw new LauncherException($"cannot copy {program}: {answer.Error}");
        }
    }
}
