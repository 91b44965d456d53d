namespace Dvt.Launcher;

/// <summary>A Postgres and a RabbitMQ for one errand, deleted after it.</summary>
sealed class TemporaryServers : IAsyncDisposable
{
    readonly string directory;
    readonly PrivatePostgres postgres;
    readonly PrivateRabbitMq rabbitMq;

    TemporaryServers(string directory, PrivatePostgres postgres, PrivateRabbitMq rabbitMq)
    {
        this.directory = directory;
        this.postgres = postgres;
        this.rabbitMq = rabbitMq;
    }

    /// <summary>To be passed to what works with these servers: whatever carries it is ended with them.</summary>
    public KeyValuePair<string, string> Errand => new(Launcher.Errand.Variable, directory);

    public string Postgres => postgres.ConnectionString;

    public string RabbitMq => rabbitMq.Uri;

    /// <summary>On the repository's disk: a temporary folder may lie in memory, where a durable write costs nothing.</summary>
    public static async Task<TemporaryServers> StartAsync(DvtHome home, PostgresSettings settings, CancellationToken cancellation)
    {
        var all = Path.Combine(home.Root, ".dvt-test");
        await SweepAsync(all);
        var directory = Path.Combine(all, $"{Environment.ProcessId}");
        Directory.CreateDirectory(directory);
        OwnerOf(directory).Write(ProcessIdentity.Of(Environment.ProcessId)!);
        try
        {
            var postgres = PrivatePostgres.StartAsync(Path.Combine(directory, "postgres"), settings, cancellation: cancellation);
            var rabbitMq = PrivateRabbitMq.StartAsync(Path.Combine(directory, "rabbitmq"), cancellation: cancellation);
            await Task.WhenAll(postgres, rabbitMq);
            return new(directory, await postgres, await rabbitMq);
        }
        catch
        {
            await EndAsync(directory);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Launcher.Errand.EndAsync(directory);
        await Task.WhenAll(rabbitMq.StopAsync(), postgres.StopAsync(PostgresStop.Immediate));
        await EndAsync(directory);
    }

    /// <summary>Ends and deletes what runs that were killed have left behind.</summary>
    static async Task SweepAsync(string all)
    {
        var directories = Directory.Exists(all) ? Directory.GetDirectories(all) : [];
        foreach (var abandoned in directories.Where(directory => OwnerOf(directory).Living() is null))
        {
            await EndAsync(abandoned);
        }
    }

    static async Task EndAsync(string directory)
    {
        await Launcher.Errand.EndAsync(directory);
        var postgres = Path.Combine(directory, "postgres");
        var rabbitMq = Path.Combine(directory, "rabbitmq");
        await RabbitMqNode.EndLeftoversIn(rabbitMq, TimeSpan.FromSeconds(5));
        await PostgresCluster.EndLeftoversIn(postgres, TimeSpan.FromSeconds(5));
        ServerDirectory.Delete(postgres);
        ServerDirectory.Delete(rabbitMq);
        Directory.Delete(directory, recursive: true);
    }

    static PidFile OwnerOf(string directory) => new(Path.Combine(directory, "owner"));
}
