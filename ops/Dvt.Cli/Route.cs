using System.Text;

namespace Dvt.Cli;

/// <summary>Addresses of endpoints, relative to the API's own.</summary>
static class Route
{
    /// <summary><c>v1/runs/r-1/events</c>, each segment escaped.</summary>
    /// <exception cref="CommandEndedException">Usage: a segment that would name another place.</exception>
    public static string To(params IEnumerable<string> segments) => "v1/" + string.Join('/', segments.Select(segment => segment is not ("" or "." or "..")
        ? Uri.EscapeDataString(segment)
        : throw CommandEndedException.Usage($"'{segment}' is no id")));

    /// <summary><c>?a=b&amp;c=d</c>, escaped; empty when nothing has a value.</summary>
    public static string Query(params IEnumerable<(string Name, string? Value)> query)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in query)
            if (value is not null)
                text.Append(text.Length == 0 ? '?' : '&').Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
        return text.ToString();
    }
}
