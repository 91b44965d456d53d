-- Entries of streams that have ended, out of the way of what is written and read all day. Whoever reads log.entry or
-- log.events reads them as well: a child table is part of its parent.
create table log.archive () inherits (log.entry);
alter table log.archive add primary key (slot, "offset");
create unique index archive_stream on log.archive (stream, first_seq, tenant_id);

do $$
begin
  alter table log.archive alter column events set compression lz4;
exception
  when feature_not_supported then null; -- A server built without it compresses more slowly.
end $$;

-- Of a run whose history is archived the row holds no state: it is folded from the history when somebody asks.
alter table runs.run add column archived_at timestamptz;

-- How far each slot has been looked through for tenants that archive after so many days.
create table log.archive_walk (
  slot     int not null,
  days     int not null,
  "offset" bigint not null default 0,
  primary key (slot, days)
);

-- By which number each tenant was last treated; with another one, its slots are looked through anew.
create table log.archive_policy (
  tenant_id uuid primary key,
  days      int not null
);

create or replace function log.refuse_change() returns trigger language plpgsql as $$
begin
  -- No role that processes take on may delete; only log.archive_ended, which leaves a copy, says this.
  if tg_op = 'DELETE' and tg_table_name = 'entry' and current_setting('dvt.archiving', true) = 'on' then
    return null;
  end if;
  raise exception 'the log is append-only' using errcode = 'DV003';
end $$;

create trigger archive_append_only
before update or delete or truncate on log.archive
for each statement execute function log.refuse_change();

-- Takes note of what tenants want; slots are looked through anew for those that changed it. A new tenant has nothing old enough.
create function log.archive_policies(p_tenants uuid[], p_days int[]) returns void language sql as $$
  with gone as (
    delete from log.archive_policy p
    where p.tenant_id <> all (coalesce(p_tenants, '{}'))
  ), changed as (
    insert into log.archive_policy as p (tenant_id, days)
    select n.tenant_id, n.days
    from unnest(p_tenants, p_days) as n(tenant_id, days)
    order by n.tenant_id
    on conflict (tenant_id) do update
    set days = excluded.days
    where p.days <> excluded.days
    returning p.tenant_id, p.days
  )
  update log.archive_walk w
  set "offset" = 0
  from (
    select distinct c.days
    from changed c
    join identity.tenant t using (tenant_id)
    where t.created_at <= clock_timestamp() - make_interval(days => c.days)
  ) c
  where w.days = c.days
$$;

-- Looks through the next entries of a slot and moves every stream that ended more than p_days ago: runs at their end, and
-- results of commands, which have a stream each. A stream is met once, at its last entry. Returns how far it has looked, null
-- when there is nothing old enough; and the runs it moved, whose rows it empties.
create function log.archive_ended(p_slot int, p_days int, p_tenants uuid[], p_entries int, out reached bigint, out tenants uuid[], out runs text[])
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
    select e.tenant_id, e.stream, r.run_id
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
    set state = '', archived_at = clock_timestamp(), deferred = 0
    from (select tenant_id, run_id from ended where run_id is not null order by tenant_id, run_id) x
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

revoke execute on function log.archive_ended from public;
revoke execute on function log.archive_policies from public;
grant execute on function log.archive_ended, log.archive_policies to dvt_worker;
grant select, insert, update, delete on log.archive_walk, log.archive_policy to dvt_worker;
