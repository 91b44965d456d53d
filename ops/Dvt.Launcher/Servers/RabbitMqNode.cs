using System.Text.Json;

namespace Dvt.Launcher;

/// <summary>What stays the same over restarts.</summary>
sealed record RabbitMqIdentity(string Password, int Port, int DistributionPort, int EpmdPort);

/// <summary>A node on disk: home with its cookie, database, configuration, <c>node.json</c> and the pids of its servers.</summary>
sealed class RabbitMqNode
{
    const string Sbin = "/usr/lib/rabbitmq/bin";
    const string LoopbackOnly = "-kernel inet_dist_use_interface {127,0,0,1}";
    static readonly SystemUser User = SystemUser.For("rabbitmq");

    readonly RabbitMqIdentity identity;
    readonly PidFile pidFile;
    readonly PidFile epmdPidFile;

    RabbitMqNode(string directory, string name, string? logFile, RabbitMqIdentity identity)
    {
        Directory = directory;
        Name = name;
        LogFile = logFile ?? At("rabbitmq.log");
        this.identity = identity;
        pidFile = new(At("server.pid"));
        epmdPidFile = new(At("epmd.pid"));
    }

    public string Directory { get; }

    public string Name { get; }

    public string LogFile { get; }

    public int Port => identity.Port;

    public string Uri => UriOf(identity);

    public static async Task<RabbitMqNode> OpenAsync(string wanted, string? logFile)
    {
        var directory = await ServerDirectory.PrepareAsync(wanted, User);
        // A node of before must be gone before its ports can be found free.
        await EndLeftoversIn(directory, TimeSpan.FromSeconds(20));
        var known = ReadIdentity(directory);
        var identity = new RabbitMqIdentity(
            known?.Password ?? RandomText.UrlSafe(24),
            FreePort.Prefer(known?.Port),
            FreePort.Prefer(known?.DistributionPort),
            FreePort.Prefer(known?.EpmdPort));
        return new(directory, $"dvt-{ServerDirectory.Hash(directory)}@localhost", logFile, identity);
    }

    /// <summary>The password and ports kept under the directory, wherever its data really lies; null when there are none.</summary>
    public static RabbitMqIdentity? ReadIdentity(string wanted) =>
        ServerDirectory.Existing(wanted)
            .Select(directory => Path.Combine(directory, "node.json"))
            .Where(File.Exists)
            .Select(file => JsonSerializer.Deserialize<RabbitMqIdentity>(File.ReadAllText(file)))
            .FirstOrDefault();

    public static string UriOf(RabbitMqIdentity identity) => $"amqp://dvt:{identity.Password}@127.0.0.1:{identity.Port}/";

    public async Task ConfigureAsync()
    {
        WholeFile.Write(At("node.json"), JsonSerializer.Serialize(identity));
        WholeFile.Write(At("enabled_plugins"), "[].\n");
        WholeFile.Write(At("rabbitmq.conf"), $"""
            listeners.tcp.1 = 127.0.0.1:{identity.Port}
            default_user = dvt
            default_pass = {identity.Password}
            loopback_users.dvt = true

            heartbeat = 10
            vm_memory_high_watermark.absolute = 1GB
            disk_free_limit.absolute = 200MB
            cluster_partition_handling = pause_minority
            raft.wal_max_size_bytes = 67108864

            log.console = true
            log.console.level = info
            log.console.use_colors = off
            log.file = false

            """);
        await User.OwnAsync(Directory);
    }

    public Child LaunchEpmd()
    {
        var child = Child.Start(new(User.Running("epmd"), Environment(), Directory, LogFile));
        epmdPidFile.Write(child.Identity);
        return child;
    }

    public Child Launch()
    {
        var child = Child.Start(new(User.Running($"{Sbin}/rabbitmq-server"), Environment(), Directory, LogFile));
        pidFile.Write(child.Identity);
        return child;
    }

    public Task<ShellResult> CtlAsync(IReadOnlyList<string> arguments) =>
        Shell.CaptureAsync(User.Running([$"{Sbin}/rabbitmqctl", .. arguments]), Environment(), Directory);

    public void Forget()
    {
        pidFile.Delete();
        epmdPidFile.Delete();
    }

    /// <summary>Ends a node and a name server that an earlier starter left in this directory.</summary>
    public static async Task EndLeftoversIn(string wanted, TimeSpan patience)
    {
        foreach (var directory in ServerDirectory.Existing(wanted))
        {
            await new PidFile(Path.Combine(directory, "server.pid")).EndAsync(Signal.Terminate, patience);
            await new PidFile(Path.Combine(directory, "epmd.pid")).EndAsync(Signal.Terminate, TimeSpan.FromSeconds(2));
        }
    }

    string At(string name) => Path.Combine(Directory, name);

    Dictionary<string, string> Environment() => new()
    {
        ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        ["LANG"] = "C.UTF-8",
        ["HOME"] = Directory,
        ["RABBITMQ_NODENAME"] = Name,
        ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
        ["RABBITMQ_NODE_PORT"] = $"{identity.Port}",
        ["RABBITMQ_DIST_PORT"] = $"{identity.DistributionPort}",
        ["RABBITMQ_MNESIA_BASE"] = At("mnesia"),
        ["RABBITMQ_LOG_BASE"] = At("log"),
        ["RABBITMQ_CONFIG_FILE"] = At("rabbitmq.conf"),
        ["RABBITMQ_CONF_ENV_FILE"] = At("none"),
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = At("enabled_plugins"),
        ["RABBITMQ_PID_FILE"] = At("rabbitmq.pid"),
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = LoopbackOnly,
        ["RABBITMQ_CTL_ERL_ARGS"] = LoopbackOnly,
        ["ERL_EPMD_PORT"] = $"{identity.EpmdPort}",
        ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
        // The script then replaces itself by the virtual machine instead of watching over it.
        ["RUNNING_UNDER_SYSTEMD"] = "true",
    };
}
