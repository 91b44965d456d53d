using Dvt.Workers.Channels;
using Npgsql;
using Quartz;

namespace Dvt.Workers.Schedule;

/// <summary>Forgets what messages of conversations led to, once none of them can come again.</summary>
[DisallowConcurrentExecution]
sealed class CleanConversations(NpgsqlDataSource postgres) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken) =>
        await DecidedCleanup.RunAsync(postgres, cancellationToken);
}
