namespace Dvt.Workers;

/// <summary>Section <c>Workers</c> of the configuration.</summary>
public sealed class WorkersOptions
{
    /// <summary>Domains and step kinds to work for, comma-separated: <c>runs</c>, <c>steps</c>, <c>timers</c>, <c>jobs</c>; <c>--roles</c> on the command line.</summary>
    public string Roles { get; init; } = "runs,steps,timers,jobs";

    /// <summary>Batches of the runs domain in work at the same time.</summary>
    public int Lanes { get; init; } = 4;

    /// <summary>Messages in one transaction at the most.</summary>
    public int BatchSize { get; init; } = 256;

    /// <summary>HTTP steps in flight at the same time.</summary>
    public int HttpConcurrency { get; init; } = 128;

    /// <summary>Takes messages that only fault tests send, such as <c>TestPoison</c>; never in production.</summary>
    public bool TestKinds { get; init; }

    public bool Has(string role) => Roles.Split(',', StringSplitOptions.TrimEntries).Contains(role, StringComparer.OrdinalIgnoreCase);
}
