using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Dvt.Pipeline;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Dvt.Workers.Effects;

/// <summary>What a call says about the one called.</summary>
/// <param name="IsAiling">It counts against the other side: no connection, no answer, 5xx.</param>
readonly record struct HttpStepResult(StepOutcome Outcome, bool IsAiling);

/// <summary>
/// A circuit breaker per tenant and origin, around a timeout: one tenant's broken target costs neither its own worker
/// places for long nor any other tenant anything.
/// </summary>
sealed class HttpStepBreakers
{
    const string Closed = "closed";
    const string Open = "open";
    const string HalfOpen = "half_open";

    const int MostIdle = 4_096;
    static readonly TimeSpan BreakDuration = TimeSpan.FromSeconds(5);
    static readonly ResiliencePropertyKey<TimeSpan> Timeout = new("timeout");

    readonly TimeProvider time;
    readonly ConcurrentDictionary<(Guid TenantId, string Origin), Entry> breakers = new();

    public HttpStepBreakers(TimeProvider time)
    {
        this.time = time;
        PipelineMeters.Meter.CreateObservableGauge<long>("circuit_breaker_state", States);
    }

    sealed class Entry
    {
        readonly CircuitBreakerStateProvider breaker = new();
        readonly TimeProvider time;
        long openUntil;

        public Entry(TimeProvider time)
        {
            this.time = time;
            Pipeline = Build(time, breaker, rest => Volatile.Write(ref openUntil, (time.GetUtcNow() + rest).UtcTicks));
        }

        public ResiliencePipeline<HttpStepResult> Pipeline { get; }

        public long UsedAt { get; set; } = Environment.TickCount64;

        /// <summary>One that has rested lets the next call try, though only that call makes it half open for Polly.</summary>
        public string State => breaker.CircuitState switch
        {
            CircuitState.Closed => Closed,
            CircuitState.HalfOpen => HalfOpen,
            _ => time.GetUtcNow().UtcTicks < Volatile.Read(ref openUntil) ? Open : HalfOpen,
        };
    }

    /// <summary>How many there are of each state: tenants and origins are too many for labels.</summary>
    public IEnumerable<Measurement<long>> States()
    {
        var states = breakers.Values.CountBy(entry => entry.State).ToDictionary();
        foreach (var state in (string[])[Closed, HalfOpen, Open])
            yield return new(states.GetValueOrDefault(state), new("breaker", "http_step"), new KeyValuePair<string, object?>("state", state));
    }

    /// <exception cref="BrokenCircuitException">The breaker is open; nothing was sent.</exception>
    public async Task<HttpStepResult> RunAsync(
        Guid tenantId, string origin, TimeSpan timeout, Func<CancellationToken, Task<HttpStepResult>> call, CancellationToken stop)
    {
        var entry = breakers.GetOrAdd((tenantId, origin), static (_, time) => new Entry(time), time);
        entry.UsedAt = Environment.TickCount64;
        if (breakers.Count > MostIdle)
            ForgetIdle();
        var context = ResilienceContextPool.Shared.Get(stop);
        context.Properties.Set(Timeout, timeout);
        try
        {
            return await entry.Pipeline.ExecuteAsync(
                static async (context, call) => await call(context.CancellationToken), context, call);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    static ResiliencePipeline<HttpStepResult> Build(TimeProvider time, CircuitBreakerStateProvider state, Action<TimeSpan> opened) =>
        new ResiliencePipelineBuilder<HttpStepResult> { TimeProvider = time }
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions<HttpStepResult>
        {
            FailureRatio = 0.5,
            MinimumThroughput = 20,
            SamplingDuration = TimeSpan.FromSeconds(10),
            BreakDuration = BreakDuration,
            StateProvider = state,
            OnOpened = args =>
            {
                opened(args.BreakDuration);
                return ValueTask.CompletedTask;
            },
            ShouldHandle = static args => ValueTask.FromResult(args.Outcome.Result.IsAiling),
        })
        .AddTimeout(new TimeoutStrategyOptions
        {
            TimeoutGenerator = static args => ValueTask.FromResult(args.Context.Properties.GetValue(Timeout, TimeSpan.FromSeconds(60))),
        })
        .Build();

    void ForgetIdle()
    {
        var before = Environment.TickCount64 - 60_000;
        foreach (var (key, entry) in breakers)
            if (entry.UsedAt < before)
                breakers.TryRemove(key, out _);
    }
}
