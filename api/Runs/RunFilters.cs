using Dvt.ReadModels;

namespace Dvt.Api;

/// <summary>By what runs are listed and exported.</summary>
static class RunFilters
{
    /// <summary>As the document describes them; labels besides.</summary>
    public static readonly IReadOnlyList<Parameter> Parameters =
    [
        new("status", "Only these.", """{"enum":["PENDING","APPROVED","RUNNING","PAUSED","COMPLETED","FAILED","CANCELLED"]}"""),
        new("planId", "Of this plan."), new("version", "Of this version."),
        new("parentRunId", "Sub-runs and retries of this run."),
        new("from", "Queued at this moment or later.", """{"type":"string","format":"date-time"}"""),
        new("to", "Queued before this moment.", """{"type":"string","format":"date-time"}"""),
        new("q", "Words, each the beginning of an id. The id of a chain's first run finds the chain."),
        new("archived", "Only runs whose history is in the archive.", """{"type":"string","enum":["true"]}"""),
        new("sort", "Order; newest first unless told.", """{"enum":["queuedAt","-queuedAt","finishedAt","-finishedAt"],"default":"-queuedAt"}"""),
    ];

    public static RunFilter Of(Call call, int limit, string? cursor)
    {
        var labels = call.Http.Request.Query
            .Where(q => q.Key.StartsWith("label.", StringComparison.Ordinal) && q.Key.Length > "label.".Length)
            .ToDictionary(q => q.Key["label.".Length..], q => call.Query(q.Key)!);
        return new RunFilter(
            call.Query("status"), call.Query("planId"), call.Query("version"), labels, call.QueryTime("from"), call.QueryTime("to"),
            call.Query("q"), call.Query("sort"), limit, cursor, OnlyArchived(call), call.Query("parentRunId"));
    }

    static bool OnlyArchived(Call call) => call.Query("archived") switch
    {
        null => false,
        "true" => true,
        _ => throw Call.InvalidParameter("archived", "is true, or not given"),
    };
}
