using System.Net;
using System.Text.Json;
using Dvt.Pipeline;
using Dvt.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Dvt.Tests.Api;

/// <summary>The API in this process on a database of its own, its broker away, with the two first accounts.</summary>
sealed class ApiOnPostgres : IAsyncDisposable
{
    public const string Platform = "dvt_PPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPP";
    public const string Admin = "dvt_DDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDD";

    readonly string name = $"dvt_api_{Guid.NewGuid():n}";
    readonly NpgsqlDataSource server = NpgsqlDataSource.Create(TestServers.Postgres);

    ApiOnPostgres()
    {
        Postgres = new NpgsqlConnectionStringBuilder(TestServers.Postgres) { Database = name, MaxPoolSize = 10 }.ConnectionString;
        Database = NpgsqlDataSource.Create(Postgres);
    }

    public string Postgres { get; }

    public NpgsqlDataSource Database { get; }

    public ApiProcess Api { get; private set; } = null!;

    public static async Task<ApiOnPostgres> StartAsync()
    {
        var made = new ApiOnPostgres();
        await ExecuteAsync(made.server, $"create database {made.name}");
        await Migrator.MigrateAsync(made.Postgres, NullLogger.Instance, CancellationToken.None);
        made.Api = await made.AnotherAsync();
        await Eventually.HoldsAsync(
            async () => await made.ReadAsync<long>("select count(*) from identity.api_key") == 2, TimeSpan.FromSeconds(15), "the first accounts were not made");
        return made;
    }

    /// <summary>One process more on the same database.</summary>
    public Task<ApiProcess> AnotherAsync(params string[] more) => ApiProcess.StartAsync(Postgres,
    [
        "--Api:Bootstrap:PlatformEmail=root@dvt.example", $"--Api:Bootstrap:PlatformKey={Platform}",
        "--Api:Bootstrap:TenantSlug=demo", "--Api:Bootstrap:Email=admin@demo.example", $"--Api:Bootstrap:ApiKey={Admin}", .. more,
    ]);

    public Task<(HttpStatusCode Status, JsonElement Body, HttpResponseMessage Answer)> PostAsync(string path, object body, string? credential) =>
        Api.SendAsync(HttpMethod.Post, path, JsonSerializer.Serialize(body), credential);

    public Task<(HttpStatusCode Status, JsonElement Body, HttpResponseMessage Answer)> GetAsync(string path, string? credential) =>
        Api.SendAsync(HttpMethod.Get, path, credential: credential);

    /// <summary>A key of the demo tenant that may do nothing but look; its id.</summary>
    public async Task<(string Key, Guid Id)> ViewerAsync()
    {
        var user = await PostAsync("/v1/users", new { email = $"{Guid.NewGuid():n}@demo.example", name = "V", roles = new[] { "viewer", "auditor" } }, Admin);
        var made = await PostAsync("/v1/api-keys", new { name = "v", userId = user.Body.GetProperty("userId").GetString(), roles = new[] { "viewer" } }, Admin);
        return (made.Body.GetProperty("apiKey").GetString()!, made.Body.GetProperty("apiKeyId").GetGuid());
    }

    public async Task<T> ReadAsync<T>(string sql, params object[] values)
    {
        await using var command = Database.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public static async Task ExecuteAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync();
        await Database.DisposeAsync();
        NpgsqlConnection.ClearAllPools();
        await ExecuteAsync(server, $"drop database {name} with (force)");
        await server.DisposeAsync();
    }
}
