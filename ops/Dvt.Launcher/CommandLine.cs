using System.Runtime.InteropServices;
using Dvt.Cli;
using Npgsql;

namespace Dvt.Launcher;

/// <summary>Tells the user what went wrong, without a stack trace.</summary>
public sealed class LauncherException(string message) : Exception(message);

/// <summary>One command: how it is called, what it does, what it runs.</summary>
sealed record Command(string Usage, string Does, Func<IReadOnlyList<string>, CancellationToken, Task<int>> RunAsync)
{
    public string Name => Usage.Split(' ')[0];
}

static class CommandLine
{
    static readonly IReadOnlyList<Command> Own =
    [
        new("up [--detach] [--workers N]", "starts everything and prints the address and the credentials; harmless when it runs", Up.RunAsync),
        new("down [--purge]", "stops what up started; --purge also deletes .dvt/", Down.RunAsync),
        new("status", "what runs, under which process ids", Status.RunAsync),
        new("logs [role] [-f]", "the last lines of the logs; -f follows them", Logs.RunAsync),
        new("psql [argument …]", "a SQL prompt in the database", Psql.RunAsync),
        new("demo", "starts the sample plan and follows it to its end", Demo.RunAsync),
        new("test [fast]", "everything CI runs; fast leaves out the slow tests", Test.RunAsync),
        new("bench [name …]", "the benchmarks, one JSON line per figure, on servers of their own", Bench.RunAsync),
        new("chaos [name]", "the fault tests, on servers of their own", Test.ChaosAsync),
        new("backup FILE", "writes the database to a file (custom format of pg_dump)", Backup.RunAsync),
        new("restore FILE", "replaces the database by what the file holds; what runs is stopped for it and started again", Backup.RestoreAsync),
    ];

    static readonly IReadOnlyList<Command> Commands = [.. Own, .. ApiCommands.All.Select(group => new Command($"{group.Name} …", group.Does, Speaking(group.Name)))];

    static readonly Command Supervise = new("supervise", "what up --detach leaves running", Up.SuperviseAsync);

    public static async Task<int> RunAsync(string[] arguments)
    {
        var name = arguments.FirstOrDefault("--help");
        if (name is "--help" or "-h" or "help")
        {
            return Help(Console.Out, exitCode: 0);
        }

        if (Commands.Append(Supervise).FirstOrDefault(command => command.Name == name) is not { } command)
        {
            Console.Error.WriteLine($"dvt: there is no command {name}\n");
            return Help(Console.Error, exitCode: 2);
        }

        using var interruption = new Interruption();
        try
        {
            return await command.RunAsync(arguments[1..], interruption.Token);
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            return 130;
        }
        catch (Exception e) when (e is LauncherException or InvalidOperationException or IOException or UnauthorizedAccessException
            or NpgsqlException or System.ComponentModel.Win32Exception)
        {
            Console.Error.WriteLine($"dvt {name}: {e.Message}");
            return 1;
        }
    }

    /// <summary>A group of commands of the API, by the credentials of what runs here unless told otherwise.</summary>
    static Func<IReadOnlyList<string>, CancellationToken, Task<int>> Speaking(string group) => (given, cancellation) =>
        ApiCommands.RunAsync([group, .. given], Surroundings.Real(Installation(), [.. Own.Select(command => command.Name)]), cancellation);

    static IReadOnlyDictionary<string, string> Installation()
    {
        try
        {
            return EnvFile.Read(DvtHome.Find().EnvFile);
        }
        catch (UnauthorizedAccessException)
        {
            // Somebody else's: only its owner may read its credentials.
            return new Dictionary<string, string>();
        }
    }

    static int Help(TextWriter writer, int exitCode)
    {
        writer.WriteLine("usage: ./dvt <command>\n");
        foreach (var command in Commands)
        {
            writer.WriteLine($"  {command.Usage,-29}{command.Does}");
        }

        writer.WriteLine($"\n{string.Join(", ", ApiCommands.All.Select(group => group.Name))}: --help behind them tells more.");
        writer.WriteLine("DVT_POSTGRES and DVT_RABBITMQ name servers to use instead of private ones.");
        return exitCode;
    }
}

/// <summary>Ctrl-C, a polite kill and a closed terminal, as one cancellation.</summary>
sealed class Interruption : IDisposable
{
    readonly CancellationTokenSource source = new();
    readonly IReadOnlyList<PosixSignalRegistration> registrations;

    public Interruption() =>
        registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(Register)];

    public CancellationToken Token => source.Token;

    public void Dispose()
    {
        foreach (var registration in registrations)
        {
            registration.Dispose();
        }

        source.Dispose();
    }

    PosixSignalRegistration Register(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        source.Cancel();
    });
}
