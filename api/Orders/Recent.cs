using System.Collections.Concurrent;
using Dvt.Contracts;

namespace Dvt.Api;

/// <summary>A command that this process accepted a moment ago.</summary>
sealed record RecentCommand(Guid CommandId, string Type, Guid TenantId, string Key, Resource Resource, DateTimeOffset AcceptedAt);

/// <summary>What was accepted by this process a moment ago and may not be in any view yet; bounded, the older half goes first.</summary>
sealed class Recent
{
    const int Half = 50_000;

    readonly Lock gate = new();
    Generation young = new();
    Generation old = new();

    sealed class Generation
    {
        public readonly ConcurrentDictionary<(Guid Tenant, Guid Command), RecentCommand> Commands = new();
        public readonly ConcurrentDictionary<(Guid Tenant, string Type, string Id), RecentCommand> Resources = new();

        /// <summary>Counted here, since asking the dictionary would lock all of it.</summary>
        public int Count;
    }

    public void Add(Envelope envelope)
    {
        if (envelope.Resource is not { } resource)
            return;
        var entry = new RecentCommand(envelope.Id, envelope.Type, envelope.TenantId, envelope.Key, resource, envelope.AcceptedAt);
        var target = Volatile.Read(ref young);
        target.Commands[(envelope.TenantId, envelope.Id)] = entry;
        // What makes a thing is what speaks for its existence; a signal to it does not, and nothing does of what can be deleted.
        if (envelope.Type is nameof(StartRun) or nameof(SavePlan))
            target.Resources[(envelope.TenantId, resource.Type, resource.Id)] = entry;
        if (Interlocked.Increment(ref target.Count) > Half)
            Age(target);
    }

    void Age(Generation full)
    {
        lock (gate)
            if (young == full)
            {
                old = full;
                Volatile.Write(ref young, new());
            }
    }

    public RecentCommand? Command(Guid tenantId, Guid commandId) =>
        young.Commands.GetValueOrDefault((tenantId, commandId)) ?? old.Commands.GetValueOrDefault((tenantId, commandId));

    public RecentCommand? Maker(Guid tenantId, Resource resource) =>
        young.Resources.GetValueOrDefault((tenantId, resource.Type, resource.Id)) ?? old.Resources.GetValueOrDefault((tenantId, resource.Type, resource.Id));
}
