namespace Dvt.Bench;

/// <summary>One run of the program: what its benches share, so that all ratios are of one machine at one time.</summary>
sealed class Session(Settings settings) : IAsyncDisposable
{
    readonly string logs = Directory.CreateTempSubdirectory("dvt-bench-").FullName;
    Task<MachineLimits>? limits;

    public Settings Settings => settings;

    /// <summary>Gets the output of child processes; deleted at the end.</summary>
    public string LogFolder => logs;

    /// <summary>A figure has missed its target.</summary>
    public bool Missed { get; private set; }

    /// <summary>Measured once, by whoever needs them first.</summary>
    public Task<MachineLimits> LimitsAsync(CancellationToken stop) => limits ??= Limits.MeasureAsync(this, stop);

    public void Report(Figure figure)
    {
        Missed |= figure.Pass is false;
        Console.Out.WriteLine(figure.ToJson());
        Console.Out.Flush();
    }

    public static void Say(string remark) => Console.Error.WriteLine($"{DateTime.UtcNow:HH:mm:ss} {remark}");

    public ValueTask DisposeAsync()
    {
        Directory.Delete(logs, recursive: true);
        return ValueTask.CompletedTask;
    }
}
