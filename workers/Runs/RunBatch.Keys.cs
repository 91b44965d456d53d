using Dvt.Engine.Runs;
using Dvt.Pipeline;

namespace Dvt.Workers.Runs;

// Idempotency keys of a batch's commands.
sealed partial class RunBatch
{
    public KeysUsed Keys { get; } = new();

    /// <summary>True when another command used the key before. Where the resource bears the key's id, its decision tells.</summary>
    public bool IsKeyReused(Delivery delivery)
    {
        if (delivery.Envelope.KeyId is null)
            return false;
        // A run tells by itself which command made it.
        Keys.Tally.Meet(delivery, Find(delivery)?.CommandId == delivery.Envelope.Id ? KeyUse.Repeated : KeyTally.UseOf(Earlier.Of(delivery)));
        return Keys.IsReused(delivery);
    }

    public void RefuseKey(Delivery delivery)
    {
        var (code, detail) = NoToKey(delivery);
        Refuse(delivery, code, detail);
    }

    /// <summary>The refusal of a command whose key another one used.</summary>
    public Refusal NoToKey(Delivery delivery)
    {
        Keys.Tally.Correct(delivery, KeyUse.Reused);
        return new(IdempotencyKeys.ReusedCode, IdempotencyKeys.ReusedDetail);
    }
}
