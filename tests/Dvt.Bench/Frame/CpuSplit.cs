using Npgsql;

namespace Dvt.Bench;

/// <summary>Who used how many processor seconds since it was made.</summary>
sealed class CpuSplit
{
    readonly Dictionary<string, Func<double>> meters = [];
    readonly Dictionary<string, double> began;

    public CpuSplit(Settings settings, IEnumerable<RoleProcess> processes)
    {
        foreach (var role in processes)
            meters[role.Name] = () => role.Usage.Cpu;
        if (ProcessUsage.Listener(new NpgsqlConnectionStringBuilder(settings.Postgres).Port) is { } postgres)
            meters["postgres"] = () => ProcessUsage.CpuOfTree(postgres);
        if (ProcessUsage.Listener(new Uri(settings.RabbitMq).Port) is { } rabbit)
            meters["rabbitmq"] = () => ProcessUsage.CpuOfTree(rabbit);
        meters["bench"] = () => ProcessUsage.Of(Environment.ProcessId).Cpu;
        began = Read();
    }

    /// <summary>Seconds by role since the beginning.</summary>
    public Dictionary<string, double> Seconds() => Read().ToDictionary(r => r.Key, r => Math.Round(r.Value - began[r.Key], 2));

    Dictionary<string, double> Read() => meters.ToDictionary(m => m.Key, m => m.Value());
}
