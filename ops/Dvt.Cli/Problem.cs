using System.Text;
using System.Text.Json;

namespace Dvt.Cli;

/// <summary>A refusal as people read it: what it means, why, and every fault by its place. RFC 9457.</summary>
static class Problem
{
    public static CommandEndedException Of(int status, JsonElement? problem) =>
        new(status is 502 or 503 or 504 ? ExitCode.NotReached : ExitCode.Refused, Text(status, problem), problem);

    static string Text(int status, JsonElement? told)
    {
        if (told is not { ValueKind: JsonValueKind.Object } problem)
            return $"the API answered {status}";
        var text = new StringBuilder($"{Or(problem.Text("title"), "refused")} ({status} {problem.Text("code")})");
        if (problem.Text("detail") is { Length: > 0 } detail)
            text.Append("\n  ").Append(Table.Plain(detail));
        foreach (var fault in Faults(problem))
            text.Append("\n  ").Append(fault);
        if (problem.Text("traceId") is { Length: > 0 } trace && status >= 500)
            text.Append("\n  trace ").Append(Table.Plain(trace));
        if (status == 401)
            text.Append("\n  name an API key by --key or DVT_API_KEY, or a token by --token or DVT_TOKEN");
        return text.ToString();
    }

    /// <summary>One line for each of <c>errors</c>.</summary>
    public static IEnumerable<string> Faults(JsonElement holder) => holder.List("errors").Select(fault =>
        Table.Plain($"{Or(fault.Text("pointer"), "(all of it)")}: {fault.Text("message")} ({fault.Text("code")})"));

    static string Or(string text, string otherwise) => text.Length > 0 ? Table.Plain(text) : otherwise;
}
