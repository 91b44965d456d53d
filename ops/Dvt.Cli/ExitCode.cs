using System.Text.Json;

namespace Dvt.Cli;

/// <summary>What a script is told. Documented in <c>ops/cli.md</c> and in <c>--help</c> of every group.</summary>
static class ExitCode
{
    public const int Done = 0;

    /// <summary>The API refused; its problem is printed.</summary>
    public const int Refused = 1;

    /// <summary>The command line or a document cannot be used; nothing was sent.</summary>
    public const int Usage = 2;

    /// <summary>The API cannot be reached or cannot serve now (502, 503, 504): the same again may succeed.</summary>
    public const int NotReached = 3;

    /// <summary>The answer is there and is bad news: a run that failed or was cancelled, a history that does not verify.</summary>
    public const int BadNews = 4;

    /// <summary>What was waited for did not come in time; it may still come.</summary>
    public const int NotInTime = 5;

    /// <summary>Ctrl-C.</summary>
    public const int Interrupted = 130;

    public const string Help =
        "Exit codes: 0 done; 1 refused by the API; 2 bad usage; 3 not reachable, try again; 4 the run did not complete or does not verify; " +
        "5 not in time; 130 interrupted.";
}

/// <summary>A command ends here, with an exit code and a text for the user.</summary>
sealed class CommandEndedException(int exitCode, string message, JsonElement? problem = null) : Exception(message)
{
    public int ExitCode { get; } = exitCode;

    /// <summary>RFC 9457, where the API told one; printed instead of the text with <c>--json</c>.</summary>
    public JsonElement? Problem { get; } = problem;

    public static CommandEndedException Usage(string message) => new(Cli.ExitCode.Usage, message);
}
