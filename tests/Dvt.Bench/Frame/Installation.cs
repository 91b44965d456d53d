using System.Security.Cryptography;
using Dvt.Contracts;
using Dvt.Pipeline;

namespace Dvt.Bench;

/// <summary>Which processes a bench wants, and how many workers.</summary>
sealed record Roles(int Workers = 1, bool ReadModels = true, bool Api = false, bool Sandbox = false);

/// <summary>Real processes on a database and queues of their own, as in production.</summary>
sealed class Installation : IAsyncDisposable
{
    public const string PlatformEmail = "platform@bench.example";
    public static readonly string PlatformKey = "dvt_" + System.Buffers.Text.Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    /// <summary>Beside this program's own output, the same configuration and framework.</summary>
    static readonly string Root = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../.."));
    static readonly string Output = Path.GetRelativePath(Path.Combine(AppContext.BaseDirectory, "../.."), AppContext.BaseDirectory);

    readonly Session session;
    readonly Dictionary<string, string> environment;
    readonly List<RoleProcess> processes = [];

    Installation(Session session, Scratch scratch, IReadOnlyDictionary<string, string>? more)
    {
        this.session = session;
        Scratch = scratch;
        environment = new(more ?? new Dictionary<string, string>())
        {
            ["Postgres__ConnectionString"] = scratch.ConnectionString,
            ["RabbitMq__Uri"] = session.Settings.RabbitMq,
            ["Workers__KeyEncryptionKey"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
        };
    }

    public Scratch Scratch { get; }

    public IReadOnlyList<RoleProcess> Processes => processes;

    public RoleProcess Api => processes.Find(p => p.Name == "api")!;

    public static async Task<Installation> StartAsync(
        Session session, string bench, Roles roles, CancellationToken stop, IReadOnlyDictionary<string, string>? more = null)
    {
        var scratch = await Scratch.MakeAsync(session.Settings, bench, stop);
        var installation = new Installation(session, scratch, more);
        try
        {
            await installation.StartAsync(roles, stop);
            return installation;
        }
        catch
        {
            await installation.DisposeAsync();
            throw;
        }
    }

    async Task StartAsync(Roles roles, CancellationToken stop)
    {
        await Scratch.DeleteQueuesAsync(AllQueues, stop);
        await using (var migrate = Start("migrate", "workers/Dvt.Workers", "migrate"))
            await migrate.SucceedAsync(stop);
        if (roles.Sandbox)
        {
            processes.Add(Start("sandbox", "ops/Dvt.Sandbox/Dvt.Sandbox"));
            environment["Sandbox__Url"] = processes[^1].Url;
        }
        for (var n = 1; n <= roles.Workers; n++)
            processes.Add(Start(n == 1 ? "workers" : $"workers-{n}", "workers/Dvt.Workers"));
        if (roles.ReadModels)
            await StartReadModelsAsync(stop);
        if (roles.Api)
            StartApi();
        foreach (var process in processes)
            await process.ReadyAsync("/healthz", stop);
        if (roles.Api)
            await FirstAccountAsync(stop);
        await OwnedAsync(stop);
    }

    async Task FirstAccountAsync(CancellationToken stop)
    {
        try
        {
            await Scratch.UntilAsync("first account", () => Scratch.ScalarAsync<bool>("select exists (select from identity.api_key)", stop), StartPatience, stop);
        }
        catch (TimeoutException none)
        {
            throw new TimeoutException($"{none.Message}\n{Api.LogTail()}", none);
        }
    }

    static IEnumerable<string> AllQueues =>
        [.. Slot.Worked.SelectMany(Slot.All).Select(Slot.Queue), .. Slot.Worked.Select(Topology.DeadQueue), Topology.StepQueue("echo"), Topology.StepQueue("http")];

    /// <summary>Projectors are separate, so that a bench may let the log grow before they look at it.</summary>
    public async Task StartReadModelsAsync(CancellationToken stop)
    {
        var projector = Start("readmodels", "readmodels/Dvt.ReadModels");
        processes.Add(projector);
        await projector.ReadyAsync("/healthz", stop);
        await Scratch.UntilAsync("projector", async () =>
        {
            projector.ThrowIfGone();
            return await Scratch.ScalarAsync<bool>("select exists (select from read.checkpoint where tail = 'live')", stop);
        }, StartPatience, stop);
    }

    void StartApi()
    {
        environment["Api__KeyEncryptionKey"] = environment["Workers__KeyEncryptionKey"];
        environment["Api__RequestsPerSecond"] = "1000000";
        environment["Api__Burst"] = "1000000";
        environment["Api__Bootstrap__PlatformEmail"] = PlatformEmail;
        environment["Api__Bootstrap__PlatformKey"] = PlatformKey;
        processes.Add(Start("api", "api/Dvt.Api"));
    }

    /// <summary>Ends one process and leaves the others.</summary>
    public async Task StopAsync(string name)
    {
        var process = processes.Find(p => p.Name == name)!;
        processes.Remove(process);
        await process.DisposeAsync();
    }

    RoleProcess Start(string name, string program, params ReadOnlySpan<string> arguments)
    {
        var folder = Path.Combine(Root, Path.GetDirectoryName(program)!, "bin", Output);
        return RoleProcess.Start(name, Path.Combine(folder, $"{Path.GetFileName(program)}.dll"), session.LogFolder, environment, arguments);
    }

    async Task OwnedAsync(CancellationToken stop) =>
        await Scratch.UntilAsync("slots", async () =>
        {
            foreach (var process in processes)
                process.ThrowIfGone();
            return await Scratch.ScalarAsync<long>(
                "select count(*) from log.lease where lease_until > clock_timestamp()", stop) == Slot.Worked.Count * Slot.PerDomain;
        }, StartPatience, stop);

    /// <summary>Empties all queues.</summary>
    public async Task PurgeAsync(CancellationToken stop)
    {
        await using var channel = await Scratch.Broker.OpenChannelAsync(channel: null, stop);
        foreach (var queue in Slot.Worked.SelectMany(Slot.All).Select(Slot.Queue))
            await channel.QueuePurgeAsync(queue, stop);
    }

    /// <summary>Stores and publishes a plan through a real command.</summary>
    public async Task PublishPlanAsync(Guid tenantId, BenchPlan plan, CancellationToken stop)
    {
        var envelope = plan.Save(tenantId);
        await Scratch.PublishAsync(Slot.Queue(Slot.Of(Domain.Runs, tenantId, envelope.Key)), envelope, stop);
        await Scratch.UntilAsync($"plan {plan.PlanId}", async () =>
        {
            foreach (var process in processes)
                process.ThrowIfGone();
            return await Scratch.ScalarAsync<bool>(
                "select exists (select from runs.plan where tenant_id = $1 and plan_id = $2 and state = 'published')", stop,
                new() { Value = tenantId }, new() { Value = plan.PlanId });
        }, StartPatience, stop);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Enumerable.Reverse(processes))
        {
            if (Environment.GetEnvironmentVariable("DVT_BENCH_LOGS") is "1")
                Session.Say($"{process.Name}:\n{process.LogTail()}");
            await process.DisposeAsync();
        }
        await Scratch.DeleteQueuesAsync(AllQueues, CancellationToken.None);
        await Scratch.DisposeAsync();
    }
}
