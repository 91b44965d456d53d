-- When the last event of an archived history was recorded, and since when the history is gone for good. Of such a run the row
-- stays, with seq 0, so that its id is not taken again and whoever has read it before loses the race.
alter table runs.run add column last_event_at timestamptz;
alter table runs.run add column deleted_at timestamptz;

update runs.run r
set last_event_at = (
  select max(e.recorded_at)
  from log.archive e
  where e.tenant_id = r.tenant_id
    and e.stream = 'run-' || r.run_id)
where r.archived_at is not null;

create index run_archived on runs.run (slot, tenant_id, last_event_at) where archived_at is not null and deleted_at is null;

create or replace function log.refuse_change() returns trigger language plpgsql as $$
begin
  -- No role that processes take on may change the log; only log.archive_ended, which leaves a copy, says the first of these,
  -- and only log.delete_archived the second.
  if (tg_op = 'DELETE' and tg_table_name = 'entry' and current_setting('dvt.archiving', true) = 'on')
    or (tg_op = 'UPDATE' and tg_table_name = 'archive' and current_setting('dvt.deleting', true) = 'on')
  then
    return null;
  end if;
  raise exception 'the log is append-only' using errcode = 'DV003';
end $$;

-- As before; the rows of archived runs also tell when their last event was recorded.
create or replace function log.archive_ended(p_slot int, p_days int, p_tenants uuid[], p_entries int, out reached bigint, out tenants uuid[], out runs text[])
language plpgsql security definer set search_path = pg_catalog, pg_temp set dvt.archiving = 'on' as $$
declare
  known bigint;
  before timestamptz := clock_timestamp() - make_interval(days => p_days);
begin
  insert into log.archive_walk (slot, days)
  values (p_slot, p_days)
  on conflict (slot, days) do nothing;

  select w."offset" into known
  from log.archive_walk w
  where w.slot = p_slot
    and w.days = p_days
  for update;

  -- Up to the first entry that is not old enough.
  select coalesce(min(n."offset") filter (where n.recorded_at >= before) - 1, max(n."offset")) into reached
  from (
    select e."offset", e.recorded_at
    from only log.entry e
    where e.slot = p_slot
      and e."offset" > known
    order by e."offset"
    limit p_entries
  ) n;
  if reached is null or reached <= known or not exists (
    select from only log.entry e where e.slot = p_slot and e."offset" > known and e."offset" <= reached)
  then
    reached := null;
    return;
  end if;

  with ended as materialized (
    select e.tenant_id, e.stream, e.recorded_at, r.run_id
    from only log.entry e
    left join runs.run r on r.tenant_id = e.tenant_id
      and e.stream like 'run-%'
      and r.run_id = substr(e.stream, 5)
      and r.terminal
      and r.seq = e.first_seq + e.count - 1
    where e.slot = p_slot
      and e."offset" > known
      and e."offset" <= reached
      and e.tenant_id = any (p_tenants)
      and (r.run_id is not null or e.stream like 'command-%' or e.stream like 'orphan-%' or e.stream like 'archive-%')
  ), emptied as (
    update runs.run r
    set state = '', archived_at = clock_timestamp(), deferred = 0, last_event_at = x.recorded_at
    from (select tenant_id, run_id, recorded_at from ended where run_id is not null order by tenant_id, run_id) x
    where r.tenant_id = x.tenant_id
      and r.run_id = x.run_id
    returning r.tenant_id, r.run_id
  ), steps as (
    delete from runs.step s
    using emptied x
    where s.tenant_id = x.tenant_id
      and s.run_id = x.run_id
  ), items as (
    delete from runs.item i
    using emptied x
    where i.tenant_id = x.tenant_id
      and i.run_id = x.run_id
  ), moved as (
    delete from only log.entry e
    using (select distinct tenant_id, stream from ended) x
    where e.stream = x.stream
      and e.tenant_id = x.tenant_id
    returning e.*
  ), kept as (
    insert into log.archive (slot, count, "offset", first_seq, occurred_at, recorded_at, tenant_id, stream_id, command_id, stream, actor, correlation_id, events)
    select slot, count, "offset", first_seq, occurred_at, recorded_at, tenant_id, stream_id, command_id, stream, actor, correlation_id, events
    from moved
  )
  select array_agg(x.tenant_id order by x.tenant_id, x.run_id), array_agg(x.run_id order by x.tenant_id, x.run_id) into tenants, runs
  from emptied x;

  update log.archive_walk w
  set "offset" = reached
  where w.slot = p_slot
    and w.days = p_days;
end $$;

-- What stays of the events of a deleted history: their types, which plan and which steps, how a signal was refused, what it all cost. With the
-- times of the entry that is what statistics are filled from; no input, result, error, reason, label or name is among it.
create function log.bones(p_events text) returns text language sql immutable parallel safe as $$
  select '[' || string_agg('["' || (n.event ->> 0) || '",' || jsonb_strip_nulls(jsonb_build_object(
    'planId', n.event #> '{1,planId}', 'planVersion', n.event #> '{1,planVersion}', 'stepId', n.event #> '{1,stepId}',
    'signalType', n.event #> '{1,signalType}', 'code', n.event #> '{1,code}',
    'cost', case when n.event ->> 0 = 'RunCompleted' then n.event #> '{1,cost}' end))::text || ']', ',' order by n.ordinal) || ']'
  from jsonb_array_elements(p_events::jsonb) with ordinality as n(event, ordinal)
$$;

-- Deletes for good the histories of up to p_runs archived runs of a slot whose last event is older than the days of their tenant.
-- Offsets of a slot stay dense: entries keep their places, in a stream that nobody asks for, with the bones of their events.
create function log.delete_archived(p_slot int, p_tenants uuid[], p_days int[], p_runs int, out tenants uuid[], out runs text[])
language plpgsql security definer set search_path = pg_catalog, pg_temp set dvt.deleting = 'on' as $$
begin
  with due as materialized (
    select r.tenant_id, r.run_id, r.seq
    from unnest(p_tenants, p_days) as p(tenant_id, days)
    cross join lateral (
      select r.tenant_id, r.run_id, r.seq
      from runs.run r
      where r.slot = p_slot
        and r.tenant_id = p.tenant_id
        and r.last_event_at < clock_timestamp() - make_interval(days => p.days)
        and r.archived_at is not null
        and r.deleted_at is null
        and r.terminal
        and r.state = ''
        -- What a late RETRY_RUN has added is archived first.
        and not exists (select from only log.entry e where e.stream = 'run-' || r.run_id and e.tenant_id = r.tenant_id)
      order by r.last_event_at
      limit p_runs
    ) r
    limit p_runs
  ), gone as (
    update runs.run r
    set deleted_at = clock_timestamp(), seq = 0
    from (select * from due order by tenant_id, run_id) d
    where r.tenant_id = d.tenant_id
      and r.run_id = d.run_id
      and r.seq = d.seq
      and r.deleted_at is null
    returning r.tenant_id, r.run_id
  ), emptied as (
    update log.archive a
    set stream = 'gone-' || g.run_id, events = log.bones(a.events), correlation_id = null
    from gone g
    where a.stream = 'run-' || g.run_id
      and a.tenant_id = g.tenant_id
  )
  select array_agg(g.tenant_id order by g.tenant_id, g.run_id), array_agg(g.run_id order by g.tenant_id, g.run_id) into tenants, runs
  from gone g;
end $$;

revoke execute on function log.delete_archived from public;
grant execute on function log.delete_archived to dvt_worker;
