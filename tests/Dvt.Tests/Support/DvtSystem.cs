using Dvt.Api;
using Dvt.Launcher;
using Dvt.Pipeline;
using Dvt.ReadModels;
using Dvt.Sandbox;
using Dvt.Workers;
using Npgsql;
using Xunit.Abstractions;

namespace Dvt.Tests.Support;

/// <summary>All of Dvt as real processes, in a database and a virtual host of its own. Disposing ends every one of them.</summary>
sealed class DvtSystem : IAsyncDisposable
{
    public const string PlatformKey = "dvt_PPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPP";

    static readonly string KeyEncryptionKey = Convert.ToBase64String("0123456789abcdef0123456789abcdef"u8);

    readonly List<DvtProcess> processes = [];
    readonly Dictionary<string, string> settings;
    readonly DirectoryInfo logs = Directory.CreateTempSubdirectory("dvt-system-");

    public DvtSystem(string postgres, string rabbitMq)
    {
        Options = new PostgresOptions { ConnectionString = postgres, MaxPoolSize = 20 };
        RabbitMqUri = rabbitMq;
        var smtp = FreePort.Any().ToString(System.Globalization.CultureInfo.InvariantCulture);
        Database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(postgres) { MaxPoolSize = 20, Timeout = 5 }.ConnectionString);
        settings = new()
        {
            ["Postgres__ConnectionString"] = postgres,
            ["RabbitMq__Uri"] = rabbitMq,
            ["Workers__TestKinds"] = "true",
            ["Sandbox__SmtpPort"] = smtp,
            ["Mail__Host"] = "127.0.0.1",
            ["Mail__Port"] = smtp,
            ["Workers__KeyEncryptionKey"] = KeyEncryptionKey,
            ["Workers__WebhookTimeoutSeconds"] = "4",
            ["Workers__CalendarTimeoutSeconds"] = "4",
            ["Workers__WebhookRetries"] = "PT0.2S,PT0.4S,PT0.8S,PT1.5S,PT3S,PT5S",
            ["Logging__LogLevel__Default"] = "Information",
        };
        Orders = new Orders(this);
    }

    public PostgresOptions Options { get; }

    public string RabbitMqUri { get; }

    /// <summary>As the installation's user, whom no row is hidden from.</summary>
    public NpgsqlDataSource Database { get; }

    public Orders Orders { get; }

    public IReadOnlyList<DvtProcess> Workers => Of("workers");

    public DvtProcess Api => Of("api")[0];

    public Uri Sandbox => Of("sandbox")[0].Url!;

    /// <summary>Of all that ran, by their order of launch.</summary>
    public string Pids => string.Join(' ', processes.Select(p => $"{p.Role}={p.Pid}{(p.IsAlive ? "" : "!")}"));

    public DvtProcess ReadModels => Of("readmodels")[0];

    public bool HasViews => Of("readmodels").Count > 0;

    public bool HasSandbox => Of("sandbox").Count > 0;

    IReadOnlyList<DvtProcess> Of(string role) => [.. processes.Where(p => p.Role == role)];

    /// <summary>Starts one process of each named role, side by side, and returns when all answer.</summary>
    public async Task StartAsync(params string[] roles) =>
        await Task.WhenAll(roles.Select(role => Launch(role)).ToList().Select(p => p.ReadyAsync()));

    public DvtProcess Launch(string role, params (string Key, string Value)[] more)
    {
        var (assembly, extra) = role switch
        {
            "workers" => (typeof(WorkersHost).Assembly, HasSandbox ? OfSandbox() : NoSettings),
            "readmodels" => (typeof(ReadModelsHost).Assembly, NoSettings),
            "sandbox" => (typeof(SandboxHost).Assembly, Quiet),
            "api" => (typeof(ApiHost).Assembly, ApiSettings),
            _ => throw new ArgumentException(role, nameof(role)),
        };
        var all = new Dictionary<string, string>(settings);
        foreach (var (key, value) in extra.Select(e => (e.Key, e.Value)).Concat(more))
            all[key] = value;
        var process = DvtProcess.Start(role, assembly.Location, all, LogFile(role));
        processes.Add(process);
        return process;
    }

    /// <summary>A process that migrates and ends.</summary>
    public DvtProcess LaunchMigrator()
    {
        var process = DvtProcess.Start("migrate", typeof(WorkersHost).Assembly.Location, settings, LogFile("migrate"), listens: false, "migrate");
        processes.Add(process);
        return process;
    }

    string LogFile(string role) => Path.Combine(logs.FullName, $"{processes.Count:00}-{role}.log");

    /// <summary>Where the providers are that conversations need.</summary>
    Dictionary<string, string> OfSandbox() => Of("sandbox")[0].Url?.GetLeftPart(UriPartial.Authority) is not { } sandbox ? NoSettings : new()
    {
        ["Channels__WhatsAppUrl"] = $"{sandbox}/whatsapp/v23.0",
        ["Channels__WhatsAppToken"] = "sandbox",
        ["Channels__TranscriptionUrl"] = sandbox,
        ["Channels__TranscriptionKey"] = "sandbox",
        ["Workers__PaymentLink"] = $"{sandbox}/payments/{{code}}?amount={{amount}}&currency={{currency}}&lang={{language}}&account={{tenant}}",
    };

    static readonly Dictionary<string, string> NoSettings = [];
    static readonly Dictionary<string, string> Quiet = new() { ["Logging__LogLevel__Microsoft.AspNetCore"] = "Warning" };

    static readonly Dictionary<string, string> ApiSettings = new()
    {
        ["Api__KeyEncryptionKey"] = KeyEncryptionKey,
        ["Secrets__WhatsAppAppSecret"] = "test_app_secret",
        ["Secrets__WhatsAppVerifyToken"] = "test_verify_token",
        ["Api__Bootstrap__PlatformEmail"] = "platform@dvt.example",
        ["Api__Bootstrap__PlatformKey"] = PlatformKey,
        ["Api__DashboardPath"] = Browser.BrowserNeeds.Built,
    };

    /// <summary>The power is gone for all of ours; what is outside goes on.</summary>
    public Task KillAllAsync() => Task.WhenAll(Ours.Select(p => p.KillAsync()));

    public async Task StartAllAgainAsync()
    {
        foreach (var process in Ours)
            process.StartAgain();
        await Task.WhenAll(Ours.Select(p => p.ReadyAsync()));
    }

    IEnumerable<DvtProcess> Ours => processes.Where(p => p.Url is not null && p.Role != "sandbox");

    /// <summary>Kills it as a power cut would and starts it again at once.</summary>
    public static async Task ReplaceAsync(DvtProcess process)
    {
        await process.KillAsync();
        process.StartAgain();
    }

    /// <summary>Starts again whatever dies, as the supervisor does, until told to stop.</summary>
    public async Task KeepAliveAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            foreach (var dead in processes.Where(p => p.Url is not null && p.Exited.IsCompleted))
                dead.StartAgain();
            await Loop.PauseAsync(TimeSpan.FromMilliseconds(50), stop);
        }
    }

    public async Task<T> ReadAsync<T>(string sql, params object[] values)
    {
        await using var command = Database.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string sql, params object[] values)
    {
        await using var command = Database.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>First column of every row, as text.</summary>
    public async Task<List<string>> RowsAsync(string sql, params object[] values)
    {
        await using var command = Database.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
            rows.Add(string.Join(' ', Enumerable.Range(0, reader.FieldCount).Select(i => reader.GetValue(i))));
        return rows;
    }

    /// <summary>Those that Prometheus would ask.</summary>
    public IReadOnlyList<DvtProcess> Told => [.. Ours];

    /// <summary>All that each process of ours has said.</summary>
    public IReadOnlyList<string> Logs => [.. Ours.Select(p => p.Log)];

    /// <summary>What every process said last, for a test that failed.</summary>
    public void Tell(ITestOutputHelper output)
    {
        foreach (var process in processes)
            output.WriteLine($"--- {process.Role} {process.Pid}{(process.IsAlive ? "" : " (dead)")}\n{process.Tail}");
    }

    public async ValueTask DisposeAsync()
    {
        await Orders.DisposeAsync();
        await Task.WhenAll(processes.Select(p => p.KillAsync()));
        await Database.DisposeAsync();
        logs.Delete(recursive: true);
    }
}
