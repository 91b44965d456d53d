using Dvt.Contracts;
using Dvt.Engine.Runs;
using Dvt.Pipeline;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.Workers.Runs;

/// <summary>The SQL of <c>runs.item</c> and <c>runs.child</c>.</summary>
static class NestedTable
{
    /// <summary>Of runs by key; in the order of <see cref="StoredRun.Items"/> behind tenant and run.</summary>
    public const string SelectItems =
        """
        select i.tenant_id, i.run_id, i.ordinal, i.block, i.state
        from unnest($1, $2) as k(tenant_id, run_id)
        join runs.item i using (tenant_id, run_id)
        order by i.tenant_id, i.run_id, i.ordinal, i.block
        """;

    public static void AddItems(NpgsqlBatch batch, List<RunRow> rows)
    {
        var changed = rows.SelectMany(r => r.Run.TakeChangedItems().Select(i => (Row: r, i.Ordinal, i.Block, i.State))).ToList();
        if (changed.Count == 0)
            return;
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"""
            insert into runs.item (tenant_id, run_id, ordinal, block, state)
            select *
            from {Sql.Rows("tenant_id, run_id, ordinal, block, state")} i
            on conflict (tenant_id, run_id, ordinal, block) do update set state = excluded.state
            """)
        {
            Parameters =
            {
                EventLog.Array(NpgsqlDbType.Uuid, changed.Select(c => c.Row.TenantId).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, changed.Select(c => c.Row.Run.RunId).ToArray()),
                EventLog.Array(NpgsqlDbType.Integer, changed.Select(c => c.Ordinal).ToArray()),
                EventLog.Array(NpgsqlDbType.Integer, changed.Select(c => c.Block).ToArray()),
                EventLog.Array(NpgsqlDbType.Bytea, changed.Select(c => c.State).ToArray()),
            },
        });
    }

    /// <summary>A sub-run is known from its first event to its last.</summary>
    public static void AddChildren(NpgsqlBatch batch, List<RunRow> rows)
    {
        var born = rows.FindAll(r => r is { StoredSeq: 0, Run: { IsTerminal: false, Lineage.Above: not null } });
        if (born.Count > 0)
            batch.BatchCommands.Add(Keyed(
                """
                insert into runs.child (tenant_id, run_id, parent_run_id)
                select *
                from unnest($1, $2, $3)
                """, born, EventLog.Array(NpgsqlDbType.Text, born.Select(r => r.Run.Lineage!.Above!.ParentRunId).ToArray())));
        var ended = rows.FindAll(r => r is { StoredSeq: > 0, Run: { IsTerminal: true, Lineage.Above: not null } });
        if (ended.Count > 0)
            batch.BatchCommands.Add(Keyed(
                """
                delete from runs.child c
                using unnest($1, $2) as k(tenant_id, run_id)
                where c.tenant_id = k.tenant_id
                  and c.run_id = k.run_id
                """, ended));
    }

    static NpgsqlBatchCommand Keyed(string sql, List<RunRow> rows, params NpgsqlParameter[] more)
    {
        var command = new NpgsqlBatchCommand(sql)
        {
            Parameters =
            {
                EventLog.Array(NpgsqlDbType.Uuid, rows.Select(r => r.TenantId).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, rows.Select(r => r.Run.RunId).ToArray()),
            },
        };
        foreach (var parameter in more)
            command.Parameters.Add(parameter);
        return command;
    }

    /// <summary>Cancels sub-runs whose parent has been at its end for a while: what it told them was lost.</summary>
    public static async Task<List<(string, Envelope)>> LeftAloneAsync(NpgsqlDataSource postgres, int limit, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            select c.tenant_id, c.run_id, c.parent_run_id
            from runs.child c
            join runs.run p on p.tenant_id = c.tenant_id
              and p.run_id = c.parent_run_id
            where p.terminal
              and p.touched_at < (select clock_timestamp()) - interval '15 seconds'
            limit $1
            """);
        command.Parameters.Add(new() { Value = limit });
        var cancels = new List<(string, Envelope)>();
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
            cancels.Add(Telling.Of(
                reader.GetGuid(0), new ToRun(reader.GetString(1), Run.CancelledByParent(reader.GetString(1), reader.GetString(2))), correlationId: null));
        return cancels;
    }
}
