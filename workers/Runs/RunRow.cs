using Dvt.Contracts;
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

    /// <summary>Events that may lie behind a stored row, at the most: what a worker that takes the run over folds again.</summary>
    public const int EventsPerSnapshot = 100;

    /// <summary>The seq that the stored row has; 0 while there is none.</summary>
    public long StoredSeq { get; private set; }

    /// <summary>Of the stored row: whether the run has work left, and how many signals wait for a step.</summary>
    public (bool Owes, int Deferred) StoredFlags { get; private set; }

    (bool, int) Flags => (run.HasInlineWork, run.DeferredSignals);

    /// <summary>The row must be written now: others rely on what it says, or too much has happened since.</summary>
    public bool IsSnapshotDue => StoredSeq == 0 || IsRepaired || run.IsTerminal || Flags != StoredFlags || run.Seq - StoredSeq >= EventsPerSnapshot;

    /// <summary>It was folded anew, and all that is stored of it is to be replaced.</summary>
    public bool IsRepaired { get; set; }

    /// <summary>When its timer fires; it may fire early, never late.</summary>
    public DateTimeOffset? TimerDue { get; set; }

    /// <summary>Its timer has fired and must be set again or cleared.</summary>
    public bool TimerFired { get; set; }

    /// <summary>It has just been read.</summary>
    public void Stored(long seq, bool owes, int deferred) => (StoredSeq, StoredFlags) = (seq, (owes, deferred));

    /// <summary>It has just been written.</summary>
    public void Stored() => (StoredSeq, StoredFlags, IsRepaired) = (run.Seq, Flags, false);

    public string Stream { get; } = $"run-{run.RunId}";

    /// <summary>Asked for with every entry that the run adds to the log.</summary>
    public Guid StreamId => streamId ??= NamedId.OfStream(tenantId, Stream);

    Guid? streamId;

    public string TimerKey => $"run:{run.RunId}";
}
