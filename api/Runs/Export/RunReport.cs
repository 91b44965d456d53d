using Dvt.Contracts;
using Dvt.ReadModels;

namespace Dvt.Api;

/// <summary>What the traceability report of a run is made of; the events themselves are read again while it is written.</summary>
/// <param name="Signals">Events of signals, with who sent them and why. The first <see cref="MostListed"/>, as of the others.</param>
/// <param name="Events">How many the history has.</param>
/// <param name="IsSound">The history is whole from 1, and every event has the id that its place gives it.</param>
sealed record RunReport(
    Guid TenantId, RunDetail Run, RunTimeline Timeline, IReadOnlyList<RunEventView> Signals, IReadOnlyList<RunEventView> Approvals,
    IReadOnlyList<RunEventView> Undoings, long Events, bool IsSound, DateTimeOffset GeneratedAt)
{
    public const int MostListed = 1_000;

    /// <summary>Null when there is no such run.</summary>
    public static async Task<RunReport?> ReadAsync(Call call, string runId)
    {
        var (tenantId, runs) = (call.Caller.TenantId, call.Backend.Runs);
        if (await runs.FindAsync(tenantId, runId, call.Stop) is not { } run || await runs.TimelineAsync(tenantId, runId, call.Stop) is not { } timeline)
            return null;
        call.Position(run.Position);
        List<RunEventView> signals = [], approvals = [], undoings = [];
        var streamId = NamedId.OfStream(tenantId, $"run-{runId}");
        var (events, isSound) = (0L, true);
        await foreach (var e in runs.AllEventsAsync(tenantId, runId, afterSeq: 0, call.Stop))
        {
            isSound &= e.Seq == ++events && e.EventId == NamedId.OfEvent(streamId, e.Seq);
            var list = e.Type switch
            {
                nameof(ExternalSignalReceived) or nameof(RunAlertRaised) => signals,
                _ when e.Type.StartsWith("Signal", StringComparison.Ordinal) => signals,
                _ when e.Type.StartsWith("Approval", StringComparison.Ordinal) => approvals,
                _ when e.Type.Contains("Compensat", StringComparison.Ordinal) => undoings,
                _ => null,
            };
            if (list?.Count < MostListed)
                list.Add(e);
        }
        return new(tenantId, run.Value, timeline.Value, signals, approvals, undoings, events, isSound, call.Backend.Clock.GetUtcNow());
    }

    /// <summary>The events that the report has counted, up to <paramref name="most"/>.</summary>
    public async IAsyncEnumerable<RunEventView> EventsAsync(Call call, long most)
    {
        await foreach (var e in call.Backend.Runs.AllEventsAsync(TenantId, Run.Snapshot.RunId, afterSeq: 0, call.Stop))
        {
            if (e.Seq > Events || e.Seq > most)
                yield break;
            yield return e;
        }
    }
}
