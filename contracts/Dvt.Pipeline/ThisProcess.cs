namespace Dvt.Pipeline;

/// <summary>What this process is, and how it is called wherever it holds something.</summary>
/// <param name="Role"><c>api</c>, <c>workers</c> or <c>readmodels</c>.</param>
/// <param name="Parts">What it works for, where a role can be shared out; otherwise empty.</param>
public sealed record ThisProcess(string Role, IReadOnlyList<string> Parts)
{
    /// <summary>Nothing was heard of a process for so long: it is dead, frozen or cut off.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    /// <summary>Another one for each start.</summary>
    public Guid Id { get; } = Guid.NewGuid();

    /// <summary>Begins the name of whoever holds something in it, up to a slash.</summary>
    public string Holder => $"{HereBegins}{Environment.ProcessId}-{Id:n}";

    /// <summary>Begins the holder of every process of this machine.</summary>
    public static string HereBegins => $"{Environment.MachineName}-";
}
