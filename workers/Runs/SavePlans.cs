using Dvt.Contracts;
using Dvt.Engine.Json;
using Dvt.Pipeline;
using Npgsql;

namespace Dvt.Workers.Runs;

/// <summary>Plan versions: draft → published → archived. What is published never changes.</summary>
static class SavePlans
{
    public static async Task DecideAsync(RunBatch work, Delivery delivery, NpgsqlDataSource postgres, DateTimeOffset now, CancellationToken stop)
    {
        // What an earlier delivery decided stands, whatever has happened since.
        if (work.Earlier.Of(delivery) is { } before)
        {
            work.Answer(delivery, before);
            return;
        }
        var body = delivery.Envelope.Body;
        var (planId, version) = (body.GetProperty("planId").GetString()!, body.GetProperty("version").GetString()!);
        var change = new PlanChange(work, delivery, now);
        var current = work.SavedPlan(delivery.Envelope.TenantId, planId, version)
            ?? await PlanTable.FindAsync(postgres, delivery.Envelope.TenantId, planId, version, stop);
        switch (delivery.Envelope.Type)
        {
            case nameof(SavePlan):
                change.Save(current, ContractsJson.Read<SavePlan>(body));
                break;
            case nameof(PublishPlan):
                change.Publish(current, ContractsJson.Read<PublishPlan>(body).ExpectedRevision);
                break;
            default:
                change.Archive(current, ContractsJson.Read<ArchivePlan>(body).ExpectedRevision);
                break;
        }
    }
}

/// <summary>What one command makes of one plan version.</summary>
sealed class PlanChange(RunBatch work, Delivery delivery, DateTimeOffset now)
{
    const string Draft = "draft";
    const string Published = "published";
    const string Archived = "archived";

    Envelope Envelope => delivery.Envelope;

    public void Save(PlanRow? current, SavePlan c)
    {
        if (current is not null && current.Digest == c.Digest && (!c.Publish || current.State == Published))
            Same(current);
        else if (current is not null && current.Digest == c.Digest && current.State == Draft)
            Publish(current, expected: null);
        else if (current is not null && !c.Replace)
            work.Refuse(delivery, "VERSION_CONFLICT", $"version {c.Version} of plan {c.PlanId} exists with other content");
        else if (current is { State: not Draft })
            work.Refuse(delivery, "VERSION_CONFLICT", $"version {c.Version} of plan {c.PlanId} is {current.State} and does not change");
        else if (c.ExpectedRevision is { } expected && expected != current?.Revision)
            work.Refuse(delivery, "REVISION_MISMATCH", $"the draft has revision {current?.Revision ?? 0}");
        else
            Write(current, c);
    }

    void Write(PlanRow? current, SavePlan c)
    {
        var document = CanonicalJson.Canonicalize(c.Document);
        var row = new PlanRow(Envelope.TenantId, c.PlanId, c.Version, Draft, c.Digest, document, (current?.Revision ?? 0) + 1);
        Store(row, new PlanDrafted(c.PlanId, c.Version, c.Digest, c.Document, row.Revision));
        if (c.Publish)
            Store(row = row with { State = Published, Revision = row.Revision + 1 }, new PlanPublished(c.PlanId, c.Version, c.Digest, row.Revision));
        Done(row, existing: false);
    }

    public void Publish(PlanRow? current, long? expected)
    {
        if (current is null)
            NotFound();
        else if (current.State == Published)
            Same(current);
        else if (current.State == Archived)
            work.Refuse(delivery, "VERSION_CONFLICT", $"version {current.Version} is archived");
        else if (expected is not null && expected != current.Revision)
            work.Refuse(delivery, "REVISION_MISMATCH", $"the version has revision {current.Revision}");
        else
        {
            var row = current with { State = Published, Revision = current.Revision + 1 };
            Store(row, new PlanPublished(row.PlanId, row.Version, row.Digest, row.Revision));
            Done(row, existing: false);
        }
    }

    public void Archive(PlanRow? current, long? expected)
    {
        if (current is null)
            NotFound();
        else if (current.State == Archived)
            Same(current);
        else if (expected is not null && expected != current.Revision)
            work.Refuse(delivery, "REVISION_MISMATCH", $"the version has revision {current.Revision}");
        else
        {
            var row = current with { State = Archived, Revision = current.Revision + 1 };
            Store(row, new PlanArchived(row.PlanId, row.Version, row.Revision));
            Done(row, existing: false);
        }
    }

    /// <summary>A plan version is its own stream; each revision is one event.</summary>
    void Store(PlanRow row, IEvent e) =>
        work.Save(row, new NewEvent(delivery.Slot, row.TenantId, $"plan-{row.PlanId}/{row.Version}", row.Revision, e.GetType().Name,
            ContractsJson.Element<object>(e).GetRawText(), Envelope.Id, Envelope.CorrelationId, Envelope.Actor, now));

    void NotFound() => work.Refuse(delivery, "PLAN_NOT_FOUND", $"there is no plan {Envelope.Resource?.Id}");

    void Same(PlanRow row)
    {
        work.Finish(delivery, new CommandDone(Envelope.Type, Envelope.Resource));
        Done(row, existing: true);
    }

    void Done(PlanRow row, bool existing) =>
        work.Answer(delivery, new Outcome(Envelope.Id, Outcome.Done, Resource: Envelope.Resource, Data: ContractsJson.Element(new
        {
            existing,
            row.State,
            row.Digest,
            row.Revision,
        })));
}
