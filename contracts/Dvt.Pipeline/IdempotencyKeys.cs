using Npgsql;
using NpgsqlTypes;

namespace Dvt.Pipeline;

/// <summary>The SQL of <c>pipeline.idempotency</c>: which command has used a key.</summary>
public static class IdempotencyKeys
{
    /// <summary>The refusal of a command whose key another one used.</summary>
    public const string ReusedCode = "idempotency_key_reused";
    public const string ReusedDetail = "the key was used before with another body";

    /// <summary>Gives tenant, key and command of those keys that were used.</summary>
    public static NpgsqlBatchCommand Used(Guid[] tenants, Guid[] keys) => new(
        """
        select i.tenant_id, i.key_id, i.command_id
        from unnest($1, $2) as k(tenant_id, key_id)
        join pipeline.idempotency i using (tenant_id, key_id)
        """)
    {
        Parameters = { EventLog.Array(NpgsqlDbType.Uuid, tenants), EventLog.Array(NpgsqlDbType.Uuid, keys) },
    };

    /// <summary>The primary key settles the race of two workers over one key.</summary>
    public static NpgsqlBatchCommand Use(IEnumerable<(Guid TenantId, Guid KeyId, Guid CommandId)> keys)
    {
        // Everyone locks them in the same order.
        var ordered = keys.OrderBy(k => k.TenantId).ThenBy(k => k.KeyId).ToList();
        return new(
            """
            insert into pipeline.idempotency (tenant_id, key_id, command_id)
            select *
            from unnest($1, $2, $3)
            """)
        {
            Parameters =
            {
                EventLog.Array(NpgsqlDbType.Uuid, ordered.Select(k => k.TenantId).ToArray()),
                EventLog.Array(NpgsqlDbType.Uuid, ordered.Select(k => k.KeyId).ToArray()),
                EventLog.Array(NpgsqlDbType.Uuid, ordered.Select(k => k.CommandId).ToArray()),
            },
        };
    }
}
