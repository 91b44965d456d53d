using Dvt.Contracts;

namespace Dvt.Api;

/// <summary>A command that this process accepted a moment ago.</summary>
sealed record RecentCommand(Guid CommandId, string Type, Guid TenantId, string Key, Resource Resource, DateTimeOffset AcceptedAt);

/// <summary>
/// What was accepted by this process a moment ago and may not be in any view yet. A hint of fixed size, without locks: what
/// is pushed out early is found by a fence in its queue.
/// </summary>
sealed class Recent
{
    readonly Table commands = new();
    readonly Table makers = new();

    public void Add(Envelope envelope)
    {
        if (envelope.Resource is not { } resource)
            return;
        var entry = new RecentCommand(envelope.Id, envelope.Type, envelope.TenantId, envelope.Key, resource, envelope.AcceptedAt);
        commands.Add(HashCode.Combine(entry.TenantId, entry.CommandId), entry);
        // What makes a thing is what speaks for its existence; a signal to it does not, and nothing does of what can be deleted.
        if (envelope.Type is nameof(StartRun) or nameof(SavePlan) or nameof(CreateUnit) or nameof(HoldBooking))
            makers.Add(HashCode.Combine(entry.TenantId, resource.Type, resource.Id), entry);
    }

    public RecentCommand? Command(Guid tenantId, Guid commandId)
    {
        foreach (var entry in commands.Near(HashCode.Combine(tenantId, commandId)))
            if (entry is not null && entry.CommandId == commandId && entry.TenantId == tenantId)
                return entry;
        return null;
    }

    public RecentCommand? Maker(Guid tenantId, Resource resource)
    {
        foreach (var entry in makers.Near(HashCode.Combine(tenantId, resource.Type, resource.Id)))
            if (entry is not null && entry.Resource.Id == resource.Id && entry.Resource.Type == resource.Type && entry.TenantId == tenantId)
                return entry;
        return null;
    }

    /// <summary>A cache of sets: an entry may lie in any place of the set that its hash names, and pushes out the oldest there.</summary>
    sealed class Table
    {
        const int Sets = 16 * 1024;
        const int Places = 8;

        readonly RecentCommand?[] entries = new RecentCommand?[Sets * Places];

        public ReadOnlySpan<RecentCommand?> Near(int hash) => entries.AsSpan((int)((uint)hash % Sets) * Places, Places);

        public void Add(int hash, RecentCommand entry)
        {
            var set = entries.AsSpan((int)((uint)hash % Sets) * Places, Places);
            var oldest = 0;
            for (var i = 0; i < Places && set[oldest] is { } candidate; i++)
                if (set[i] is not { } other || other.AcceptedAt < candidate.AcceptedAt)
                    oldest = i;
            Volatile.Write(ref set[oldest], entry);
        }
    }
}
