using System.Collections.Concurrent;
using System.Text.Json;
using Npgsql;

namespace Dvt.Workers.Effects;

/// <summary>Hosts inside that a tenant's steps may reach: <c>identity.tenant.settings -> 'httpAllow'</c>, known for 5 s.</summary>
sealed class TenantAllowList(NpgsqlDataSource postgres)
{
    const int MostTenants = 10_000;
    const long KnownForMilliseconds = 5_000;

    readonly ConcurrentDictionary<Guid, (HashSet<string> Hosts, long Until)> known = new();

    /// <summary>True when the list names <c>host</c> or <c>host:port</c>. With the database away the last answer counts.</summary>
    public async Task<bool> NamesAsync(Guid tenantId, Uri url, CancellationToken stop)
    {
        var hosts = await HostsAsync(tenantId, stop);
        return hosts.Count > 0 && (hosts.Contains(url.IdnHost) || hosts.Contains(url.Host) || hosts.Contains($"{url.IdnHost}:{url.Port}")
            || hosts.Contains($"{url.Host}:{url.Port}"));
    }

    async Task<HashSet<string>> HostsAsync(Guid tenantId, CancellationToken stop)
    {
        var isKnown = known.TryGetValue(tenantId, out var entry);
        if (isKnown && entry.Until > Environment.TickCount64)
            return entry.Hosts;
        for (; ; await Task.Delay(200, stop))
            try
            {
                var hosts = await ReadAsync(tenantId, stop);
                if (known.Count > MostTenants)
                    known.Clear();
                known[tenantId] = (hosts, Environment.TickCount64 + KnownForMilliseconds);
                return hosts;
            }
            catch (Exception fault) when (fault is not OperationCanceledException && Pipeline.Postgres.IsUnavailable(fault))
            {
                if (isKnown)
                    return entry.Hosts;
            }
    }

    async Task<HashSet<string>> ReadAsync(Guid tenantId, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            select settings -> 'httpAllow'
            from identity.tenant
            where tenant_id = $1
            """);
        command.Parameters.Add(new() { Value = tenantId });
        var hosts = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        if (await command.ExecuteScalarAsync(stop) is string json)
        {
            using var list = JsonDocument.Parse(json);
            if (list.RootElement.ValueKind == JsonValueKind.Array)
                foreach (var host in list.RootElement.EnumerateArray())
                    if (host.ValueKind == JsonValueKind.String)
                        hosts.Add(host.GetString()!);
        }
        return hosts;
    }
}
