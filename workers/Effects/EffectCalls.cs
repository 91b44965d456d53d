using System.Diagnostics;
using Dvt.Contracts;
using Dvt.Pipeline;
using Microsoft.Extensions.Logging;

namespace Dvt.Workers.Effects;

#pragma warning disable CA1001 // Lives as long as the process; its semaphores hold no handles.
/// <summary>Calls a kind until the outcome is known, as far as deadline and idempotency allow.</summary>
sealed class EffectCalls(IStepKindWorker kind, ILogger log)
#pragma warning restore CA1001
{
    static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.5);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    readonly SemaphoreSlim free = new(kind.Concurrency, kind.Concurrency);

    /// <param name="calledOnce">Runs after the first call, so that the next message may be fetched.</param>
    /// <param name="leaving">No new call begins after it.</param>
    /// <param name="abandon">Calls in flight are given up.</param>
    /// <exception cref="OperationCanceledException">The process leaves; the effect stays open.</exception>
    public async Task<StepOutcome> RunAsync(Flight flight, Action calledOnce, CancellationToken leaving, CancellationToken abandon)
    {
        var repetition = kind.Repeatable(flight.Step.Input);
        var unknown = flight.Claim.Calls > 1 ? "a worker was lost during the call" : null;
        if (unknown is not null)
        {
            EffectsLog.TakenOver(log, flight.Id.Key);
            flight.IsCalled = true;
            if (repetition == Repetition.Never)
                return StepOutcome.StaysUnknown(unknown, repetition);
        }
        var isRepeated = unknown is not null;
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            await free.WaitAsync(leaving);
            StepOutcome outcome;
            try
            {
                leaving.ThrowIfCancellationRequested();
                if (flight.Unwanted.IsCancellationRequested)
                    return unknown is null ? StepOutcome.NotWanted : StepOutcome.StaysUnknown(unknown, repetition);
                if (flight.Left == TimeSpan.Zero)
                    return unknown is null ? StepOutcome.NeverCalled : OutOfTime(unknown, repetition, isRepeated);
                flight.IsCalled = true;
                outcome = await CallAsync(flight, repetition, abandon);
            }
            finally
            {
                free.Release();
                calledOnce();
            }
            switch (outcome)
            {
                case StepOutcome.Unknown { Reason: var reason }:
                    abandon.ThrowIfCancellationRequested();
                    EffectsLog.OutcomeUnknown(log, flight.Id.Key, reason);
                    unknown = reason;
                    break;
                // That a repetition was turned away says nothing about the call before it; a new attempt would have a new key.
                case StepOutcome.Failed { Error.Retryable: true } when unknown is not null && repetition == Repetition.SameKey:
                    break;
                default:
                    return outcome;
            }
            if (repetition == Repetition.Never || flight.Unwanted.IsCancellationRequested)
                return StepOutcome.StaysUnknown(unknown, repetition);
            if (flight.Left is var left && left == TimeSpan.Zero)
                return OutOfTime(unknown, repetition, isRepeated);
            var rest = pause < left ? pause : left;
            RetryMeters.Again(RetryMeters.Call, rest);
            isRepeated = true;
            await Task.Delay(rest, leaving);
        }
    }

    static StepOutcome.Failed OutOfTime(string unknown, Repetition repetition, bool isRepeated)
    {
        if (isRepeated)
            RetryMeters.GiveUp(RetryMeters.Call);
        return StepOutcome.StaysUnknown(unknown, repetition);
    }

    // What may not be repeated comes to its end though nobody waits: the audit then knows whether it happened.
    async Task<StepOutcome> CallAsync(Flight flight, Repetition repetition, CancellationToken abandon)
    {
        using var span = flight.Envelope.TraceParent is { } parent && parent.EndsWith("-01", StringComparison.Ordinal)
            ? PipelineMeters.Traces.StartActivity($"step {kind.Kind}", ActivityKind.Client, parent)
            : null;
        var left = flight.Left;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(abandon, repetition == Repetition.Never ? CancellationToken.None : flight.Unwanted);
        deadline.CancelAfter(left);
        try
        {
            return await kind.CallAsync(
                new StepCall(flight.Id.TenantId, flight.Step, left, span?.Id ?? flight.Envelope.TraceParent, flight.Envelope.CorrelationId), deadline.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            return new StepOutcome.Unknown(flight.Unwanted.IsCancellationRequested ? "given up, as the run cancelled the step" : "no answer before the deadline");
        }
        catch (Exception fault)
        {
            EffectsLog.KindFailed(log, fault, kind.Kind, flight.Id.Key);
            return new StepOutcome.Unknown($"the worker failed with {fault.GetType().Name}");
        }
    }
}
