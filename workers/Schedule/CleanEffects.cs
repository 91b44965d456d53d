using Dvt.Workers.Effects;
using Npgsql;
using Quartz;

namespace Dvt.Workers.Schedule;

/// <summary>Forgets settled effects that no redelivery can ask for any more.</summary>
[DisallowConcurrentExecution]
sealed class CleanEffects(NpgsqlDataSource postgres) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken) =>
        await EffectCleanup.RunAsync(postgres, cancellationToken);
}
