using Dvt.Contracts;
using Dvt.Pipeline;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.Workers.Reactions;

/// <summary>Follows the log of a domain for a reaction. Workers share the slots; each event is reacted to at least once, in order per slot.</summary>
sealed class ReactionTail(Reaction reaction, NpgsqlDataSource postgres, Publisher publisher, LogGrowth growth, ILogger<ReactionTail> log) : BackgroundService
{
    /// <summary>Events of one slot looked at in one transaction.</summary>
    const int PerSlot = 500;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Loop.RunAsync($"reaction {reaction.Name}", log, FollowAsync, stoppingToken);

    async Task FollowAsync(CancellationToken stop)
    {
        await BeginAsync(stop);
        while (!stop.IsCancellationRequested)
        {
            var grown = growth.Next;
            if (!await StepAsync(stop))
                await LogGrowth.WaitAsync(grown, stop, LogGrowth.LookNowAndThen);
        }
    }

    async Task BeginAsync(CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            insert into pipeline.reaction (name, slot)
            select $1, slot
            from unnest($2) as slot
            on conflict (name, slot) do nothing
            """);
        command.Parameters.Add(new() { Value = reaction.Name });
        command.Parameters.Add(EventLog.Array(NpgsqlDbType.Integer, Slot.All(reaction.To).ToArray()));
        await command.ExecuteNonQueryAsync(stop);
    }

    /// <summary>Takes slots that no other process is at. Published before the commit: a crash between means that it is published again.</summary>
    /// <returns>True when something was there.</returns>
    async Task<bool> StepAsync(CancellationToken stop)
    {
        await using var connection = await postgres.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        var slots = await TakeSlotsAsync(connection, stop);
        if (slots.Count == 0)
            return false;
        var events = await EventLog.ReadAfterAsync(connection, slots, PerSlot, stop);
        var wanted = events.FindAll(e => reaction.Types.Contains(e.Type));
        if (wanted.Count > 0 && await reaction.React(connection, wanted, stop) is { Count: > 0 } messages)
            await publisher.PublishAsync(messages, stop);
        await AdvanceAsync(connection, events.GroupBy(e => e.Slot).ToDictionary(g => g.Key, g => g.Max(e => e.Offset)), stop);
        await transaction.CommitAsync(stop);
        return events.Count > 0;
    }

    async Task<Dictionary<int, long>> TakeSlotsAsync(NpgsqlConnection connection, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            """
            select r.slot, r."offset"
            from pipeline.reaction r
            join log.slot s on s.slot = r.slot
            where r.name = $1
              and s.head > r."offset"
            order by r.slot
            for no key update of r skip locked
            """, connection)
        { Parameters = { new() { Value = reaction.Name } } };
        await using var row = await command.ExecuteReaderAsync(stop);
        var slots = new Dictionary<int, long>();
        while (await row.ReadAsync(stop))
            slots.Add(row.GetInt32(0), row.GetInt64(1));
        return slots;
    }

    async Task AdvanceAsync(NpgsqlConnection connection, Dictionary<int, long> reached, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            """
            update pipeline.reaction r
            set "offset" = m."offset"
            from unnest($2, $3) as m(slot, "offset")
            where r.name = $1
              and r.slot = m.slot
            """, connection)
        {
            Parameters =
            {
                new() { Value = reaction.Name },
                EventLog.Array(NpgsqlDbType.Integer, reached.Keys.ToArray()),
                EventLog.Array(NpgsqlDbType.Bigint, reached.Values.ToArray()),
            },
        };
        await command.ExecuteNonQueryAsync(stop);
    }
}

static class ReactionsWiring
{
    public static IServiceCollection AddReaction(this IServiceCollection services, Reaction reaction) =>
        services.AddSingleton<IHostedService>(s => ActivatorUtilities.CreateInstance<ReactionTail>(s, reaction));
}
