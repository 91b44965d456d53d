using Npgsql;
using NpgsqlTypes;

namespace Dvt.Pipeline;

/// <summary>
/// Messages that were in work when a process died. They are recorded before they are tried again and taken one at a
/// time from then on, so that one that kills its process is found without blaming its neighbours.
/// </summary>
sealed class Suspects(NpgsqlDataSource postgres)
{
    /// <returns>How often each message of the queue was in work before and never came to an end.</returns>
    public async Task<Dictionary<Guid, int>> LoadAsync(string queue, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand("select message_id, tries from pipeline.suspect where queue = $1");
        command.Parameters.Add(new() { Value = queue });
        await using var reader = await command.ExecuteReaderAsync(stop);
        var known = new Dictionary<Guid, int>();
        while (await reader.ReadAsync(stop))
            known[reader.GetGuid(0)] = reader.GetInt32(1);
        return known;
    }

    public async Task RecordAsync(IEnumerable<Delivery> deliveries, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            insert into pipeline.suspect (queue, message_id, tries)
            select queue, message_id, 1
            from unnest($1, $2) as s(queue, message_id)
            group by queue, message_id
            order by queue, message_id
            on conflict (queue, message_id) do update set tries = suspect.tries + 1, recorded_at = clock_timestamp()
            """);
        Fill(command, deliveries);
        await command.ExecuteNonQueryAsync(stop);
    }

    public async Task ClearAsync(IEnumerable<Delivery> deliveries, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            delete from pipeline.suspect s
            using unnest($1, $2) as c(queue, message_id)
            where s.queue = c.queue
              and s.message_id = c.message_id
            """);
        Fill(command, deliveries);
        await command.ExecuteNonQueryAsync(stop);
    }

    static void Fill(NpgsqlCommand command, IEnumerable<Delivery> deliveries)
    {
        var all = deliveries.ToList();
        command.Parameters.Add(EventLog.Array(NpgsqlDbType.Text, all.Select(d => d.Queue).ToArray()));
        command.Parameters.Add(EventLog.Array(NpgsqlDbType.Uuid, all.Select(d => d.Envelope.Id).ToArray()));
    }
}
