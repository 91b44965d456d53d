namespace Dvt.Launcher;

/// <summary>
/// A process to keep running. <c>Name</c> is what it is called in <c>DVT_PIDS</c> and its log file;
/// <c>Number</c> tells several of one name apart.
/// </summary>
sealed record Role(string Name, int Number, IReadOnlyList<string> Command, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>Where it starts, its settings file beside it.</summary>
    public string WorkingDirectory { get; init; } = "/";

    public string Id => Number == 1 ? Name : $"{Name}-{Number}";

    public ChildSpec In(DvtHome home)
    {
        var environment = CurrentEnvironment.With(Environment);
        return new(Command, environment, WorkingDirectory, home.LogOf(Name));
    }
}

/// <summary>Everything that makes up one installation, in the order it starts.</summary>
/// <param name="Samples">Folder of the plans, and in it of the units, that the demo tenant begins with.</param>
sealed record RolePlan(Role? Migrate, IReadOnlyList<Role> Roles, string? Samples, string? ReadyUrl);

static class CurrentEnvironment
{
    /// <summary>Our own variables and these, which win.</summary>
    public static Dictionary<string, string> With(IReadOnlyDictionary<string, string> more)
    {
        var environment = System.Environment.GetEnvironmentVariables()
            .Cast<System.Collections.DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string)entry.Value!, StringComparer.Ordinal);
        foreach (var (key, value) in more)
        {
            environment[key] = value;
        }

        return environment;
    }
}
