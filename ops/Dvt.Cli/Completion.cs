using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Help;
using System.Text;

namespace Dvt.Cli;

/// <summary><c>completion bash</c>: a script that needs neither the API nor this program, made from the commands themselves.</summary>
static class Completion
{
    public static Command Group(Making making) => Making.Group("completion", "Completion: TAB in a shell", Bash(making));

    static Command Bash(Making making) => making.Command("bash", "Prints a script: source <(./dvt completion bash)", [], call =>
    {
        call.Output.Write(Script(making.Root, making.Around.Neighbours));
        return Task.FromResult(ExitCode.Done);
    });

    static string Script(Command root, IReadOnlyList<string> neighbours)
    {
        var commands = root.Subcommands.SelectMany(group => group.Subcommands.Select(command => (Path: $" {group.Name} {command.Name}", Command: command))).ToList();
        var options = root.Options.Concat(commands.SelectMany(c => c.Command.Options)).ToList();
        var valued = Names(options.Where(o => o is not HelpOption && o.ValueType != typeof(bool)));
        var files = Names(options.Where(o => o.HelpName == "FILE"));
        var script = new StringBuilder($$"""
            # Completion of ./dvt for bash. Use: source <(./dvt completion bash)
            _dvt() {
                local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} path='' words='' files='' i
                COMPREPLY=()
                for ((i = 1; i < COMP_CWORD; i++)); do
                    case "$path ${COMP_WORDS[i]}" in
                        {{string.Join('|', root.Subcommands.Select(g => $"' {g.Name}'").Concat(commands.Select(c => $"'{c.Path}'")))}}) path="$path ${COMP_WORDS[i]}" ;;
                    esac
                done
                case "$previous" in
                    {{string.Join('|', files)}}) files=1 ;;
                    {{string.Join('|', valued.Except(files))}}) return ;;
                    *)
                        case "$path" in

            """);
        Case(script, "", root.Subcommands.Select(group => group.Name).Concat(neighbours).Order(StringComparer.Ordinal), files: false, onlyFirst: true);
        foreach (var group in root.Subcommands)
            Case(script, $" {group.Name}", group.Subcommands.Select(command => command.Name), files: false);
        foreach (var (path, command) in commands)
            Case(script, path,
                command.Arguments.SelectMany(a => a.GetCompletions(CompletionContext.Empty)).Select(c => c.Label).Concat(Names(command.Options.Concat(root.Options))),
                command.Arguments.Any(a => a.Name.Contains("file", StringComparison.Ordinal)));
        return script.Append("""
                        esac
                        ;;
                esac
                COMPREPLY=($(compgen -W "$words" -- "$word"))
                if [ -n "$files" ] && [[ $word != -* ]]; then
                    compopt -o filenames 2>/dev/null
                    COMPREPLY+=($(compgen -f -- "$word"))
                fi
            }
            complete -o default -F _dvt dvt

            """).ToString();
    }

    static void Case(StringBuilder script, string path, IEnumerable<string> words, bool files, bool onlyFirst = false)
    {
        // Behind the name of another command the shell's own completion is better than a guess.
        var start = onlyFirst ? "[ \"$COMP_CWORD\" -gt 1 ] || words=" : "words=";
        script.Append($"                '{path}') {start}'{string.Join(' ', words)}'{(files ? " files=1" : "")} ;;\n");
    }

    static List<string> Names(IEnumerable<Option> options) => [.. options.SelectMany(o => o.Aliases.Prepend(o.Name)).Where(n => n.StartsWith("--", StringComparison.Ordinal)).Distinct()];
}
