namespace Dvt.Launcher;

/// <summary>The repository and the directory beside its sources that holds everything a running Dvt writes.</summary>
sealed record DvtHome(string Root, string Directory)
{
    public string EnvFile => At("env");

    /// <summary>Where each role shows its metrics, as Prometheus reads targets from files.</summary>
    public string MetricsFile => At("prometheus.json");

    public string SecretsFile => At("secrets.json");

    public string StateFile => At("state.json");

    public string LockFile => At("supervisor.lock");

    public string SupervisorPidFile => At("supervisor.pid");

    public string Logs => At("logs");

    public string Programs => At("programs");

    public string Postgres => At("postgres");

    public string RabbitMq => At("rabbitmq");

    /// <summary>The supervisor's own record, under the name <c>supervisor</c>, and those of the roles.</summary>
    public PidFile PidOf(string name) => new(Path.Combine(At("run"), name));

    public string LogOf(string role) => Path.Combine(Logs, role + ".log");

    /// <summary>Roles whose processes were recorded, whether they still run or not.</summary>
    public IReadOnlyList<string> RecordedRoles() =>
        System.IO.Directory.Exists(At("run"))
            ? [.. System.IO.Directory.GetFiles(At("run")).Select(Path.GetFileName).OfType<string>().Where(name => name != "supervisor").Order(StringComparer.Ordinal)]
            : [];

    public DvtHome Create()
    {
        System.IO.Directory.CreateDirectory(At("run"));
        System.IO.Directory.CreateDirectory(Logs);
        return this;
    }

    /// <summary>The repository this program was built in.</summary>
    public static DvtHome Find()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Dvt.sln")))
            {
                return new(directory.FullName, Path.Combine(directory.FullName, ".dvt"));
            }
        }

        throw new LauncherException("the launcher does not lie inside the repository");
    }

    string At(string name) => Path.Combine(Directory, name);
}
