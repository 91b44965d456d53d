using Microsoft.Extensions.Configuration;

namespace Dvt.Pipeline;

/// <summary>The directory of secrets cannot be used.</summary>
public sealed class SecretFilesException(string message) : Exception(message);

/// <summary>
/// Keys from files, as orchestrators mount secrets: each file of <c>DVT_SECRETS_DIRECTORY</c> is a key by its name, such as
/// <c>Postgres__ConnectionString</c>, and its content the value. A line feed at its end is not part of it.
/// </summary>
public static class SecretFiles
{
    public const string Directory = "DVT_SECRETS_DIRECTORY";

    /// <summary>They win over what was added before.</summary>
    /// <exception cref="SecretFilesException">The directory is named and is not there: better no process than one with other secrets.</exception>
    public static IConfigurationManager AddSecretFiles(this IConfigurationManager configuration)
    {
        if (configuration[Directory] is not { Length: > 0 } named)
            return configuration;
        var folder = Path.GetFullPath(named);
        if (!System.IO.Directory.Exists(folder))
            throw new SecretFilesException($"{Directory} names {folder}, which is no directory");
        configuration.AddKeyPerFile(folder, optional: false);
        return configuration;
    }
}
