using Dvt.Contracts;
using Dvt.Pipeline;
using Dvt.Workers.Effects;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace Dvt.Tests.Effects;

/// <summary>Needs a server: skipped where none is named, failed under CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EffectsFactAttribute : FactAttribute
{
    public EffectsFactAttribute()
    {
        if (EffectsDatabase.Server is null && Environment.GetEnvironmentVariable("CI") is null or "")
            Skip = "DVT_TEST_POSTGRES is not set";
    }
}

/// <summary>A database of its own for one test class.</summary>
public sealed class EffectsDatabase : IAsyncLifetime
{
    readonly string name = $"dvt_effects_{Guid.NewGuid():n}";
    NpgsqlDataSource? worker;

    public static string? Server => Environment.GetEnvironmentVariable("DVT_TEST_POSTGRES") is { Length: > 0 } given ? given : null;

    public NpgsqlDataSource Worker => worker ?? throw new InvalidOperationException("DVT_TEST_POSTGRES is not set");

    public async Task InitializeAsync()
    {
        if (Server is null)
            return;
        await OnServerAsync($"create database {name}");
        var connection = new NpgsqlConnectionStringBuilder(Server) { Database = name }.ConnectionString;
        await Migrator.MigrateAsync(connection, NullLogger.Instance, CancellationToken.None);
        worker = Postgres.Open(new PostgresOptions { ConnectionString = connection, MaxPoolSize = 8 }, Postgres.WorkerRole);
        admin = NpgsqlDataSource.Create(connection);
    }

    NpgsqlDataSource? admin;

    public async Task RunAsync(string sql, params object[] values)
    {
        await using var command = admin!.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T> ReadAsync<T>(string sql, params object[] values)
    {
        await using var command = admin!.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>A tenant whose steps may reach the given hosts.</summary>
    public async Task<Guid> TenantAsync(params string[] allow)
    {
        var tenant = Guid.CreateVersion7();
        await RunAsync("insert into identity.tenant (tenant_id, slug, name, settings) values ($1, $2, 'test', jsonb_build_object('httpAllow', $3::text[]))",
            tenant, $"t{tenant:n}", allow);
        return tenant;
    }

    internal HttpStep Http(HttpStepNetwork? network = null) =>
        new(new TenantAllowList(Worker), new TenantSecrets(Worker, Keys), network ?? new HttpStepNetwork(), concurrency: 8);

    static KeyWrap Keys { get; } = new(new byte[32]);

    /// <summary>A secret of a tenant, as the API stores it.</summary>
    public Task SetSecretAsync(Guid tenant, string name, string value, params string[] hosts) => RunAsync(
        """
        insert into identity.secret as s (tenant_id, name, revision, wrapped, hosts)
        values ($1, $2, 1, $3, $4)
        on conflict (tenant_id, name) do update set wrapped = $3, hosts = $4
        """, tenant, name, Keys.Wrap(SecretUse.WrapName(tenant, name), System.Text.Encoding.UTF8.GetBytes(value)), hosts);

    static async Task OnServerAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Server) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async Task DisposeAsync()
    {
        if (worker is null)
            return;
        await worker.DisposeAsync();
        await admin!.DisposeAsync();
        await OnServerAsync($"drop database if exists {name} with (force)");
    }
}
