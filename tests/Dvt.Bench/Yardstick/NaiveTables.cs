using Npgsql;
using NpgsqlTypes;

namespace Dvt.Bench;

/// <summary>The SQL of the naive way, in its own schema.</summary>
static class NaiveTables
{
    public const string Schema =
        """
        create schema naive;
        create table naive.inbox (message_id uuid primary key, received_at timestamptz not null default clock_timestamp());
        create table naive.outbox (id bigint generated always as identity primary key, queue text not null, body bytea not null);
        create table naive.run (
          run_id uuid primary key, plan_id text not null, status text not null, step int not null, seq int not null,
          input jsonb not null, updated_at timestamptz not null default clock_timestamp()
        );
        create table naive.event (
          run_id uuid not null, seq int not null, type text not null, data jsonb not null,
          recorded_at timestamptz not null default clock_timestamp(), primary key (run_id, seq)
        );
        create table naive.summary (
          run_id uuid primary key, plan_id text not null, status text not null, steps_completed int not null,
          queued_at timestamptz not null, finished_at timestamptz
        );
        """;

    /// <summary>Notes the message; no row when it was taken before.</summary>
    public static NpgsqlBatchCommand Receive(NaiveMessage message) => new(
        "insert into naive.inbox (message_id) values ($1) on conflict do nothing returning 1")
    { Parameters = { new() { Value = message.MessageId } } };

    public static NpgsqlBatchCommand Load(NaiveMessage message) => new("select status, step, seq from naive.run where run_id = $1 for update")
    { Parameters = { new() { Value = message.RunId } } };

    public static NpgsqlBatchCommand Insert(NaiveMessage message, int seq) => new(
        "insert into naive.run (run_id, plan_id, status, step, seq, input) values ($1, $2, 'RUNNING', 1, $3, $4)")
    {
        Parameters =
        {
            new() { Value = message.RunId }, new() { Value = message.PlanId }, new() { Value = seq },
            new() { Value = message.Input.GetRawText(), NpgsqlDbType = NpgsqlDbType.Jsonb },
        },
    };

    public static NpgsqlBatchCommand Update(NaiveMessage message, string status, int step, int seq) => new(
        "update naive.run set status = $2, step = $3, seq = $4, updated_at = clock_timestamp() where run_id = $1")
    { Parameters = { new() { Value = message.RunId }, new() { Value = status }, new() { Value = step }, new() { Value = seq } } };

    public static NpgsqlBatchCommand Append(NaiveMessage message, int seq, string type, string data) => new(
        "insert into naive.event (run_id, seq, type, data) values ($1, $2, $3, $4)")
    {
        Parameters =
        {
            new() { Value = message.RunId }, new() { Value = seq }, new() { Value = type },
            new() { Value = data, NpgsqlDbType = NpgsqlDbType.Jsonb },
        },
    };

    public static NpgsqlBatchCommand Send(string queue, byte[] body) => new("insert into naive.outbox (queue, body) values ($1, $2)")
    { Parameters = { new() { Value = queue }, new() { Value = body } } };

    public static NpgsqlBatchCommand Summarise(NaiveMessage message, string status, int completed) => new(
        """
        insert into naive.summary (run_id, plan_id, status, steps_completed, queued_at) values ($1, $2, $3, $4, clock_timestamp())
        on conflict (run_id) do update
        set status = excluded.status, steps_completed = excluded.steps_completed,
            finished_at = case when excluded.status = 'COMPLETED' then clock_timestamp() end
        """)
    { Parameters = { new() { Value = message.RunId }, new() { Value = message.PlanId }, new() { Value = status }, new() { Value = completed } } };
}
