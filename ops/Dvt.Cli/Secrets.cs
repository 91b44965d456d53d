using System.Text.RegularExpressions;

namespace Dvt.Cli;

/// <summary>Keeps secrets out of what is told to the user, also those that stand where none should.</summary>
static partial class Secrets
{
    /// <summary>Shorter ones are too likely to be a part of other words.</summary>
    const int Shortest = 8;

    /// <param name="known">Those that are in use, whatever they look like.</param>
    public static string Hide(string text, params IEnumerable<string?> known)
    {
        foreach (var secret in known)
            if (secret is { Length: >= Shortest })
                text = text.Replace(secret, "…", StringComparison.Ordinal);
        return Looking().Replace(text, "…");
    }

    /// <summary>API keys of Dvt and tokens (JWS).</summary>
    [GeneratedRegex(@"dvt_[A-Za-z0-9_-]{16,}|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")]
    private static partial Regex Looking();
}
