using Npgsql;

namespace Dvt.ReadModels;

/// <summary>
/// Who writes the views. Held by renewing; a holder that stops is succeeded within <see cref="Length"/>. The checkpoints,
/// not the lease, make sure that one who comes back late writes nothing.
/// </summary>
sealed class Lease(NpgsqlDataSource projector, string holder)
{
    const string Name = "projector";

    public static readonly TimeSpan Length = TimeSpan.FromSeconds(2.5);
    static readonly TimeSpan Renewal = TimeSpan.FromMilliseconds(700);

    long epoch;

    public async Task<bool> TryTakeAsync(CancellationToken stop)
    {
        await using var command = projector.CreateCommand(
            """
            insert into read.lease as l (name, holder, epoch, until)
            values ($1, $2, 1, clock_timestamp() + $3)
            on conflict (name) do update
            set holder = excluded.holder,
                epoch = l.epoch + 1,
                until = excluded.until
            where l.until < clock_timestamp()
               or l.holder = excluded.holder
            returning epoch
            """);
        command.Parameters.Add(new() { Value = Name });
        command.Parameters.Add(new() { Value = holder });
        command.Parameters.Add(new() { Value = Length });
        if (await command.ExecuteScalarAsync(stop) is not long taken)
            return false;
        epoch = taken;
        return true;
    }

    /// <summary>Returns when the lease is lost or could not be renewed in time.</summary>
    public async Task HoldAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(Renewal, stop);
            await using var command = projector.CreateCommand(
                """
                update read.lease
                set until = clock_timestamp() + $3
                where name = $1
                  and epoch = $2
                """);
            command.Parameters.Add(new() { Value = Name });
            command.Parameters.Add(new() { Value = epoch });
            command.Parameters.Add(new() { Value = Length });
            if (await command.ExecuteNonQueryAsync(stop) == 0)
                return;
        }
    }

    /// <summary>Lets another take it at once.</summary>
    public async Task LeaveAsync()
    {
        await using var command = projector.CreateCommand("update read.lease set until = '-infinity' where name = $1 and epoch = $2");
        command.Parameters.Add(new() { Value = Name });
        command.Parameters.Add(new() { Value = epoch });
        await command.ExecuteNonQueryAsync();
    }
}
