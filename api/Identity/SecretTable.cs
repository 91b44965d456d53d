using Dvt.Contracts;
using Npgsql;
using static Dvt.Pipeline.Sql;

namespace Dvt.Api;

/// <param name="Deleted">It has no value any more; its revisions go on when it is set again.</param>
sealed record SecretRow(string Name, IReadOnlyList<string> Hosts, long Revision, bool Deleted, DateTime CreatedAt, DateTime ChangedAt);

/// <summary>The SQL by which the API writes secrets. It has no right to read a value.</summary>
sealed class SecretTable(NpgsqlDataSource postgres)
{
    /// <summary>Fails the batch (DV002) when the revision is another by now.</summary>
    public static NpgsqlBatchCommand Set(Guid tenantId, string name, byte[] wrapped, IReadOnlyList<string> hosts, long revision) => Command(
        """
        with changed as (
          insert into identity.secret as s (tenant_id, name, revision, wrapped, hosts)
          values ($1, $2, 1, $3, $4)
          on conflict (tenant_id, name) do update
          set wrapped = $3,
              hosts = $4,
              deleted = false,
              revision = s.revision + 1,
              created_at = case when s.deleted then clock_timestamp() else s.created_at end,
              changed_at = clock_timestamp()
          where s.revision = $5
          returning 1
        )
        select log.expect((select count(*) from changed), 1, 'secret')
        """, tenantId, name, wrapped, hosts.ToArray(), revision);

    public static NpgsqlBatchCommand Delete(Guid tenantId, string name, long revision) => Command(
        """
        with changed as (
          update identity.secret
          set wrapped = null, hosts = '{}', deleted = true, revision = revision + 1, changed_at = clock_timestamp()
          where tenant_id = $1
            and name = $2
            and revision = $3
            and not deleted
          returning 1
        )
        select log.expect((select count(*) from changed), 1, 'secret')
        """, tenantId, name, revision);

    /// <exception cref="ProblemException">Someone else was faster.</exception>
    public static async Task WriteAsync(Func<Task<LogPosition>> write)
    {
        try
        {
            await write();
        }
        catch (PostgresException moved) when (moved.SqlState is "DV002" or PostgresErrorCodes.UniqueViolation)
        {
            throw new ProblemException(Problems.PreconditionFailed, "The secret was changed by someone else at the same time.");
        }
    }

    /// <summary>By name, behind one.</summary>
    public Task<List<SecretRow>> ListAsync(Guid tenantId, string after, int limit, CancellationToken stop) => postgres.RowsOfAsync(tenantId, Command(
        """
        select name, hosts, revision, deleted, created_at, changed_at
        from identity.secret
        where tenant_id = $1
          and name > $2
          and not deleted
        order by name
        limit $3
        """, tenantId, after, limit), Row, stop);

    /// <summary>Also one that is deleted; null where there never was one.</summary>
    public async Task<SecretRow?> FindAsync(Guid tenantId, string name, CancellationToken stop) => (await postgres.RowsOfAsync(tenantId, Command(
        """
        select name, hosts, revision, deleted, created_at, changed_at
        from identity.secret
        where tenant_id = $1
          and name = $2
        """, tenantId, name), Row, stop)).FirstOrDefault();

    static SecretRow Row(NpgsqlDataReader row) =>
        new(row.GetString(0), row.GetFieldValue<string[]>(1), row.GetInt64(2), row.GetBoolean(3), row.GetDateTime(4), row.GetDateTime(5));
}
