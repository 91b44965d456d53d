namespace Dvt.Launcher;

/// <summary><c>logs [role] [-f]</c></summary>
static class Logs
{
    public static async Task<int> RunAsync(IReadOnlyList<string> given, CancellationToken cancellation)
    {
        var arguments = new Arguments(given);
        var follow = arguments.Flag("-f") || arguments.Flag("--follow");
        var role = arguments.Word();
        arguments.NothingElse();

        var home = DvtHome.Find();
        var logs = Directory.Exists(home.Logs)
            ? Directory.GetFiles(home.Logs, $"{role ?? "*"}.log").Order(StringComparer.Ordinal).ToArray()
            : [];
        if (logs.Length == 0)
        {
            throw new LauncherException(role is null ? "there are no logs yet" : $"there is no log of {role}");
        }

        // By name, so that the view survives rotation.
        string[] following = follow ? ["--follow=name", "--retry"] : [];
        return await Shell.RunAsync(["tail", "-n", role is null ? "20" : "200", .. following, .. logs], cancellation: cancellation);
    }
}
