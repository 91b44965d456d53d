using System.Text.Json;
using Dvt.Contracts;
using Dvt.Pipeline;

namespace Dvt.Workers.Effects;

/// <summary>Acks deliveries on the channel they came from.</summary>
delegate Task Settle(IReadOnlyCollection<Delivery> done);

#pragma warning disable CA1001 // Its source has no timer and no handle.
/// <summary>One effect in this process, from its message to the ack; all messages that ask for it end with it.</summary>
sealed class Flight(EffectId id, Envelope envelope, CallStep step)
#pragma warning restore CA1001
{
    readonly List<(Delivery Delivery, Settle Settle)> waiting = [];
    readonly CancellationTokenSource unwanted = new();

    public EffectId Id { get; } = id;

    public Envelope Envelope { get; } = envelope;

    public CallStep Step { get; } = step;

    public Claim Claim { get; private set; }

    /// <summary>Local clock tick at which nobody waits any more.</summary>
    public long DeadlineTick { get; private set; }

    /// <summary>Cancelled once nobody waits for the answer any more.</summary>
    public CancellationToken Unwanted => unwanted.Token;

    public Task GiveUpAsync() => unwanted.CancelAsync();

    /// <summary>True once a call may have gone out.</summary>
    public bool IsCalled { get; set; }

    public RecordedOutcome? Outcome { get; set; }

    public TimeSpan Left => TimeSpan.FromMilliseconds(Math.Max(0, DeadlineTick - Environment.TickCount64));

    /// <summary>Someone else may have had this message before and died.</summary>
    public bool IsRedelivered => waiting.Exists(w => w.Delivery.Redelivered);

    public IEnumerable<(Delivery Delivery, Settle Settle)> Waiting => waiting;

    public void Attach(Delivery delivery, Settle settle) => waiting.Add((delivery, settle));

    public void Claimed(Claim claim)
    {
        Claim = claim;
        // By the database's clock, then a local tick: a worker with a wrong clock must not time steps out.
        var left = Math.Clamp((Step.Deadline - claim.Now).TotalMilliseconds, 0, TimeSpan.FromDays(1).TotalMilliseconds);
        DeadlineTick = Environment.TickCount64 + (long)left;
    }

    /// <summary>The message that tells the run; its id is the same however often it is sent.</summary>
    public (string Queue, Envelope Envelope) Close() => Closing.Of(Envelope, Step, Outcome!, IsRedelivered);
}

/// <summary>Makes the message that closes a step; repeated where the call was delivered again, since who had it before may have died with the answer.</summary>
static class Closing
{
    public static (string Queue, Envelope Envelope) Of(Envelope asked, CallStep step, RecordedOutcome outcome, bool isRepeated) =>
    (
        Slot.Queue(Slot.Of(Domain.Runs, asked.TenantId, step.RunId)),
        new Envelope(
            NamedId.OfAnswer(asked.Id),
            nameof(CloseStep), asked.TenantId, step.RunId, "system", DateTimeOffset.UtcNow,
            ContractsJson.Element(new CloseStep(step.RunId, step.StepId, step.Attempt, outcome.Result, outcome.Error, outcome.Cost)),
            asked.CorrelationId, asked.TraceParent, Repeated: isRepeated ? true : null)
    );
}

/// <summary>Reads what a message asks for.</summary>
static class Asked
{
    /// <summary>Null when it is no step of this kind that could be called.</summary>
    public static CallStep? Step(Envelope envelope, string kind)
    {
        try
        {
            return envelope.Type == nameof(CallStep)
                && ContractsJson.Read<CallStep>(envelope.Body) is { RunId: not null, StepId: not null } step
                && step.Kind == kind && !step.EffectKey.Contains('\0', StringComparison.Ordinal) ? step : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
