using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Runs;
using Dvt.Pipeline;

namespace Dvt.ReadModels;

/// <summary>Bars of a Gantt chart, one per attempt of a step, in order of their beginning.</summary>
/// <param name="EndedAt">Null while the run goes on.</param>
public sealed record RunTimeline(
    string RunId, string Status, DateTimeOffset? QueuedAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, IReadOnlyList<TimelineBar> Bars);

/// <param name="Status"><c>RUNNING</c>, <c>COMPLETED</c>, <c>FAILED</c>, <c>SKIPPED</c>, <c>CANCELLED</c>, or <c>WAITING</c> and <c>WAITED</c> for the pause before a retry.</param>
/// <param name="Compensation">The bar is an attempt to undo the step.</param>
/// <param name="EndedAt">Null while it goes on; equal to the beginning for what took no time.</param>
/// <param name="Approval">What was asked of whom, and what they answered; null where nobody was asked.</param>
public sealed record TimelineBar(
    string StepId, int Attempt, string Status, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, bool Compensation = false,
    TimelineApproval? Approval = null);

/// <param name="Roles">That may decide, those of escalations included.</param>
public sealed record TimelineApproval(string Title, IReadOnlyList<string> Roles, DateTimeOffset? Deadline, IReadOnlyList<TimelineMark> Marks);

/// <param name="What"><c>approved</c>, <c>denied</c>, <c>escalated</c>, <c>expired</c> or <c>withdrawn</c>.</param>
/// <param name="By">The person; null when it was time.</param>
public sealed record TimelineMark(string What, string? By, DateTimeOffset At);

public sealed partial class RunQueries
{
    /// <summary>When each attempt of each step began and ended; null when there is no such run.</summary>
    public async Task<Fresh<RunTimeline>?> TimelineAsync(Guid tenantId, string runId, CancellationToken stop)
    {
        var timeline = new Timeline(runId);
        var position = new LogPosition();
        var (afterSeq, more) = (0L, true);
        while (more)
        {
            var (first, events, reached) = await ReadLogAsync(tenantId, runId, afterSeq, EventsAtOnce, stop);
            if (first is null)
                return null;
            foreach (var e in events)
                timeline.Add(e);
            (afterSeq, more, position) = (events.Count > 0 ? events[^1].Seq : afterSeq, events.Count == EventsAtOnce, reached);
        }
        return new(timeline.Build(), position);
    }

    /// <summary>Needs the history alone, not the plan.</summary>
    internal sealed class Timeline(string runId)
    {
        readonly List<TimelineBar> bars = [];
        readonly Dictionary<(string StepId, bool Compensation), int> open = [];
        string status = "PENDING";
        DateTimeOffset? queuedAt, startedAt, endedAt;

        public RunTimeline Build() => new(runId, status, queuedAt, startedAt, endedAt, [.. bars.OrderBy(b => b.StartedAt)]);

        public void Add(LoggedEvent e)
        {
            switch (e.Type)
            {
                case nameof(RunQueued): queuedAt = e.OccurredAt; break;
                case nameof(RunStarted): (status, startedAt) = ("RUNNING", e.OccurredAt); break;
                case nameof(RunPaused): status = "PAUSED"; break;
                case nameof(RunResumed): status = startedAt is null ? "PENDING" : "RUNNING"; break;
                case nameof(RunCompensationStarted): status = "RUNNING"; break;
                case nameof(RunCompleted): (status, endedAt) = ("COMPLETED", e.OccurredAt); break;
                case nameof(RunFailed): (status, endedAt) = ("FAILED", e.OccurredAt); break;
                case nameof(RunCancelled): (status, endedAt) = ("CANCELLED", e.OccurredAt); break;
                default: AddStep(e); break;
            }
        }

        void AddStep(LoggedEvent e)
        {
            if (!e.Type.StartsWith("Step", StringComparison.Ordinal) && !e.Type.StartsWith("Approval", StringComparison.Ordinal))
                return;
            using var data = JsonDocument.Parse(e.Data, RunHead.Deep);
            if (RunEvents.Read(e.Type, data.RootElement) is not IStepEvent step)
                return;
            switch (step)
            {
                case StepStarted:
                case StepCompensationStarted:
                    Close(step, e.OccurredAt, "WAITED");
                    Open(step, "RUNNING", e.OccurredAt);
                    break;
                case StepCompensated: End(step, "COMPLETED", e.OccurredAt); break;
                case StepCompensationFailed failed:
                    End(step, "FAILED", e.OccurredAt);
                    if (!failed.Final)
                        Open(step, "WAITING", e.OccurredAt, attempt: step.Attempt + 1);
                    break;
                case StepRetryScheduled: Open(step, "WAITING", e.OccurredAt); break;
                case StepCompleted: End(step, "COMPLETED", e.OccurredAt); break;
                case StepFailed: End(step, "FAILED", e.OccurredAt); break;
                case StepSkipped: End(step, "SKIPPED", e.OccurredAt); break;
                case StepCancelled: End(step, "CANCELLED", e.OccurredAt); break;
                default: AddApproval(step, e.OccurredAt); break;
            }
        }

        void AddApproval(IStepEvent step, DateTimeOffset at)
        {
            if (!open.TryGetValue(KeyOf(step), out var place))
                return;
            var asked = bars[place].Approval;
            bars[place] = bars[place] with
            {
                Approval = step switch
                {
                    ApprovalRequested requested => new(requested.Terms.Title, requested.Terms.Roles, requested.Deadline, []),
                    ApprovalEscalated escalated => Marked(asked, "escalated", by: null, at) with { Roles = escalated.Roles, Deadline = escalated.Deadline },
                    ApprovalGranted granted => Marked(asked, "approved", granted.By, at),
                    ApprovalDenied denied => Marked(asked, "denied", denied.By, at),
                    ApprovalExpired => Marked(asked, "expired", by: null, at),
                    ApprovalWithdrawn => Marked(asked, "withdrawn", by: null, at),
                    _ => asked,
                },
            };
        }

        static TimelineApproval Marked(TimelineApproval? asked, string what, string? by, DateTimeOffset at) =>
            asked! with { Marks = [.. asked!.Marks, new(what, by, at)] };

        void Open(IStepEvent step, string state, DateTimeOffset at, int? attempt = null)
        {
            open[KeyOf(step)] = bars.Count;
            bars.Add(new(step.StepId, attempt ?? step.Attempt, state, at, null, IsCompensation(step)));
        }

        void End(IStepEvent step, string state, DateTimeOffset at)
        {
            if (!open.ContainsKey(KeyOf(step)))
                Open(step, state, at);
            Close(step, at, state);
        }

        void Close(IStepEvent step, DateTimeOffset at, string state)
        {
            if (open.Remove(KeyOf(step), out var place))
                bars[place] = bars[place] with { Status = state, EndedAt = at };
        }

        static (string, bool) KeyOf(IStepEvent step) => (step.StepId, IsCompensation(step));

        static bool IsCompensation(IStepEvent step) => step is StepCompensationStarted or StepCompensated or StepCompensationFailed;
    }
}
