using System.Text.RegularExpressions;

namespace Dvt.Cli;

/// <summary>Keeps secrets out of what is told to the user, also those that stand where none should.</summary>
static partial class Secrets
{
    public static string Hide(string text) => Looking().Replace(text, "…");

    /// <summary>API keys of Dvt and tokens (JWS).</summary>
    [GeneratedRegex(@"dvt_[A-Za-z0-9_-]{16,}|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")]
    private static partial Regex Looking();
}
