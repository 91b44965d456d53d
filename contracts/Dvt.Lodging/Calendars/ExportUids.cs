namespace Dvt.Lodging.Calendars;

/// <summary>UIDs of what we export: they name the unit, so that a platform that tells them back is understood.</summary>
public static class ExportUids
{
    /// <param name="id">Of the booking or block.</param>
    public static string Of(Guid id, Guid unitId) => $"{id:n}@{unitId:n}.dvt";

    public static bool IsOf(string uid, Guid unitId) => uid.EndsWith($"@{unitId:n}.dvt", StringComparison.OrdinalIgnoreCase);
}
