using System.CommandLine;

namespace Dvt.Cli;

/// <summary>Makes the commands of one invocation.</summary>
sealed class Making(Surroundings around, GlobalOptions global, Command root)
{
    /// <summary>All commands; complete once every group is made.</summary>
    public Command Root => root;

    public Surroundings Around => around;

    public static Command Group(string name, string does, params IEnumerable<Command> commands)
    {
        var group = new Command(name, $"{does}. {ExitCode.Help}");
        foreach (var command in commands)
            group.Subcommands.Add(command);
        return group;
    }

    /// <param name="takes">Arguments and options, in the order they are shown.</param>
    public Command Command(string name, string does, IEnumerable<Symbol> takes, Func<Call, Task<int>> run)
    {
        var command = new Command(name, does);
        foreach (var symbol in takes)
            if (symbol is Argument argument)
                command.Arguments.Add(argument);
            else
                command.Options.Add((Option)symbol);
        command.SetAction(async (given, stop) =>
        {
            using var call = new Call(given, global, around, stop);
            return await run(call);
        });
        return command;
    }
}
