using System.Collections.Concurrent;
using Dvt.Contracts;
using Dvt.Pipeline;
using NpgsqlTypes;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Dvt.Bench;

/// <summary>A million timers asleep, a tenth of a million due at once, and a steady trickle.</summary>
static class TimersBench
{
    const string Queue = "bench.timers";
    static readonly Guid Tenant = Guid.CreateVersion7();

    public static async Task RunAsync(Session session, CancellationToken stop)
    {
        var settings = session.Settings;
        var idle = settings.Span(seconds: 10, quick: 2);
        await using var on = await Installation.StartAsync(session, "timers", new Roles(ReadModels: false), stop);
        await Limits.DeclareAsync(on.Scratch, Queue, stop);
        await using var woken = await Woken.ListenAsync(on.Scratch, Queue, stop);
        await Task.Delay(settings.Span(seconds: 5, quick: 1), stop);
        var without = await CpuAsync(session, on, idle, stop);
        var asleep = settings.Size(1_000_000, quick: 10_000);
        await SetAsync(on, "asleep", asleep, "interval '1 day' + make_interval(secs => n)", stop);
        await on.Scratch.ExecuteAsync("vacuum (analyze) pipeline.timers", stop);
        var with = await CpuAsync(session, on, idle, stop);
        session.Report(new("timers", "idle", with.Values.Sum(), "CPU s/s")
        {
            Wanted = Target.ValueAtMost(without.Values.Sum() + 0.02),
            Inputs = new { asleep, withTimers = with, withoutTimers = without },
        });
        await AtOnceAsync(session, on, woken, asleep, stop);
        await TrickleAsync(session, on, woken, asleep, stop);
        await on.Scratch.DeleteQueuesAsync([Queue], stop);
    }

    /// <summary>Processor seconds per second of worker and Postgres.</summary>
    static async Task<Dictionary<string, double>> CpuAsync(Session session, Installation on, TimeSpan time, CancellationToken stop)
    {
        var cpu = new CpuSplit(session.Settings, on.Processes);
        await Task.Delay(time, stop);
        return cpu.Seconds().Where(c => c.Key is "workers" or "postgres").ToDictionary(c => c.Key, c => Math.Round(c.Value / time.TotalSeconds, 3));
    }

    static async Task AtOnceAsync(Session session, Installation on, Woken woken, int asleep, CancellationToken stop)
    {
        var timers = session.Settings.Size(100_000, quick: 2_000);
        woken.Clear();
        var cpu = new CpuSplit(session.Settings, on.Processes);
        await SetAsync(on, "at-once", timers, "interval '2 seconds'", stop);
        var due = await on.Scratch.ScalarAsync<DateTime>("select min(due) from pipeline.timers where key like 'at-once-%'", stop);
        await Scratch.UntilAsync("timers due at once", () => Task.FromResult(woken.Lateness.Count >= timers), TimeSpan.FromSeconds(120), stop);
        var seconds = woken.Lateness.Values.Max() / 1000;
        session.Report(new("timers", "at-once", seconds, "s")
        {
            Wanted = Target.ValueAtMost(30),
            Inputs = new { timers, asleep, due, perSecond = Figure.Round(timers / seconds), firedAgain = woken.Again, cpuSeconds = cpu.Seconds() },
        });
    }

    static async Task TrickleAsync(Session session, Installation on, Woken woken, int asleep, CancellationToken stop)
    {
        var perSecond = 200;
        var timers = (int)(perSecond * session.Settings.Span(seconds: 20, quick: 3).TotalSeconds);
        await Task.Delay(TimeSpan.FromSeconds(1), stop);
        woken.Clear();
        await SetAsync(on, "trickle", timers, $"interval '1 second' + make_interval(secs => n / {perSecond}.0)", stop);
        await Scratch.UntilAsync("trickle of timers", () => Task.FromResult(woken.Lateness.Count >= timers), TimeSpan.FromSeconds(120), stop);
        var lateness = new Percentiles(woken.Lateness.Values);
        session.Report(new("timers", "lateness-p99", lateness.P99, "ms")
        {
            Wanted = Target.ValueAtMost(250),
            Inputs = new { timers, perSecond, asleep, p50 = Figure.Round(lateness.P50), max = Figure.Round(lateness.Max) },
        });
    }

    /// <summary>As many rows as a batch of runs would have written, in one statement. The queue is the bench's own.</summary>
    static Task SetAsync(Installation on, string prefix, int timers, string after, CancellationToken stop) =>
        on.Scratch.ExecuteAsync(
            $"""
            insert into pipeline.timers (tenant_id, key, due, fire_at, queue, envelope)
            select $1, k.key, clock.now + {after}, clock.now + {after}, $3, convert_to(replace($4, '#', k.key), 'UTF8')
            from generate_series(1, $5) n
            cross join (select clock_timestamp() as now) clock
            cross join lateral (select $2 || '-' || n as key) k
            """, stop,
            new() { Value = Tenant }, new() { Value = prefix }, new() { Value = Queue },
            new() { Value = System.Text.Encoding.UTF8.GetString(Wire.Encode(Envelope)) }, new() { Value = timers });

    static readonly Envelope Envelope = new(
        Guid.Empty, nameof(WakeRun), Tenant, "#", "system", DateTimeOffset.UnixEpoch, ContractsJson.Element(new WakeRun("#")));

    /// <summary>Receives what timers send and clears them, as their domain would.</summary>
    sealed class Woken : IAsyncDisposable
    {
        readonly Scratch scratch;
        readonly IChannel channel;
        int again;

        Woken(Scratch scratch, IChannel channel)
        {
            this.scratch = scratch;
            this.channel = channel;
        }

        /// <summary>Milliseconds from the moment that was due, by key.</summary>
        public ConcurrentDictionary<string, double> Lateness { get; } = new();

        /// <summary>Messages of a timer that had come before.</summary>
        public int Again => again;

        public static async Task<Woken> ListenAsync(Scratch scratch, string queue, CancellationToken stop)
        {
            var channel = await scratch.Broker.OpenChannelAsync(channel: null, stop);
            await channel.BasicQosAsync(prefetchSize: 0, prefetchCount: 64, global: false, stop);
            var woken = new Woken(scratch, channel);
            var consumer = new AsyncEventingBasicConsumer(channel);
            consumer.ReceivedAsync += (_, message) => woken.TakeAsync([.. Wire.Decode(message.Body.Span).Select(e => e.Key)], message.DeliveryTag);
            await channel.BasicConsumeAsync(queue, autoAck: false, consumer, stop);
            return woken;
        }

        async Task TakeAsync(string[] keys, ulong tag)
        {
            var now = await scratch.ScalarAsync<DateTime>("select clock_timestamp()", CancellationToken.None);
            await using var clear = scratch.Database.CreateCommand("delete from pipeline.timers where tenant_id = $1 and key = any ($2) returning key, due");
            clear.Parameters.Add(new() { Value = Tenant });
            clear.Parameters.Add(EventLog.Array(NpgsqlDbType.Text, keys));
            var cleared = 0;
            await using (var reader = await clear.ExecuteReaderAsync())
                for (; await reader.ReadAsync(); cleared++)
                    Lateness[reader.GetString(0)] = (now - reader.GetDateTime(1)).TotalMilliseconds;
            Interlocked.Add(ref again, keys.Length - cleared);
            await channel.BasicAckAsync(tag, multiple: false);
        }

        public void Clear()
        {
            Lateness.Clear();
            again = 0;
        }

        public async ValueTask DisposeAsync() => await channel.DisposeAsync();
    }
}
