using Dvt.Contracts;
using Npgsql;

namespace Dvt.ReadModels;

/// <summary>How a view is doing.</summary>
/// <param name="State"><c>live</c>, <c>rebuilding</c>, or <c>stopped</c> when no projector is at work.</param>
/// <param name="LagEvents">Events of the log it has not seen.</param>
/// <param name="LagSeconds">Age of the oldest of them.</param>
/// <param name="Rebuild">From 0 to 1 while it is being filled anew.</param>
/// <param name="StoppedStreams">Streams that no view follows any more since one of their events is missing.</param>
public sealed record ProjectionStatus(
    string Name, string Version, string State, LogPosition Position, long LagEvents, double LagSeconds, double? Rebuild, long StoppedStreams);

/// <summary>Tells how the views are doing and asks for them to be filled anew.</summary>
/// <param name="api">Of role <c>dvt_api</c>.</param>
public sealed class ProjectionQueries(NpgsqlDataSource api)
{
    public async Task<IReadOnlyList<ProjectionStatus>> ListAsync(CancellationToken stop)
    {
        await using var batch = api.CreateBatch();
        batch.BatchCommands.Add(new("""select tail, slot, "offset", head, extract(epoch from clock_timestamp() - behind_since)::float8 from read.lag()"""));
        batch.BatchCommands.Add(new("select is_led, stopped_streams from read.health()"));
        batch.BatchCommands.Add(new("select name, definition, tail, state from read.projection order by name"));
        await using var reader = await batch.ExecuteReaderAsync(stop);
        var tails = await ReadTailsAsync(reader, stop);
        await reader.NextResultAsync(stop);
        await reader.ReadAsync(stop);
        var (isLed, stoppedStreams) = (reader.GetBoolean(0), reader.GetInt64(1));
        await reader.NextResultAsync(stop);
        var list = new List<ProjectionStatus>();
        while (await reader.ReadAsync(stop))
        {
            var state = reader.GetString(3);
            var own = tails.GetValueOrDefault(reader.GetString(2)) ?? new TailLag();
            var next = tails.GetValueOrDefault(Follower.Next);
            list.Add(new(reader.GetString(0), reader.GetString(1), isLed ? state : "stopped", new LogPosition(own.Offsets),
                own.Head - own.Seen, own.Seconds, state == "rebuilding" ? next?.Progress ?? 0 : null, stoppedStreams));
        }
        return list;
    }

    public static bool Has(string name) => Views.All.Any(v => v.Name == name);

    /// <summary>Asks the projectors to fill a view anew.</summary>
    public static NpgsqlBatchCommand RequestRebuild(string name) => new(
        """
        insert into read.rebuild_request (name)
        values ($1)
        on conflict (name) do nothing
        """)
    { Parameters = { new() { Value = name } } };

    static async Task<Dictionary<string, TailLag>> ReadTailsAsync(NpgsqlDataReader reader, CancellationToken stop)
    {
        var tails = new Dictionary<string, TailLag>();
        while (await reader.ReadAsync(stop))
        {
            var name = reader.GetString(0);
            if (!tails.TryGetValue(name, out var tail))
                tails.Add(name, tail = new TailLag());
            tail.Offsets.Add(new(reader.GetInt32(1), reader.GetInt64(2)));
            tail.Seen += reader.GetInt64(2);
            tail.Head += reader.GetInt64(3);
            tail.Seconds = Math.Max(tail.Seconds, reader.IsDBNull(4) ? 0 : reader.GetDouble(4));
        }
        return tails;
    }

    sealed class TailLag
    {
        public List<KeyValuePair<int, long>> Offsets { get; } = [];

        public long Seen { get; set; }

        public long Head { get; set; }

        public double Seconds { get; set; }

        public double Progress => Head == 0 ? 1 : (double)Seen / Head;
    }
}
