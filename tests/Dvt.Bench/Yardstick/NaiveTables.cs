using Dvt.ReadModels;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.Bench;

/// <summary>
/// The SQL of the naive way, in its own schema. It keeps what the runs that are measured beside it keep: events with all columns of
/// <c>log.events</c>, and the list of <c>ops/views/run.sql</c> itself.
/// </summary>
static class NaiveTables
{
    public static readonly string Schema = Own + ViewTables.Source(new RunView()).Replace("read.{table}", "naive.{table}", StringComparison.Ordinal)
        .Replace("{table}", "run_list", StringComparison.Ordinal);

    const string Own =
        """
        create schema naive;
        create table naive.inbox (message_id uuid primary key, received_at timestamptz not null default clock_timestamp());
        create table naive.outbox (id bigint generated always as identity primary key, queue text not null, body bytea not null);
        create table naive.run (
          tenant_id uuid not null, run_id text not null, plan_id text not null, plan_version text not null, status text not null, step int not null,
          seq int not null, input jsonb not null, updated_at timestamptz not null default clock_timestamp(), primary key (tenant_id, run_id)
        );
        create table naive.event (
          position bigint generated always as identity primary key, event_id uuid not null, tenant_id uuid not null, stream text not null,
          seq bigint not null, type text not null, data jsonb not null, command_id uuid, correlation_id text, actor text not null,
          occurred_at timestamptz not null, recorded_at timestamptz not null default clock_timestamp(), unique (stream, seq, tenant_id)
        );
        """;

    /// <summary>Notes the message; no row when it was taken before.</summary>
    public static NpgsqlBatchCommand Receive(NaiveMessage message) => new(
        "insert into naive.inbox (message_id) values ($1) on conflict do nothing returning 1")
    { Parameters = { new() { Value = message.MessageId } } };

    public static NpgsqlBatchCommand Load(NaiveMessage message) => new(
        "select status, step, seq from naive.run where tenant_id = $1 and run_id = $2 for update")
    { Parameters = { new() { Value = message.TenantId }, new() { Value = message.RunId } } };

    public static NpgsqlBatchCommand Insert(NaiveMessage message, int seq) => new(
        "insert into naive.run (tenant_id, run_id, plan_id, plan_version, status, step, seq, input) values ($1, $2, $3, $4, 'RUNNING', 1, $5, $6)")
    {
        Parameters =
        {
            new() { Value = message.TenantId }, new() { Value = message.RunId }, new() { Value = message.PlanId }, new() { Value = message.PlanVersion },
            new() { Value = seq }, new() { Value = message.Input.GetRawText(), NpgsqlDbType = NpgsqlDbType.Jsonb },
        },
    };

    public static NpgsqlBatchCommand Update(NaiveMessage message, string status, int step, int seq) => new(
        """
        update naive.run
        set status = $3, step = $4, seq = $5, updated_at = clock_timestamp()
        where tenant_id = $1
          and run_id = $2
        """)
    {
        Parameters =
        {
            new() { Value = message.TenantId }, new() { Value = message.RunId }, new() { Value = status }, new() { Value = step }, new() { Value = seq },
        },
    };

    public static NpgsqlBatchCommand Append(NaiveMessage message, long seq, string type, string data) => new(
        """
        insert into naive.event (event_id, tenant_id, stream, seq, type, data, command_id, actor, occurred_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp())
        """)
    {
        Parameters =
        {
            new() { Value = Guid.CreateVersion7() }, new() { Value = message.TenantId }, new() { Value = $"run-{message.RunId}" }, new() { Value = seq },
            new() { Value = type }, new() { Value = data, NpgsqlDbType = NpgsqlDbType.Jsonb }, new() { Value = message.MessageId }, new() { Value = message.Actor },
        },
    };

    public static NpgsqlBatchCommand Send(string queue, byte[] body) => new("insert into naive.outbox (queue, body) values ($1, $2)")
    { Parameters = { new() { Value = queue }, new() { Value = body } } };

    public static NpgsqlBatchCommand Summarise(NaiveMessage message, string status, int completed, long seq) => new(
        """
        insert into naive.run_list as r (
          tenant_id, run_id, plan_id, plan_version, status, labels, actor, priority, queued_at, started_at, steps_completed, steps_failed, steps_skipped,
          last_seq, updated_at)
        values ($1, $2, $3, $4, $5, '{}', $6, 5, clock_timestamp(), clock_timestamp(), $7, 0, 0, $8, clock_timestamp())
        on conflict (tenant_id, run_id) do update
        set status = excluded.status, steps_completed = excluded.steps_completed, last_seq = excluded.last_seq, updated_at = excluded.updated_at,
            finished_at = case when excluded.status = 'COMPLETED' then clock_timestamp() end
        """)
    {
        Parameters =
        {
            new() { Value = message.TenantId }, new() { Value = message.RunId }, new() { Value = message.PlanId }, new() { Value = message.PlanVersion },
            new() { Value = status }, new() { Value = message.Actor }, new() { Value = completed }, new() { Value = seq },
        },
    };
}
