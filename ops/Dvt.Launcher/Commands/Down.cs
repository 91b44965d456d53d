namespace Dvt.Launcher;

/// <summary><c>down</c>: the supervisor stops everything; without one, what the pid files name is ended.</summary>
static class Down
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static async Task<int> RunAsync(IReadOnlyList<string> given, CancellationToken cancellation)
    {
        var arguments = new Arguments(given);
        var purge = arguments.Flag("--purge");
        arguments.NothingElse();

        var home = DvtHome.Find();
        await StopAsync(home);
        if (purge)
        {
            Purge(home);
        }

        Console.WriteLine(purge ? "Dvt is stopped and its data deleted." : "Dvt is stopped.");
        return 0;
    }

    public static async Task StopAsync(DvtHome home)
    {
        if (home.PidOf("supervisor").Living() is { } supervisor)
        {
            await supervisor.EndAsync(Signal.Terminate, Patience);
        }

        await Leftovers.EndAllAsync(home);
        File.Delete(home.StateFile);
        File.Delete(home.EnvFile);
    }

    static void Purge(DvtHome home)
    {
        ServerDirectory.Delete(home.Postgres);
        ServerDirectory.Delete(home.RabbitMq);
        if (Directory.Exists(home.Directory))
        {
            Directory.Delete(home.Directory, recursive: true);
        }
    }
}
