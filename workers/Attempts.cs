using System.Collections.Concurrent;
using Dvt.Pipeline;

namespace Dvt.Workers;

/// <summary>Attempts of a sender that are under way; each that ends makes room and wakes it.</summary>
sealed class Attempts
{
    readonly ConcurrentDictionary<Task, Guid> running = new();

    public int Count => running.Count;

    /// <summary>Tenants for which so many attempts are under way, or more.</summary>
    public Guid[] TenantsWith(int many) => [.. running.Values.GroupBy(t => t).Where(t => t.Count() >= many).Select(t => t.Key)];

    public void Add(Guid tenantId, Task attempt, Wake wake)
    {
        running[attempt] = tenantId;
        attempt.ContinueWith(done =>
        {
            running.TryRemove(done, out _);
            wake.Up();
        }, TaskScheduler.Default);
    }

    /// <summary>They may come to their end.</summary>
    public Task EndAsync(CancellationToken patience) =>
        Task.WhenAll(running.Keys).WaitAsync(patience).ContinueWith(static _ => { }, TaskScheduler.Default);
}
