using System.Text;
using Dvt.Contracts;
using Dvt.Engine.Runs;
using Dvt.Pipeline;

namespace Dvt.ReadModels;

/// <summary>A history that never was, shown as one that is in the log.</summary>
/// <param name="Events">As <c>GET /v1/runs/{runId}/events</c> would show them.</param>
public sealed record SimulatedHistory(IReadOnlyList<RunEventView> Events, RunTimeline Timeline)
{
    public const string Actor = "simulator";

    public static SimulatedHistory Of(Guid tenantId, Run run, IEnumerable<(IEvent Event, DateTimeOffset At)> history)
    {
        var stream = TailEvent.RunPrefix + run.RunId;
        var streamId = NamedId.OfStream(tenantId, stream);
        var head = new RunHead(run.RunId, run.Plan.PlanId, run.Plan.Version, stream);
        var timeline = new RunQueries.Timeline(run.RunId);
        var events = new List<RunEventView>();
        foreach (var (e, at) in history)
        {
            var seq = events.Count + 1;
            var logged = new LoggedEvent(
                Slot: 0, Offset: 0, tenantId, stream, seq, RunEvents.TypeName(e), Encoding.UTF8.GetString(RunEvents.Bytes(e)),
                NamedId.OfEvent(streamId, seq), CommandId: null, run.Context.CorrelationId, Actor, at, at);
            events.Add(head.View(logged));
            timeline.Add(logged);
        }
        return new(events, timeline.Build());
    }
}
