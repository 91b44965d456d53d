using Dvt.Engine.Runs;

namespace Dvt.Workers.Runs;

/// <summary>A run at hand: its state, and what its row says beside it.</summary>
sealed class RunRow(Guid tenantId, Run run, int slot, Guid commandId, Guid? keyId)
{
    public Guid TenantId => tenantId;

    public Run Run => run;

    public int Slot => slot;

    /// <summary>The command that started it.</summary>
    public Guid CommandId => commandId;

    public Guid? KeyId => keyId;

    /// <summary>The seq that the stored row has; 0 while there is none.</summary>
    public long StoredSeq { get; set; }

    /// <summary>When its timer fires; it may fire early, never late.</summary>
    public DateTimeOffset? TimerDue { get; set; }

    /// <summary>Its timer has fired and must be set again or cleared.</summary>
    public bool TimerFired { get; set; }

    public string Stream => $"run-{run.RunId}";

    public string TimerKey => $"run:{run.RunId}";
}
