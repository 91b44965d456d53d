namespace Dvt.Launcher;

/// <summary>The servers of an installation: ours, or those named by <c>DVT_POSTGRES</c> and <c>DVT_RABBITMQ</c>.</summary>
sealed class PrivateServers(DvtHome home, NamedServers named, Action<string> say)
{
    PrivatePostgres? postgres;
    PrivateRabbitMq? rabbitMq;

    /// <summary>An Npgsql connection string.</summary>
    public string Postgres => postgres?.ConnectionString ?? named.Postgres!;

    /// <summary>An AMQP URI.</summary>
    public string RabbitMq => rabbitMq?.Uri ?? named.RabbitMq!;

    /// <summary>Starts those that are not named; both or none.</summary>
    public async Task StartAsync(CancellationToken stop)
    {
        try
        {
            if (named.Postgres is null)
            {
                say("starting PostgreSQL");
                postgres = await PrivatePostgres.StartAsync(home.Postgres, logFile: home.LogOf("postgres"), cancellation: stop);
                SayWhere(home.Postgres, postgres.Directory);
            }

            if (named.RabbitMq is null)
            {
                say("starting RabbitMQ");
                rabbitMq = await PrivateRabbitMq.StartAsync(home.RabbitMq, home.LogOf("rabbitmq"), stop);
                SayWhere(home.RabbitMq, rabbitMq.Directory);
            }
        }
        catch
        {
            await StopAsync();
            throw;
        }
    }

    public IEnumerable<(string Role, int Pid)> Pids() =>
        new[] { ("postgres", postgres?.Pid ?? 0), ("rabbitmq", rabbitMq?.Pid ?? 0) }.Where(server => server.Item2 > 0);

    /// <summary>Starts them again whenever they die, and calls <paramref name="changed"/> when the process is another.</summary>
    public IEnumerable<KeptAlive> Kept(Action changed)
    {
        if (postgres is not null)
        {
            yield return new("postgres", () => postgres.Exited, Then(postgres.RestartAsync, changed), say);
        }

        if (rabbitMq is not null)
        {
            yield return new("rabbitmq", () => rabbitMq.Exited, Then(rabbitMq.RestartAsync, changed), say);
        }
    }

    public async Task StopAsync()
    {
        if (rabbitMq is not null)
        {
            say("stopping RabbitMQ");
            await rabbitMq.StopAsync();
        }

        if (postgres is not null)
        {
            say("stopping PostgreSQL");
            await postgres.StopAsync();
        }
    }

    static Func<CancellationToken, Task> Then(Func<CancellationToken, Task> start, Action changed) => async stop =>
    {
        await start(stop);
        changed();
    };

    void SayWhere(string wanted, string directory)
    {
        if (directory != wanted)
        {
            say($"its system user cannot enter {wanted}: the data lies in {directory}");
        }
    }
}
