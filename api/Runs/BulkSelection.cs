using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Runs;
using Dvt.ReadModels;

namespace Dvt.Api;

/// <summary>The runs that a filter chooses, as the view has them, and what a signal would come to for each.</summary>
sealed class BulkSelection(string signalType)
{
    /// <summary>Runs of one job, at the most.</summary>
    public const int MaxRuns = 100_000;

    const int Samples = 20;

    public List<string> RunIds { get; } = [];

    public List<RunRow> Sample { get; } = [];

    public SortedDictionary<string, int> ByStatus { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, int> Refused { get; } = new(StringComparer.Ordinal);

    public int WithoutEffect { get; private set; }

    /// <exception cref="ProblemException">422: the filter chooses too many.</exception>
    public static async Task<BulkSelection> OfAsync(Call call, JsonElement filter, string signalType)
    {
        var selection = new BulkSelection(signalType);
        var now = call.Backend.Clock.GetUtcNow();
        string? cursor = null;
        do
        {
            var page = call.Told(await call.Backend.Runs.SelectAsync(call.Caller.TenantId, Read(filter, cursor, now), call.Stop));
            foreach (var run in page.Items)
                selection.Add(run);
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        return selection;
    }

    // Oldest first and up to now, so that runs started meanwhile neither move the pages nor make them endless.
    static RunFilter Read(JsonElement filter, string? cursor, DateTimeOffset now)
    {
        var to = Time(filter, "to") is { } told && told < now ? told : now;
        var labels = filter.TryGetProperty("labels", out var given) ? given.EnumerateObject().ToDictionary(l => l.Name, l => l.Value.GetString()!) : [];
        return new(Text(filter, "status"), Text(filter, "planId"), Text(filter, "version"), labels, Time(filter, "from"), to, Text(filter, "q"), "queuedAt",
            RunQueries.MaxSelected, cursor);
    }

    static string? Text(JsonElement filter, string name) => filter.TryGetProperty(name, out var value) ? value.GetString() : null;

    static DateTimeOffset? Time(JsonElement filter, string name)
    {
        if (Text(filter, name) is not { } text)
            return null;
        return DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out var moment)
            ? moment
            : throw new ProblemException(Problems.ValidationFailed, "See errors for what cannot be taken.", [new($"/filter/{name}", "invalid_time", "is no RFC 3339 moment")]);
    }

    void Add(RunRow run)
    {
        if (RunIds.Count == MaxRuns)
            throw new ProblemException(Problems.TooManyRuns, $"The filter chooses more than {MaxRuns} runs: narrow it, for example by from and to.");
        RunIds.Add(run.RunId);
        if (Sample.Count < Samples)
            Sample.Add(run);
        ByStatus[run.Status] = ByStatus.GetValueOrDefault(run.Status) + 1;
        if (RefusalOf(run) is { } code)
            Refused[code] = Refused.GetValueOrDefault(code) + 1;
        else if (HoldsAlready(run))
            WithoutEffect++;
    }

    string? RefusalOf(RunRow run) => (signalType, run.Status) switch
    {
        (SignalTypes.RetryRun, "COMPLETED" or "FAILED" or "CANCELLED") => null,
        (SignalTypes.RetryRun, _) => "RUN_NOT_TERMINAL",
        (SignalTypes.Cancel or SignalTypes.EmergencyStop, "CANCELLED") => null,
        (_, "COMPLETED" or "FAILED" or "CANCELLED") => "RUN_TERMINAL",
        (SignalTypes.Resume, "PAUSED") when run.Substatus == "STEP_FAILED" => "RUN_PARKED",
        _ => null,
    };

    bool HoldsAlready(RunRow run) => signalType switch
    {
        SignalTypes.Pause => run is { Status: "PAUSED", Substatus: not "STEP_FAILED" },
        SignalTypes.Resume => run.Status != "PAUSED",
        SignalTypes.Cancel or SignalTypes.EmergencyStop => run.Status == "CANCELLED",
        _ => false,
    };

    /// <summary>What is wrong with a signal whatever run it is for.</summary>
    /// <exception cref="ProblemException">403 or 422, as for a single signal.</exception>
    public static void Judge(Caller caller, string signalType, string? reason, JsonElement? payload)
    {
        if (SignalShape.Check(signalType, reason, payload) is { } malformed)
            throw new ProblemException(Problems.SignalInvalidPayload, malformed.Detail);
        if (!SignalShape.Allows(signalType, caller.Roles))
            throw new ProblemException(Problems.AuthzDenied, $"Your roles do not allow {signalType}.");
        if (SignalShape.NeedsReason(signalType) && string.IsNullOrWhiteSpace(reason))
            throw new ProblemException(Problems.ReasonRequired, $"{signalType} needs a reason.");
    }
}
