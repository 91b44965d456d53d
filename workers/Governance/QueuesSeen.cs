using Npgsql;
using RabbitMQ.Client;

namespace Dvt.Workers.Governance;

/// <summary>Keeps what was seen of the queues where every role can read it: only workers ask the broker.</summary>
static class QueuesSeen
{
    /// <summary>Several workers look; what one of them has just seen need not be written again.</summary>
    static readonly TimeSpan Fresh = TimeSpan.FromSeconds(3);

    /// <summary>By then no worker knows the queue any more.</summary>
    static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(5);

    public static async Task SaveAsync(NpgsqlDataSource postgres, IReadOnlyList<QueueDeclareOk> seen, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            with gone as (
              delete from pipeline.queue_seen
              where queue <> all ($1)
                and seen_at < clock_timestamp() - $5
            )
            insert into pipeline.queue_seen as s (queue, messages, consumers, seen_at)
            select queue, messages, consumers, clock_timestamp()
            from unnest($1, $2, $3) as q(queue, messages, consumers)
            order by queue
            on conflict (queue) do update
            set messages = excluded.messages,
                consumers = excluded.consumers,
                seen_at = excluded.seen_at
            where s.seen_at < excluded.seen_at - $4
            """);
        foreach (var value in (object[])
            [seen.Select(q => q.QueueName).ToArray(), seen.Select(q => (long)q.MessageCount).ToArray(), seen.Select(q => (int)q.ConsumerCount).ToArray(), Fresh, Forgotten])
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(stop);
    }
}
