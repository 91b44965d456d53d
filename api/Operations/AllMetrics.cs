using Dvt.Pipeline;
using Dvt.Pipeline.Watching;
using Npgsql;

namespace Dvt.Api;

/// <summary>
/// Metrics of every process of the installation that runs on this machine. Where they tell them, they say themselves in
/// <c>pipeline.process</c>; nothing but loopback is asked, so no row makes us call anything else.
/// </summary>
sealed class AllMetrics(ThisProcess self, PrometheusText own, NpgsqlDataSource postgres) : IDisposable
{
    const int MostBytes = 16 * 1024 * 1024;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    readonly HttpClient http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
    })
    {
        Timeout = Patience,
        MaxResponseContentBufferSize = MostBytes,
    };

    /// <summary>As they were last known, for when the database is away.</summary>
    IReadOnlyList<Other> known = [];

    /// <param name="Address">Null when it cannot be asked from here.</param>
    sealed record Other(Guid ProcessId, string Role, string? Address);

    public async Task<string> WriteAsync(CancellationToken stop)
    {
        var others = known = await OthersAsync(stop);
        var texts = await Task.WhenAll(others.Select(other => AskAsync(other, stop)));
        ApiMeters.MetricsUnreachable.Record(texts.Count(text => text is null));
        var all = new JoinedMetrics().Add(self.Role, self.Id.ToString(), own.Write());
        foreach (var (other, text) in others.Zip(texts))
            all.Add(other.Role, other.ProcessId.ToString(), text ?? "");
        return all.ToString();
    }

    async Task<IReadOnlyList<Other>> OthersAsync(CancellationToken stop)
    {
        try
        {
            return await FindAsync(stop).WaitAsync(Patience, stop);
        }
        catch (Exception fault) when (Away.Is(fault))
        {
            return known;
        }
    }

    async Task<IReadOnlyList<Other>> FindAsync(CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            select process_id, role, case when starts_with(holder, $3) then metrics_address end
            from pipeline.process
            where process_id <> $1
              and seen_at > clock_timestamp() - $2
            order by role, started_at, process_id
            """);
        foreach (var value in (object[])[self.Id, ThisProcess.Silence, ThisProcess.HereBegins])
            command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync(stop);
        var found = new List<Other>();
        while (await reader.ReadAsync(stop))
            found.Add(new(reader.GetGuid(0), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetString(2)));
        return found;
    }

    async Task<string?> AskAsync(Other other, CancellationToken stop)
    {
        if (other.Address is not { } address || !MetricsAddress.IsAllowed(address))
            return null;
        try
        {
            return await http.GetStringAsync(new Uri($"{address}/metrics?own=true"), stop);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException || (fault is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return null;
        }
    }

    public void Dispose() => http.Dispose();
}
