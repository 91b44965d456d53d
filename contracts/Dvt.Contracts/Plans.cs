using System.Text.Json;

namespace Dvt.Contracts;

/// <summary>Stores a plan version. The API has validated it; the worker settles which content a version has.</summary>
/// <param name="Document">The plan as JSON.</param>
/// <param name="Digest">Lower-case hex SHA-256 over the RFC 8785 form of the document.</param>
/// <param name="Publish">Publish at once.</param>
/// <param name="ExpectedRevision">From <c>If-Match</c>: the draft must have this revision. Null creates.</param>
/// <param name="Replace">True for PUT: an existing draft is replaced.</param>
public sealed record SavePlan(
    string PlanId, string Version, JsonElement Document, string Digest, bool Publish, long? ExpectedRevision, bool Replace) : ICommand
{
    public static Domain Domain => Domain.Runs;
}

public sealed record PublishPlan(string PlanId, string Version, long? ExpectedRevision) : ICommand
{
    public static Domain Domain => Domain.Runs;
}

public sealed record ArchivePlan(string PlanId, string Version, long? ExpectedRevision) : ICommand
{
    public static Domain Domain => Domain.Runs;
}

/// <param name="Revision">Grows with each change of the version; its ETag.</param>
public sealed record PlanDrafted(string PlanId, string Version, string Digest, JsonElement Document, long Revision) : IEvent;

public sealed record PlanPublished(string PlanId, string Version, string Digest, long Revision) : IEvent;

public sealed record PlanArchived(string PlanId, string Version, long Revision) : IEvent;
