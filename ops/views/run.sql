create table read.{table} (
  tenant_id       uuid not null,
  run_id          text not null,
  plan_id         text not null,
  plan_version    text not null,
  status          text not null,
  substatus       text,
  labels          jsonb not null,
  actor           text not null,
  actor_id        text,
  priority        int not null,
  correlation_id  text,
  origin_run_id   text,
  parent_run_id   text,
  queued_at       timestamptz not null,
  started_at      timestamptz,
  finished_at     timestamptz,
  steps_completed int not null,
  steps_failed    int not null,
  steps_skipped   int not null,
  error_code      text,
  error_message   text,
  last_seq        bigint not null,
  updated_at      timestamptz not null,
  continued_from_run_id text,
  continued_as_run_id   text,
  archived_at           timestamptz,
  -- A column of its own: row-level security lets no index on an expression be used that might leak.
  ended_at        timestamptz not null generated always as (coalesce(finished_at, '-infinity'::timestamptz)) stored,
  primary key (tenant_id, run_id)
-- Steps that end change no indexed column: with room on its page such a change touches no index.
) with (fillfactor = 75);

-- indexes
create index {table}_queued on read.{table} (tenant_id, queued_at, run_id);
create index {table}_status_queued on read.{table} (tenant_id, status, queued_at, run_id);
create index {table}_plan_queued on read.{table} (tenant_id, plan_id, queued_at, run_id);
create index {table}_finished on read.{table} (tenant_id, ended_at, run_id);
create index {table}_status_finished on read.{table} (tenant_id, status, ended_at, run_id);
create index {table}_archived on read.{table} (tenant_id, queued_at, run_id) where archived_at is not null;
