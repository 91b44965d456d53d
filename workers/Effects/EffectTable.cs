using System.Text.Json;
using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.Workers.Effects;

/// <summary>Names one effect.</summary>
readonly record struct EffectId(Guid TenantId, string Key);

/// <summary>What a closed effect keeps, so that the same answer can be given again.</summary>
sealed record RecordedOutcome(JsonElement? Result, StepError? Error, Cost? Cost = null);

/// <param name="Calls">1: never called before. More: a former owner may have called. 0: not taken.</param>
/// <param name="Outcome">Of an effect that is closed.</param>
/// <param name="FreeIn">How long another owner's lease still holds.</param>
/// <param name="Now">The database's clock.</param>
readonly record struct Claim(int Calls, RecordedOutcome? Outcome, TimeSpan FreeIn, DateTimeOffset Now);

/// <summary>The SQL of <c>pipeline.effect</c>; every statement deals with a whole group.</summary>
sealed class EffectTable(NpgsqlDataSource postgres, string owner)
{
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    /// <summary>Closed effects are kept this long: no message of theirs travels longer.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    /// <summary>
    /// Records the intents of a group whose ids are distinct: takes what is new or whose lease lapsed, tells about the rest.
    /// The primary key settles the race between two workers. A claim whose answer was lost is asked again before anything is called:
    /// it is the same claim.
    /// </summary>
    public async Task<Dictionary<EffectId, Claim>> ClaimAsync(string kind, IReadOnlyCollection<EffectId> ids, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            with asked as (
              select tenant_id, key
              from unnest($1, $2) as a(tenant_id, key)
            ), taken as (
              insert into pipeline.effect (tenant_id, key, kind, status, owner, leased_until)
              select tenant_id, key, $3, 'intended', $4, clock_timestamp() + $5
              from asked
              order by tenant_id, key
              on conflict (tenant_id, key) do update
              set owner = excluded.owner,
                  leased_until = excluded.leased_until,
                  calls = effect.calls + (effect.owner is distinct from excluded.owner)::int
              where effect.status = 'intended'
                and (effect.leased_until < clock_timestamp() or effect.owner = excluded.owner)
              returning tenant_id, key, calls
            )
            select a.tenant_id, a.key, coalesce(t.calls, 0), e.outcome::text, e.leased_until, clock_timestamp()
            from asked a
            left join taken t
              on t.tenant_id = a.tenant_id
              and t.key = a.key
            left join pipeline.effect e
              on e.tenant_id = a.tenant_id
              and e.key = a.key
              and t.calls is null
            """);
        command.Parameters.Add(EventLog.Array(NpgsqlDbType.Uuid, ids.Select(i => i.TenantId).ToArray()));
        command.Parameters.Add(EventLog.Array(NpgsqlDbType.Text, ids.Select(i => i.Key).ToArray()));
        command.Parameters.Add(new() { Value = kind });
        command.Parameters.Add(new() { Value = owner });
        command.Parameters.Add(new() { Value = Lease });
        await using var row = await command.ExecuteReaderAsync(stop);
        var claims = new Dictionary<EffectId, Claim>(ids.Count);
        while (await row.ReadAsync(stop))
        {
            var now = new DateTimeOffset(row.GetDateTime(5));
            // Another's row that came after this statement's snapshot is not visible here: its lease is as fresh as can be.
            var freeIn = row.IsDBNull(4) ? Lease : new DateTimeOffset(row.GetDateTime(4)) - now;
            claims[new EffectId(row.GetGuid(0), row.GetString(1))] =
                new Claim(row.GetInt32(2), row.IsDBNull(3) ? null : ReadOutcome(row.GetString(3)), freeIn, now);
        }
        return claims;
    }

    /// <summary>
    /// Nobody waits for these calls any more. One that no worker has taken is closed, so that it is never made; of one that is
    /// under way its worker learns by <see cref="GivenUpAsync"/>.
    /// </summary>
    public static void AddGivenUp(NpgsqlBatch batch, IReadOnlyCollection<(Guid TenantId, CallStep Call)> calls)
    {
        if (calls.Count == 0)
            return;
        var ordered = calls.OrderBy(c => c.TenantId).ThenBy(c => c.Call.EffectKey, StringComparer.Ordinal).ToList();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            """
            insert into pipeline.effect (tenant_id, key, kind, status, owner, leased_until, outcome, closed_at, given_up_at)
            select tenant_id, key, kind, 'closed', 'run', '-infinity', $4::jsonb, clock_timestamp(), clock_timestamp()
            from unnest($1, $2, $3) as c(tenant_id, key, kind)
            on conflict (tenant_id, key) do update
            set given_up_at = clock_timestamp()
            where effect.status = 'intended'
            """)
        {
            Parameters =
            {
                EventLog.Array(NpgsqlDbType.Uuid, ordered.Select(c => c.TenantId).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, ordered.Select(c => c.Call.EffectKey).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, ordered.Select(c => c.Call.Kind).ToArray()),
                new() { NpgsqlDbType = NpgsqlDbType.Text, Value = System.Text.Encoding.UTF8.GetString(ContractsJson.Bytes(new RecordedOutcome(Result: null, StepOutcome.NotWanted.Error))) },
            },
        });
    }

    /// <summary>Which of this worker's calls nobody waits for any more.</summary>
    public async Task<List<EffectId>> GivenUpAsync(CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            select tenant_id, key
            from pipeline.effect
            where owner = $1
              and given_up_at is not null
              and status = 'intended'
            """);
        command.Parameters.Add(new() { Value = owner });
        var found = new List<EffectId>();
        await using var row = await command.ExecuteReaderAsync(stop);
        while (await row.ReadAsync(stop))
            found.Add(new EffectId(row.GetGuid(0), row.GetString(1)));
        return found;
    }

    public async Task RenewAsync(IReadOnlyCollection<EffectId> ids, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            update pipeline.effect e
            set leased_until = clock_timestamp() + $3
            from (
              select e.tenant_id, e.key
              from unnest($1, $2) as a(tenant_id, key)
              join pipeline.effect e using (tenant_id, key)
              where e.owner = $4
                and e.status = 'intended'
              order by e.tenant_id, e.key
              for update of e
            ) mine
            where e.tenant_id = mine.tenant_id
              and e.key = mine.key
            """);
        AddIds(command, ids);
        command.Parameters.Add(new() { Value = Lease });
        command.Parameters.Add(new() { Value = owner });
        await command.ExecuteNonQueryAsync(stop);
    }

    /// <summary>
    /// Closes effects, the first one to do so wins. Returns what is recorded now for those that another had closed before.
    /// </summary>
    public async Task<Dictionary<EffectId, RecordedOutcome>> CloseAsync(
        IReadOnlyCollection<(EffectId Id, byte[] Outcome)> closed, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            with asked as (
              select tenant_id, key, outcome
              from unnest($1, $2, $3) as a(tenant_id, key, outcome)
            ), locked as (
              select e.tenant_id, e.key, e.status, e.outcome
              from asked
              join pipeline.effect e using (tenant_id, key)
              order by e.tenant_id, e.key
              for update of e
            ), closed as (
              update pipeline.effect e
              set status = 'closed',
                  outcome = a.outcome::jsonb,
                  closed_at = clock_timestamp()
              from locked l
              join asked a using (tenant_id, key)
              where e.tenant_id = l.tenant_id
                and e.key = l.key
                and l.status = 'intended'
            )
            select tenant_id, key, outcome::text
            from locked
            where status = 'closed'
            """);
        AddIds(command, closed.Select(c => c.Id));
        command.Parameters.Add(EventLog.Array(NpgsqlDbType.Text, closed.Select(c => System.Text.Encoding.UTF8.GetString(c.Outcome)).ToArray()));
        await using var row = await command.ExecuteReaderAsync(stop);
        var before = new Dictionary<EffectId, RecordedOutcome>();
        while (await row.ReadAsync(stop))
            before[new EffectId(row.GetGuid(0), row.GetString(1))] = ReadOutcome(row.GetString(2));
        return before;
    }

    /// <summary>Gives effects back: those never called are forgotten, the others may be taken over at once.</summary>
    public async Task ReleaseAsync(IEnumerable<EffectId> neverCalled, IEnumerable<EffectId> called, CancellationToken stop)
    {
        await using var batch = postgres.CreateBatch();
        batch.BatchCommands.Add(OfMine(
            """
            delete from pipeline.effect e
            using unnest($1, $2) as a(tenant_id, key)
            where e.tenant_id = a.tenant_id
              and e.key = a.key
              and e.owner = $3
              and e.status = 'intended'
              and e.calls = 1
            """, neverCalled));
        batch.BatchCommands.Add(OfMine(
            """
            update pipeline.effect e
            set leased_until = clock_timestamp()
            from unnest($1, $2) as a(tenant_id, key)
            where e.tenant_id = a.tenant_id
              and e.key = a.key
              and e.owner = $3
              and e.status = 'intended'
            """, called));
        await batch.ExecuteNonQueryAsync(stop);
    }

    NpgsqlBatchCommand OfMine(string sql, IEnumerable<EffectId> ids)
    {
        var all = ids.ToList();
        return new NpgsqlBatchCommand(sql)
        {
            Parameters =
            {
                EventLog.Array(NpgsqlDbType.Uuid, all.Select(i => i.TenantId).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, all.Select(i => i.Key).ToArray()),
                new() { Value = owner },
            },
        };
    }

    static void AddIds(NpgsqlCommand command, IEnumerable<EffectId> ids)
    {
        var all = ids.ToList();
        command.Parameters.Add(EventLog.Array(NpgsqlDbType.Uuid, all.Select(i => i.TenantId).ToArray()));
        command.Parameters.Add(EventLog.Array(NpgsqlDbType.Text, all.Select(i => i.Key).ToArray()));
    }

    static RecordedOutcome ReadOutcome(string json) => JsonSerializer.Deserialize<RecordedOutcome>(json, ContractsJson.Options)!;
}
