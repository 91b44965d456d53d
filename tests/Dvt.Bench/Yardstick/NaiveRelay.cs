using Dvt.Pipeline;
using Npgsql;

namespace Dvt.Bench;

/// <summary>Moves outbox rows to their queues with pipelined confirms, many at a time; woken by each commit.</summary>
sealed class NaiveRelay : IAsyncDisposable
{
    const int Page = 500;

    readonly Scratch scratch;
    readonly SemaphoreSlim wake = new(0);
    readonly CancellationTokenSource stopping = new();
    readonly Task running;

    NaiveRelay(Scratch scratch)
    {
        this.scratch = scratch;
        running = Task.Run(RunAsync);
    }

    public static NaiveRelay Start(Scratch scratch) => new(scratch);

    public void Wake()
    {
        if (wake.CurrentCount == 0)
            wake.Release();
    }

    async Task RunAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            await wake.WaitAsync(TimeSpan.FromMilliseconds(100), CancellationToken.None);
            while (await MoveAsync() > 0)
            {
                // More may have come meanwhile.
            }
        }
    }

    async Task<int> MoveAsync()
    {
        await using var connection = await scratch.Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var take = new NpgsqlCommand(
            """
            delete from naive.outbox
            where id in (select id from naive.outbox order by id limit $1 for update skip locked)
            returning queue, body
            """, connection)
        { Parameters = { new() { Value = Page } } };
        var messages = new List<Task>();
        await using (var reader = await take.ExecuteReaderAsync())
            while (await reader.ReadAsync())
                messages.Add(scratch.Publisher.PublishAsync(reader.GetString(0), reader.GetFieldValue<byte[]>(1), CancellationToken.None));
        if (messages.Count == 0)
            return 0;
        try
        {
            // Confirmed before the commit: a crash in between sends twice, and the inbox takes once.
            await Task.WhenAll(messages);
        }
        catch (BrokerUnavailableException)
        {
            return 0; // Still in the outbox: a disk that hung for some seconds costs the figure these, not the bench.
        }
        await transaction.CommitAsync();
        return messages.Count;
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await running;
        wake.Dispose();
        stopping.Dispose();
    }
}
