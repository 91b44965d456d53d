namespace Dvt.Client;

/// <summary>
/// Everything the API can do, by group: <c>dvt.Runs.StartAsync(…)</c>. Safe for use by many threads; make one and keep it.
/// The operations and records are generated from the OpenAPI document.
/// </summary>
public sealed partial class DvtClient
{
    static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    readonly Connection connection;

    /// <param name="http">Its <see cref="HttpClient.BaseAddress"/> is the API. Stays its owner's, and so do its handlers and its timeout.</param>
    /// <exception cref="ArgumentException">There is no base address.</exception>
    public DvtClient(HttpClient http, DvtClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (http.BaseAddress is not { IsAbsoluteUri: true } address || !address.AbsolutePath.EndsWith('/'))
            throw new ArgumentException("the base address must be absolute and end with a slash", nameof(http));
        connection = new Connection(http, options ?? new());
    }

    /// <summary>With an <see cref="HttpClient"/> of its own that follows no redirection, since one would carry the key away.</summary>
    public DvtClient(Uri address, string apiKey)
        : this(new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) }) { BaseAddress = Slashed(address) }, new() { ApiKey = apiKey })
    {
    }

    static Uri Slashed(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.AbsoluteUri.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");
    }

    /// <summary>Waits until an accepted order is decided; cancel it to give up.</summary>
    /// <returns>Done, refused or failed, with its code and position.</returns>
    public async Task<Command> DecidedAsync(Accepted accepted, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(accepted);
        while (true)
        {
            var command = await Commands.GetAsync(accepted.CommandId, cancellationToken: cancellationToken);
            if (command.Status != CommandStatus.Accepted)
                return command;
            await Task.Delay(BetweenLooks, connection.Options.Time, cancellationToken);
        }
    }

    /// <summary>Follows a run to its end and reads it then; cancel it to give up.</summary>
    public async Task<Run> EndedAsync(string runId, CancellationToken cancellationToken = default)
    {
        var run = await Runs.GetAsync(runId, cancellationToken: cancellationToken);
        if (run.HasEnded)
            return run;
        await foreach (var _ in Runs.StreamAsync(runId, cancellationToken: cancellationToken))
        {
            // Only its end is of interest.
        }
        return await Runs.GetAsync(runId, cancellationToken: cancellationToken);
    }
}

public sealed partial record Run
{
    /// <summary>It will not move again by itself.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool HasEnded => Status == RunStatus.Completed || Status == RunStatus.Failed || Status == RunStatus.Cancelled;
}
