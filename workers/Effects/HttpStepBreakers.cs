using System.Collections.Concurrent;
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
    const int MostIdle = 4_096;
    static readonly TimeSpan BreakDuration = TimeSpan.FromSeconds(5);
    static readonly ResiliencePropertyKey<TimeSpan> Timeout = new("timeout");

    readonly ConcurrentDictionary<(Guid TenantId, string Origin), Entry> breakers = new();

    sealed class Entry(ResiliencePipeline<HttpStepResult> pipeline)
    {
        public ResiliencePipeline<HttpStepResult> Pipeline { get; } = pipeline;
        public long UsedAt { get; set; } = Environment.TickCount64;
    }

    /// <exception cref="BrokenCircuitException">The breaker is open; nothing was sent.</exception>
    public async Task<HttpStepResult> RunAsync(
        Guid tenantId, string origin, TimeSpan timeout, Func<CancellationToken, Task<HttpStepResult>> call, CancellationToken stop)
    {
        var entry = breakers.GetOrAdd((tenantId, origin), static _ => new Entry(Build()));
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

    static ResiliencePipeline<HttpStepResult> Build() => new ResiliencePipelineBuilder<HttpStepResult>()
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions<HttpStepResult>
        {
            FailureRatio = 0.5,
            MinimumThroughput = 20,
            SamplingDuration = TimeSpan.FromSeconds(10),
            BreakDuration = BreakDuration,
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
