using System.Collections.Concurrent;
using Dvt.Contracts;
using Dvt.Pipeline;
using Dvt.ReadModels;
using Npgsql;

namespace Dvt.Api;

/// <summary>
/// What was accepted a moment ago must not be <c>404</c>. After a view has said no, this tells whether it is only late:
/// a fence is sent behind everything that waits for the slot, and when it answers, the view is asked again.
/// </summary>
sealed class Existence(
    NpgsqlDataSource postgres, Recent recent, Mailbox mailbox, Publisher publisher, Replies replies, Freshness freshness,
    CommandQueries commands, TimeProvider clock)
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Keeps storms of requests for what is not there cheap.</summary>
    const int KnownAbsentMs = 1_000;
    const int MaxAbsent = 100_000;

    readonly ConcurrentDictionary<(Guid, Resource), long> absent = new();

    /// <summary>Null only when it surely is not there; <paramref name="pending"/> makes what is shown of something undecided.</summary>
    /// <param name="key">Partition key of what would have made it.</param>
    /// <exception cref="ProblemException">503: nobody can tell.</exception>
    public async Task<T?> FindAsync<T>(Guid tenantId, Resource resource, string key, Func<Task<T?>> find, Func<RecentCommand, T> pending, CancellationToken stop)
        where T : class
    {
        var maker = recent.Maker(tenantId, resource);
        try
        {
            if (await find() is { } found)
                return found;
            if (maker is not null && await IsUndecidedAsync(tenantId, maker.CommandId, stop))
                return await find() ?? pending(maker);
        }
        catch (Exception fault) when (maker is not null && Away.Is(fault))
        {
            return pending(maker);
        }
        if (IsKnownAbsent(tenantId, resource))
            return null;
        if (!await FenceAsync(Domain.Runs, tenantId, key, stop))
            throw new ProblemException(Problems.ViewBehind, "It may have been accepted without being visible yet.") { RetryAfter = 2 };
        return await find() ?? Absent<T>(tenantId, resource);
    }

    /// <summary>Of something whose slot is known: asked for, and asked again once everything sent there before is decided and visible.</summary>
    /// <returns>Null only when it surely is not there.</returns>
    /// <exception cref="ProblemException">503: nobody can tell.</exception>
    public async Task<T?> FindInSlotAsync<T>(Guid tenantId, Resource resource, int slot, Func<Task<T?>> find, CancellationToken stop) where T : class
    {
        if (await find() is { } found)
            return found;
        if (recent.Maker(tenantId, resource) is null && IsKnownAbsent(tenantId, resource))
            return null;
        if (!await FenceAsync(slot, tenantId, stop))
            throw new ProblemException(Problems.ViewBehind, "It may have been accepted without being visible yet.") { RetryAfter = 2 };
        return await find() ?? Absent<T>(tenantId, resource);
    }

    /// <summary>A command by its id alone: its slot is unknown, so all are asked.</summary>
    public async Task<T?> FindCommandAsync<T>(Guid tenantId, Guid commandId, Func<Task<T?>> find, Func<RecentCommand?, T> pending, CancellationToken stop)
        where T : class
    {
        var known = recent.Command(tenantId, commandId);
        try
        {
            if (await find() is { } found)
                return found;
            if (known is not null)
                return pending(known);
            // One that waits here for another tenant is surely none of this one's.
            if (await mailbox.OwnerAsync(commandId, stop) is { } owner)
                return owner == tenantId ? pending(null) : null;
        }
        catch (Exception fault) when (known is not null && Away.Is(fault))
        {
            return pending(known);
        }
        var resource = new Resource("command", commandId.ToString());
        if (IsKnownAbsent(tenantId, resource))
            return null;
        var fences = await Task.WhenAll(Slot.Worked.SelectMany(Slot.All).Select(slot => FenceAsync(slot, tenantId, stop)));
        if (fences.Contains(false))
            throw new ProblemException(Problems.ViewBehind, "It may have been accepted without being visible yet.") { RetryAfter = 2 };
        return await find() ?? Absent<T>(tenantId, resource);
    }

    /// <summary>Whether this very command was accepted before, as far as this process or the database can tell.</summary>
    public async Task<bool> IsAcceptedAsync(Guid tenantId, Guid commandId, CancellationToken stop) =>
        recent.Command(tenantId, commandId) is not null
        || await commands.FindAsync(tenantId, commandId, stop) is not null
        || await mailbox.OwnerAsync(commandId, stop) == tenantId;

    bool IsKnownAbsent(Guid tenantId, Resource resource) =>
        absent.TryGetValue((tenantId, resource), out var since) && Environment.TickCount64 - since < KnownAbsentMs;

    T? Absent<T>(Guid tenantId, Resource resource) where T : class
    {
        if (absent.Count >= MaxAbsent)
            absent.Clear();
        absent[(tenantId, resource)] = Environment.TickCount64;
        return null;
    }

    /// <summary>True unless the command was refused: then what it would have made is not there.</summary>
    async Task<bool> IsUndecidedAsync(Guid tenantId, Guid commandId, CancellationToken stop) =>
        (await commands.FindAsync(tenantId, commandId, stop))?.Value.Status is not Outcome.Refused;

    /// <summary>True once everything sent before to the slot of the key is decided and visible.</summary>
    public Task<bool> FenceAsync(Domain domain, Guid tenantId, string key, CancellationToken stop) => FenceAsync(Slot.Of(domain, tenantId, key), tenantId, stop);

    async Task<bool> FenceAsync(int slot, Guid tenantId, CancellationToken stop)
    {
        var id = Guid.CreateVersion7();
        using var waiter = replies.Expect(id);
        if (waiter is null)
            return false;
        var key = $"fence-{slot}";
        var envelope = new Envelope(
            id, nameof(Fence), tenantId, key, "system", clock.GetUtcNow(), ContractsJson.Element(new Fence(key)), ReplyTo: replies.Queue);
        try
        {
            // Not the command sender: a fence that finds no broker must not be parked, only one that finds others parked.
            if (!mailbox.IsCareful || !await mailbox.ParkBehindOthersAsync(Slot.Queue(slot), envelope, stop))
                await publisher.PublishAsync(Slot.Queue(slot), envelope, stop);
            await waiter.Outcome.WaitAsync(Patience, stop);
            return await freshness.WaitAsync(await HeadAsync(slot, stop), Patience, stop);
        }
        catch (Exception fault) when (fault is TimeoutException || Away.Is(fault) || RabbitMq.IsUnavailable(fault))
        {
            return false;
        }
    }

    async Task<LogPosition> HeadAsync(int slot, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand("select head from log.slot where slot = $1");
        command.Parameters.Add(new() { Value = slot });
        return LogPosition.At(slot, (long)(await command.ExecuteScalarAsync(stop))!);
    }
}
