using System.Globalization;
using Dvt.Engine.Runs;

namespace Dvt.ReadModels;

public sealed partial class RunQueries
{
    const string ItemSort = "item";

    static readonly string[] ItemStatuses = ["PENDING", "RUNNING", "COMPLETED", "FAILED", "CANCELLED"];

    /// <summary>A page of a map's items, in order; null when there is no such run, or no map in it that has begun under this name.</summary>
    /// <param name="status">Null for all.</param>
    /// <exception cref="InvalidQueryException">A parameter is not understood.</exception>
    public async Task<Fresh<Page<ItemSnapshot>>?> ItemsAsync(
        Guid tenantId, string runId, string stepId, string? status, string? cursor, int limit, CancellationToken stop)
    {
        Cursor.Limit(limit);
        if (status is not null && !ItemStatuses.Contains(status))
            throw new InvalidQueryException("status", $"status is one of {string.Join(", ", ItemStatuses)}");
        var from = Cursor.Parse(cursor, ItemSort, parts: 1) is { } key
            ? int.TryParse(key[0], NumberStyles.None, CultureInfo.InvariantCulture, out var last) && last < int.MaxValue ? last + 1 : throw Cursor.Invalid()
            : 0;
        if (await FoldAsync(tenantId, runId, stop) is not { } folded)
            return null;
        IReadOnlyList<ItemSnapshot>? items;
        lock (folded.Run)
            items = folded.Run.Items(stepId, status, from, limit + 1);
        return items is null
            ? null
            : new(Cursor.Cut(items, limit, i => Cursor.Of(ItemSort, i.Index.ToString(CultureInfo.InvariantCulture))), folded.Position);
    }
}
