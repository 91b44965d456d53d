namespace Dvt.Launcher;

/// <summary>Where everything is reached: an Npgsql connection string, an AMQP URI, two base addresses.</summary>
sealed record Endpoints(string Postgres, string RabbitMq, string Api, string Sandbox);
