-- What of a run never changes and is searched for. Apart from read.run, since each change of a row there would write
-- all of these words into the index anew.
create table read.{table} (
  tenant_id    uuid not null,
  run_id       text not null,
  plan_id      text not null,
  plan_version text not null,
  labels       jsonb not null,
  queued_at    timestamptz not null,
  terms        tsvector not null,
  primary key (tenant_id, run_id)
);

-- indexes
create index {table}_terms on read.{table} using gin (terms) with (gin_pending_list_limit = 512);

-- functions
-- Row-level security keeps an index on terms out of reach of the API's role, since matching might leak; so this
-- function, which sees all rows, adds the tenant itself and tells run ids only.
drop function if exists read.find_runs(tsquery, tsquery, text, text, text, jsonb, timestamptz, timestamptz, boolean, boolean, timestamptz, text, int);
create or replace function read.find_runs(
  p_archived boolean, p_terms tsquery, p_words tsquery, p_status text, p_plan text, p_version text, p_labels jsonb, p_from timestamptz, p_to timestamptz,
  p_finished boolean, p_descending boolean, p_after timestamptz, p_after_id text, p_limit int
) returns setof text language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
-- How many rows begin with a word cannot be guessed, and a wrong guess reads a million of them: always by the index.
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
begin
  -- What runs never change is enough for the usual order: their rows, which do change, are not looked at.
  if not p_finished and not p_archived and p_status is null then
    return query
    select t.run_id
    from read.run_term t
    where t.tenant_id = log.tenant()
      and t.terms @@ p_terms
      and coalesce(t.terms @@ p_words, true)
      and (p_plan is null or t.plan_id = p_plan)
      and (p_version is null or t.plan_version = p_version)
      and (p_labels is null or t.labels @> p_labels)
      and (p_from is null or t.queued_at >= p_from)
      and (p_to is null or t.queued_at < p_to)
      and (p_after is null or case when p_descending then (t.queued_at, t.run_id) < (p_after, p_after_id) else (t.queued_at, t.run_id) > (p_after, p_after_id) end)
    order by
      case when p_descending then t.queued_at end desc,
      case when p_descending then t.run_id end desc,
      t.queued_at,
      t.run_id
    limit p_limit;
    return;
  end if;
  return query
  with found as materialized (
    select r.run_id, case when p_finished then r.ended_at else r.queued_at end as at
    from read.run_term t
    join read.run r on r.tenant_id = t.tenant_id
      and r.run_id = t.run_id
    where t.tenant_id = log.tenant()
      and t.terms @@ p_terms
      -- Not by the index: words are beginnings, of which there may be a million.
      and coalesce(t.terms @@ p_words, true)
      and (p_plan is null or t.plan_id = p_plan)
      and (p_version is null or t.plan_version = p_version)
      and (p_labels is null or t.labels @> p_labels)
      and (p_finished or ((p_from is null or t.queued_at >= p_from) and (p_to is null or t.queued_at < p_to)))
      and (p_status is null or r.status = p_status)
      and (not p_archived or r.archived_at is not null)
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
