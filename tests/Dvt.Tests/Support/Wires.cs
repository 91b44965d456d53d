using Npgsql;

namespace Dvt.Tests.Support;

/// <summary>Breakable wires to the servers of a system.</summary>
sealed class Wires : IAsyncDisposable
{
    readonly DvtSystem system;

    public Wires(DvtSystem system)
    {
        this.system = system;
        Postgres = new(new NpgsqlConnectionStringBuilder(system.Options.ConnectionString).Port);
        RabbitMq = new(new Uri(system.RabbitMqUri).Port);
    }

    public TcpProxy Postgres { get; }

    public TcpProxy RabbitMq { get; }

    public TcpProxy[] Both => [Postgres, RabbitMq];

    /// <summary>A process that reaches both servers over these wires only.</summary>
    public async Task<DvtProcess> LaunchAsync(string role)
    {
        var process = system.Launch(role,
            ("Postgres__ConnectionString", new NpgsqlConnectionStringBuilder(system.Options.ConnectionString) { Port = Postgres.Port }.ConnectionString),
            ("RabbitMq__Uri", new UriBuilder(system.RabbitMqUri) { Port = RabbitMq.Port }.Uri.ToString()));
        await process.ReadyAsync();
        return process;
    }

    public async ValueTask DisposeAsync()
    {
        await Postgres.DisposeAsync();
        await RabbitMq.DisposeAsync();
    }
}
