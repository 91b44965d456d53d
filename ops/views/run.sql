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
  terms           tsvector not null,
  -- A column of its own: row-level security lets no index on an expression be used that might leak.
  ended_at        timestamptz not null generated always as (coalesce(finished_at, '-infinity'::timestamptz)) stored,
  primary key (tenant_id, run_id)
);

-- indexes
create index {table}_queued on read.{table} (tenant_id, queued_at, run_id);
create index {table}_status_queued on read.{table} (tenant_id, status, queued_at, run_id);
create index {table}_plan_queued on read.{table} (tenant_id, plan_id, queued_at, run_id);
create index {table}_finished on read.{table} (tenant_id, ended_at, run_id);
create index {table}_status_finished on read.{table} (tenant_id, status, ended_at, run_id);
create index {table}_terms on read.{table} using gin (terms) with (gin_pending_list_limit = 512);

-- functions
-- Row-level security keeps an index on terms out of reach of the API's role, since matching might leak; so this
-- function, which sees all rows, adds the tenant itself and tells run ids only.
create or replace function read.find_runs(
  p_terms tsquery, p_words tsquery, p_status text, p_plan text, p_version text, p_labels jsonb, p_from timestamptz, p_to timestamptz,
  p_finished boolean, p_descending boolean, p_after timestamptz, p_after_id text, p_limit int
) returns setof text language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  return query
  with found as materialized (
    select r.run_id, case when p_finished then r.ended_at else r.queued_at end as at
    from read.run r
    where r.tenant_id = log.tenant()
      and r.terms @@ p_terms
      -- Not by the index: words are beginnings, of which there may be a million.
      and coalesce(r.terms @@ p_words, true)
      and (p_status is null or r.status = p_status)
      and (p_plan is null or r.plan_id = p_plan)
      and (p_version is null or r.plan_version = p_version)
      and (p_labels is null or r.labels @> p_labels)
      and (p_from is null or case when p_finished then r.finished_at else r.queued_at end >= p_from)
      and (p_to is null or case when p_finished then r.finished_at else r.queued_at end < p_to)
  )
  select f.run_id
  from found f
  where p_after is null
     or case when p_descending then (f.at, f.run_id) < (p_after, p_after_id) else (f.at, f.run_id) > (p_after, p_after_id) end
  order by
    case when p_descending then f.at end desc,
    case when p_descending then f.run_id end desc,
    f.at,
    f.run_id
  limit p_limit;
end $$;
revoke execute on function read.find_runs from public;
grant execute on function read.find_runs to dvt_api;
