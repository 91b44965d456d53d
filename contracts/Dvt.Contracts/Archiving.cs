namespace Dvt.Contracts;

/// <summary>Histories of runs that ended long ago were moved to the archive, where they are read as before.</summary>
public sealed record HistoriesArchived(IReadOnlyList<string> RunIds) : IEvent;

/// <summary>Archived histories of runs were deleted for good, as their tenant wants it.</summary>
/// <param name="DeleteAfterDays">Of the tenant, when it was done.</param>
public sealed record HistoriesDeleted(IReadOnlyList<string> RunIds, int DeleteAfterDays) : IEvent;

/// <summary>What becomes of a tenant's runs that have ended. Nothing is deleted unless the tenant says so.</summary>
/// <param name="ArchiveAfterDays">Days from the end of a run until its history is moved to the archive; null for never.</param>
/// <param name="DeleteAfterDays">Days from the last event of an archived history until it is deleted for good; null for never.</param>
public sealed record TenantRetention(int? ArchiveAfterDays, int? DeleteAfterDays = null)
{
    public const int ArchiveAfterDaysUnlessTold = 90;

    public static readonly TenantRetention UnlessTold = new(ArchiveAfterDaysUnlessTold);

    /// <summary>Only what has been archived is deleted, and no earlier than it is archived.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool MakesSense => DeleteAfterDays is not { } delete || (ArchiveAfterDays is { } archive && delete >= archive);
}
