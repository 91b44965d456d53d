using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Dvt.Cli;

/// <summary>The commands that speak to the API over HTTP, as anyone could.</summary>
public static class ApiCommands
{
    /// <summary>A new one is a file and a line here.</summary>
    static readonly IReadOnlyList<Func<Making, Command>> Groups =
        [
        Plans.Group, Runs.Group, Signals.Group, Approvals.Group, Bulk.Group, Schedules.Group, Webhooks.Group, DeadLetters.Group, Projections.Group,
        Audit.Group, Users.Group, Keys.Group, Tenants.Group, Completion.Group,
    ];

    /// <summary>Every group with the names of what it does.</summary>
    public static IReadOnlyList<(string Name, string Does)> All { get; } =
        [.. Tree(Surroundings.Real(new Dictionary<string, string>(), []), new GlobalOptions()).Subcommands
            .Select(group => (group.Name, string.Join(", ", group.Subcommands.Select(command => command.Name))))];

    /// <param name="arguments">The first is the name of a group.</param>
    /// <returns>An exit code, see <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Surroundings around, CancellationToken stop)
    {
        var global = new GlobalOptions();
        // An argument that begins with @ is text, not a file of arguments.
        var given = Tree(around, global).Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
        if (given.Action is ParseErrorAction)
            return Misunderstood(given, around);
        try
        {
            return await given.InvokeAsync(
                new InvocationConfiguration { Output = around.Output, Error = around.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, stop);
        }
        catch (CommandEndedException end)
        {
            var text = end.Problem is { } problem && given.GetValue(global.Json) ? Json.Page(problem) : $"dvt: {end.Message}";
            around.Error.WriteLine(Secrets.Hide(text, given.GetValue(global.Token), given.GetValue(global.Key),
                around.Variable("DVT_TOKEN"), around.Variable("DVT_API_KEY"), around.Installation.GetValueOrDefault("DVT_API_KEY")));
            return end.ExitCode;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
    }

    internal static Command Tree(Surroundings around, GlobalOptions global)
    {
        var root = new Command("./dvt", "Speaks to the API.") { new HelpOption() };
        foreach (var option in global.All)
            root.Options.Add(option);
        var making = new Making(around, global, root);
        foreach (var group in Groups)
            root.Subcommands.Add(group(making));
        return root;
    }

    static int Misunderstood(ParseResult given, Surroundings around)
    {
        foreach (var message in given.Errors.Select(error => error.Message).Distinct())
            around.Error.WriteLine(Secrets.Hide($"dvt: {message}"));
        var names = new List<string>();
        for (System.CommandLine.Parsing.SymbolResult? at = given.CommandResult; at is System.CommandLine.Parsing.CommandResult command; at = at.Parent)
            names.Insert(0, command.Command.Name);
        around.Error.WriteLine($"see {string.Join(' ', names)} --help");
        return ExitCode.Usage;
    }
}
