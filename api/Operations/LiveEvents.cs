using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Pipeline;
using Dvt.ReadModels;
using Npgsql;

namespace Dvt.Api;

/// <summary>Server-sent events: of one run with its history before, or of everything of a tenant.</summary>
sealed class LiveEvents(
    LiveTail tail, RunQueries runs, Authentication authentication, NpgsqlDataSource postgres, IHostApplicationLifetime process, ILogger<LiveEvents> log)
{
    /// <summary>Streams of one process, at the most.</summary>
    const int MaxStreams = 5_000;

    static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    static readonly Dictionary<string, string> TopicOfPrefix = new()
    {
        ["run"] = "runs",
        ["plan"] = "plans",
        ["schedule"] = "schedules",
        ["command"] = "commands",
        ["booking"] = "bookings",
        ["unit"] = "bookings",
        ["block"] = "bookings",
        ["payment"] = "payments",
        ["tenant"] = "audit",
        ["user"] = "audit",
        ["key"] = "audit",
        ["access"] = "audit",
    };

    /// <summary>Only what <c>emit</c> steps tell; it is among the runs' events too.</summary>
    const string Emitted = "events";

    int open;

    public async Task FollowRunAsync(Call call, string runId, long afterSeq)
    {
        var stream = $"run-{runId}";
        RunHead? head = null;
        // Taken before the history is read: what comes while reading is then told by the tail, once.
        var from = await HeadsAsync(call.Stop);
        await using var writer = Begin(call);
        if (await runs.EventsAsync(call.Caller.TenantId, runId, cursor: null, limit: 1, call.Stop) is { Value.Items: [var first, ..] })
            head = new RunHead(runId, first.PlanId, first.PlanVersion, stream);
        var ended = false;
        await foreach (var e in runs.AllEventsAsync(call.Caller.TenantId, runId, afterSeq: 0, call.Stop))
        {
            ended |= IsLast(e.Type);
            if (e.Seq > afterSeq)
                await writer.WriteAsync(e.Seq.ToString(CultureInfo.InvariantCulture), e.Type, e);
            afterSeq = Math.Max(afterSeq, e.Seq);
        }
        await writer.FlushAsync();
        if (!ended)
            await RelayAsync(call, writer, tail.Subscribe(call.Caller.TenantId, e => e.Stream == stream, from, call.Stop), async item =>
            {
                if (item.Event is not { } logged)
                {
                    await writer.WriteAsync(id: null, "reset", new { reason = "too_old" });
                    return false;
                }
                head ??= RunHead.Of(logged);
                if (logged.Seq <= afterSeq)
                    return true;
                afterSeq = logged.Seq;
                await writer.WriteAsync(logged.Seq.ToString(CultureInfo.InvariantCulture), logged.Type, head.View(logged));
                return !(ended = IsLast(logged.Type));
            });
        if (ended)
            await writer.WriteAsync(id: null, "end", new { runId });
        await writer.FlushAsync();
    }

    static bool IsLast(string type) => type is nameof(RunCompleted) or nameof(RunFailed) or nameof(RunCancelled);

    async Task<LogPosition> HeadsAsync(CancellationToken stop)
    {
        await using var command = postgres.CreateCommand("select slot, head from log.slot");
        await using var reader = await command.ExecuteReaderAsync(stop);
        return await EventLog.ReadHeadsAsync(reader, stop);
    }

    public async Task FollowTenantAsync(Call call)
    {
        var topics = Topics(call);
        string? given = call.Http.Request.Headers["Last-Event-ID"];
        LogPosition? from = null;
        if (given is { Length: > 0 } && !LogPosition.TryParse(given, out from))
            throw new ProblemException(Problems.InvalidParameter, "Last-Event-ID is no position that this API gave out.",
                [new("Last-Event-ID:", "invalid_parameter", "is no position")]);
        await using var writer = Begin(call);
        await writer.FlushAsync();
        await RelayAsync(call, writer, tail.Subscribe(call.Caller.TenantId, e => topics.Contains(TopicOf(e, topics)), from, call.Stop), async item =>
        {
            if (item.Event is { } e)
                await writer.WriteAsync(item.Position.ToString(), e.Type, Shown(e, TopicOf(e, topics)));
            else
                await writer.WriteAsync(item.Position.ToString(), "reset", new { reason = "too_old" });
            return true;
        });
    }

    static HashSet<string> Topics(Call call)
    {
        var allowed = TopicOfPrefix.Values.Append(Emitted).Where(t => t != "audit" || call.Caller.May(Permission.ReadAudit)).ToHashSet();
        if (call.Query("topics") is not { } wanted)
            return allowed;
        var topics = wanted.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToHashSet();
        if (topics.Except(TopicOfPrefix.Values).FirstOrDefault(t => t != Emitted) is { } unknown)
            throw Call.InvalidParameter("topics", $"names {unknown}, which is none of {string.Join(", ", TopicOfPrefix.Values.Append(Emitted).Distinct())}");
        if (!topics.IsSubsetOf(allowed))
            throw new ProblemException(Problems.Forbidden, $"{Permission.ReadAudit} is needed for the topic audit.");
        return topics;
    }

    static string TopicOf(LoggedEvent e, HashSet<string> wanted) =>
        e.Type == nameof(EventEmitted) && wanted.Contains(Emitted) ? Emitted : TopicOf(e.Stream);

    static string TopicOf(string stream) =>
        stream.IndexOf('-', StringComparison.Ordinal) is > 0 and var end ? TopicOfPrefix.GetValueOrDefault(stream[..end], "") : "";

    static object Shown(LoggedEvent e, string topic) => new
    {
        topic,
        e.Type,
        e.Seq,
        resourceId = e.Stream[(e.Stream.IndexOf('-', StringComparison.Ordinal) + 1)..],
        e.EventId,
        e.CommandId,
        e.CorrelationId,
        e.Actor,
        e.OccurredAt,
        e.RecordedAt,
        data = PersonalDataCodec.Readable(e.Json),
    };

    SseWriter Begin(Call call)
    {
        if (Interlocked.Increment(ref open) > MaxStreams)
        {
            Interlocked.Decrement(ref open);
            throw new ProblemException(Problems.Unavailable, "Too many streams are open.") { RetryAfter = 5 };
        }
        var response = call.Http.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        return new SseWriter(response, () => Interlocked.Decrement(ref open), call.Stop);
    }

    /// <summary>Writes items until one says it was the last, the reader leaves or is too slow, its credential ends, or the process does.</summary>
    async Task RelayAsync(Call call, SseWriter writer, IAsyncEnumerable<LiveItem> items, Func<LiveItem, Task<bool>> write)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(call.Stop, process.ApplicationStopping);
        var enumerator = items.GetAsyncEnumerator(leaving.Token);
        var next = enumerator.MoveNextAsync().AsTask();
        var beat = Task.Delay(Heartbeat, leaving.Token);
        try
        {
            while (true)
            {
                // Also while events come without a pause: nobody reads on with a credential that has ended.
                if (beat.IsCompleted || !next.IsCompleted && await Task.WhenAny(next, beat) == beat)
                {
                    if (process.ApplicationStopping.IsCancellationRequested)
                        return;
                    await MayGoOnAsync(call);
                    await writer.BeatAsync();
                    beat = Task.Delay(Heartbeat, leaving.Token);
                    continue;
                }
                if (!await next)
                {
                    ApiLog.SlowReader(log, call.Endpoint.Path);
                    return;
                }
                if (!await write(enumerator.Current))
                    return;
                next = enumerator.MoveNextAsync().AsTask();
                if (!next.IsCompleted)
                    await writer.FlushAsync();
            }
        }
        catch (OperationCanceledException) when (process.ApplicationStopping.IsCancellationRequested)
        {
            // The reader comes back with its last id, to another process or to the next one here.
        }
        finally
        {
            await leaving.CancelAsync();
            // An enumerator must not be disposed while it is still moving.
            await next.ContinueWith(static _ => { }, TaskScheduler.Default);
            await enumerator.DisposeAsync();
        }
    }

    async Task MayGoOnAsync(Call call)
    {
        var caller = await authentication.IdentifyAsync(call.Http.Request);
        if (caller.Suspended)
            throw new ProblemException(Problems.TenantSuspended);
        if (!caller.May(call.Endpoint.Permission))
            throw new ProblemException(Problems.Forbidden);
    }
}

/// <summary>Writes a <c>text/event-stream</c>.</summary>
sealed class SseWriter(HttpResponse response, Action closed, CancellationToken stop) : IAsyncDisposable
{
    public async Task WriteAsync<T>(string? id, string type, T data)
    {
        var output = response.BodyWriter;
        if (id is not null)
            output.Write(Encoding.UTF8.GetBytes($"id: {id}\n"));
        output.Write(Encoding.UTF8.GetBytes($"event: {type}\ndata: "));
        // Compact JSON has no line breaks, so one data line holds it.
        using (var json = new Utf8JsonWriter(output, new() { Encoder = ContractsJson.Options.Encoder }))
            JsonSerializer.Serialize(json, data, ContractsJson.Options);
        output.Write("\n\n"u8);
        if (output.UnflushedBytes > 32 * 1024)
            await FlushAsync();
    }

    public Task BeatAsync()
    {
        response.BodyWriter.Write(": beat\n\n"u8);
        return FlushAsync();
    }

    public async Task FlushAsync() => await response.BodyWriter.FlushAsync(stop);

    public ValueTask DisposeAsync()
    {
        closed();
        return ValueTask.CompletedTask;
    }
}
