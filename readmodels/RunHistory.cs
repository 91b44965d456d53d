using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Json;
using Dvt.Engine.Runs;
using Dvt.Pipeline;
using Npgsql;

namespace Dvt.ReadModels;

/// <summary>An event of a run as the API shows it.</summary>
/// <param name="Attempt">Of the step; null for events of the whole run.</param>
/// <param name="Data">The event's own fields, in canonical form.</param>
public sealed record RunEventView(
    Guid EventId, string Type, long Seq, string RunId, string PlanId, string PlanVersion, string? StepId, int? Attempt, int EngineAttempt,
    string Actor, DateTimeOffset OccurredAt, DateTimeOffset RecordedAt, string IdempotencyKey, string? CorrelationId, JsonElement Data);

/// <summary>A run folded from its history.</summary>
/// <param name="SnapshotHash">Names the version of its rule, such as <c>s1:…</c>.</param>
/// <param name="Actor">Who ordered it.</param>
public sealed record RunDetail(RunSnapshot Snapshot, string SnapshotHash, string Actor, string? CorrelationId);

/// <summary>What a history says about its run before any folding.</summary>
/// <param name="Stream">Of the log.</param>
public sealed record RunHead(string RunId, string PlanId, string PlanVersion, string Stream)
{
    public static RunHead Of(LoggedEvent queued)
    {
        var fields = QueuedFields.Read(System.Text.Encoding.UTF8.GetBytes(queued.Data));
        return new(queued.Stream[TailEvent.RunPrefix.Length..], fields.PlanId, fields.PlanVersion, queued.Stream);
    }

    /// <summary>The event as the API shows it.</summary>
    public RunEventView View(LoggedEvent logged)
    {
        using var document = JsonDocument.Parse(logged.Data, Deep);
        var data = JsonElement.Parse(CanonicalJson.Canonicalize(document.RootElement), Deep);
        var e = RunEvents.Read(logged.Type, data);
        var step = e as IStepEvent;
        return new(logged.EventId, logged.Type, logged.Seq, RunId, PlanId, PlanVersion, step?.StepId, step?.Attempt, step?.EngineAttempt ?? 1,
            logged.Actor, logged.OccurredAt, logged.RecordedAt, EventKeys.Of(RunId, e, PlanId, PlanVersion), logged.CorrelationId, data);
    }

    internal static readonly JsonDocumentOptions Deep = new() { MaxDepth = 256 };
}

public sealed partial class RunQueries
{
    const int EventsAtOnce = 2_000;
    const string EventSort = "seq";

    /// <summary>A page of the history, in order; null when there is no such run.</summary>
    /// <exception cref="InvalidQueryException">A parameter is not understood.</exception>
    public async Task<Fresh<Page<RunEventView>>?> EventsAsync(Guid tenantId, string runId, string? cursor, int limit, CancellationToken stop)
    {
        Cursor.Limit(limit);
        var after = Cursor.Parse(cursor, EventSort, parts: 1) is { } key
            ? long.TryParse(key[0], NumberStyles.None, CultureInfo.InvariantCulture, out var seq) ? seq : throw Cursor.Invalid()
            : 0;
        var (head, events, position) = await ReadAsync(tenantId, runId, after, limit + 1, stop);
        if (head is null)
            return null;
        List<RunEventView> views = [.. events.Select(head.View)];
        return new(Cursor.Cut(views, limit, e => Cursor.Of(EventSort, e.Seq.ToString(CultureInfo.InvariantCulture))), position);
    }

    /// <summary>The whole history from behind <paramref name="afterSeq"/>, as of when it is read. Empty when there is no such run.</summary>
    public async IAsyncEnumerable<RunEventView> AllEventsAsync(
        Guid tenantId, string runId, long afterSeq, [EnumeratorCancellation] CancellationToken stop)
    {
        while (true)
        {
            var (head, events, _) = await ReadAsync(tenantId, runId, afterSeq, EventsAtOnce, stop);
            if (head is null)
                yield break;
            foreach (var e in events)
                yield return head.View(e);
            if (events.Count < EventsAtOnce)
                yield break;
            afterSeq = events[^1].Seq;
        }
    }

    /// <summary>The run as its history has it now, not as any view does; null when there is no such run.</summary>
    public async Task<Fresh<RunDetail>?> FindAsync(Guid tenantId, string runId, CancellationToken stop)
    {
        if (await FoldAsync(tenantId, runId, stop) is not { } folded)
            return null;
        var run = folded.Run;
        lock (run)
            return new(new(run.Snapshot(), run.SnapshotHash(), folded.First.Actor, folded.First.CorrelationId), folded.Position);
    }

    /// <summary>The head, and events behind <paramref name="afterSeq"/>. Position: where the slot's last event shown is.</summary>
    async Task<(RunHead? Head, List<LoggedEvent> Events, LogPosition Position)> ReadAsync(
        Guid tenantId, string runId, long afterSeq, int limit, CancellationToken stop)
    {
        var (first, events, position) = await ReadLogAsync(tenantId, runId, afterSeq, limit, stop);
        return (first is null ? null : RunHead.Of(first), events, position);
    }

    async Task<(LoggedEvent? First, List<LoggedEvent> Events, LogPosition Position)> ReadLogAsync(
        Guid tenantId, string runId, long afterSeq, int limit, CancellationToken stop)
    {
        var stream = TailEvent.RunPrefix + runId;
        if (runId.Contains('\0'))
            return (null, [], new LogPosition());
        await using var query = new TenantQuery(api, tenantId);
        AddStream(query, tenantId, stream, afterSeq: 0, limit: 1);
        AddStream(query, tenantId, stream, afterSeq, limit);
        var read = await query.ReadAsync(async reader =>
        {
            var first = await EventLog.ReadStreamAsync(reader, afterSeq: 0, limit: 1, stop);
            await reader.NextResultAsync(stop);
            return (first.FirstOrDefault(), await EventLog.ReadStreamAsync(reader, afterSeq, limit, stop));
        }, stop);
        var (head, list) = read.Value;
        var last = list.Count > 0 ? list[^1] : head;
        return (head, list, last is null ? read.Position : With(read.Position, last));
    }

    static void AddStream(TenantQuery query, Guid tenantId, string stream, long afterSeq, int limit)
    {
        using var command = EventLog.StreamCommand(tenantId, stream, afterSeq, limit);
        query.Add(command.CommandText, tenantId, stream, afterSeq, (long)limit);
    }

    /// <summary>An answer from the log may be ahead of the views.</summary>
    static LogPosition With(LogPosition views, LoggedEvent last) =>
        new(views.Offsets.Where(o => o.Key != last.Slot).Append(new(last.Slot, Math.Max(views[last.Slot], last.Offset))));
}
