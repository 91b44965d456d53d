-- One row per concurrency key in use. Its row lock, taken by whoever queues or ends a run of the key, makes the limit exact
-- although the runs of a key live in different slots of the log.
create table runs.concurrency_key (
  tenant_id uuid not null,
  plan_id   text not null,
  key       text not null,
  slots     int not null,
  held      int not null default 0,
  waiting   int not null default 0,
  primary key (tenant_id, plan_id, key)
) with (fillfactor = 50);

-- Runs that wait for a slot or have one, until they end. One that is granted a slot has not been told yet.
create table runs.concurrency_run (
  tenant_id   uuid not null,
  run_id      text not null,
  plan_id     text not null,
  key         text not null,
  priority    int not null,
  accepted_at timestamptz not null,
  place       bigint generated always as identity,
  state       text not null default 'waiting' check (state in ('waiting', 'granted', 'held')),
  changed_at  timestamptz not null default clock_timestamp(),
  primary key (tenant_id, run_id)
);
create index concurrency_waiting on runs.concurrency_run (tenant_id, plan_id, key, priority desc, accepted_at, place) where state = 'waiting';
create index concurrency_granted on runs.concurrency_run (changed_at) where state = 'granted';

-- What a batch changes, and who is granted a slot by it. Keys are locked in one order, so that two batches wait for each
-- other and never for ever; the slots of the log are locked after this.
create function runs.take_turns(
  q_tenant uuid[], q_run text[], q_plan text[], q_key text[], q_slots int[], q_priority int[], q_accepted timestamptz[],
  told_tenant uuid[], told_run text[], ended_tenant uuid[], ended_run text[]
) returns table (granted_tenant uuid, granted_run text) language plpgsql as $$
declare
  k record;
  k_tenant uuid[] := '{}';
  k_plan text[] := '{}';
  k_key text[] := '{}';
begin
  for k in
    -- Of several limits that of the run queued last holds.
    select t.tenant_id, t.plan_id, t.key, (array_agg(t.slots order by t.n desc) filter (where t.slots is not null))[1] as slots
    from (
      select q.tenant_id, q.plan_id, q.key, q.slots, q.n
      from unnest(q_tenant, q_plan, q_key, q_slots) with ordinality as q(tenant_id, plan_id, key, slots, n)
      union all
      select r.tenant_id, r.plan_id, r.key, null, 0
      from unnest(ended_tenant, ended_run) as e(tenant_id, run_id)
      join runs.concurrency_run r using (tenant_id, run_id)
    ) t
    group by t.tenant_id, t.plan_id, t.key
    order by t.tenant_id, t.plan_id, t.key
  loop
    insert into runs.concurrency_key as c (tenant_id, plan_id, key, slots)
    values (k.tenant_id, k.plan_id, k.key, coalesce(k.slots, 1))
    on conflict (tenant_id, plan_id, key) do update set slots = coalesce(k.slots, c.slots);
    k_tenant := k_tenant || k.tenant_id;
    k_plan := k_plan || k.plan_id;
    k_key := k_key || k.key;
  end loop;

  with queued as (
    insert into runs.concurrency_run (tenant_id, run_id, plan_id, key, priority, accepted_at)
    select q.tenant_id, q.run_id, q.plan_id, q.key, q.priority, q.accepted_at
    from unnest(q_tenant, q_run, q_plan, q_key, q_priority, q_accepted) with ordinality
      as q(tenant_id, run_id, plan_id, key, priority, accepted_at, n)
    order by q.n
    returning tenant_id, plan_id, key
  )
  update runs.concurrency_key c
  set waiting = c.waiting + q.n
  from (select tenant_id, plan_id, key, count(*)::int as n from queued group by tenant_id, plan_id, key) q
  where c.tenant_id = q.tenant_id
    and c.plan_id = q.plan_id
    and c.key = q.key;

  update runs.concurrency_run r
  set state = 'held', changed_at = clock_timestamp()
  from unnest(told_tenant, told_run) as t(tenant_id, run_id)
  where r.tenant_id = t.tenant_id
    and r.run_id = t.run_id
    and r.state = 'granted';

  if cardinality(k_tenant) = 0 then
    return;
  end if;

  with ended as (
    delete from runs.concurrency_run r
    using unnest(ended_tenant, ended_run) as e(tenant_id, run_id)
    where r.tenant_id = e.tenant_id
      and r.run_id = e.run_id
    returning r.tenant_id, r.plan_id, r.key, r.state
  )
  update runs.concurrency_key c
  set held = c.held - e.held, waiting = c.waiting - e.waiting
  from (
    select tenant_id, plan_id, key, count(*) filter (where state <> 'waiting')::int as held, count(*) filter (where state = 'waiting')::int as waiting
    from ended
    group by tenant_id, plan_id, key
  ) e
  where c.tenant_id = e.tenant_id
    and c.plan_id = e.plan_id
    and c.key = e.key;

  return query
  with picked as (
    select w.tenant_id, w.run_id, c.plan_id, c.key
    from unnest(k_tenant, k_plan, k_key) as t(tenant_id, plan_id, key)
    join runs.concurrency_key c using (tenant_id, plan_id, key)
    cross join lateral (
      select r.tenant_id, r.run_id
      from runs.concurrency_run r
      where r.tenant_id = c.tenant_id
        and r.plan_id = c.plan_id
        and r.key = c.key
        and r.state = 'waiting'
      order by r.priority desc, r.accepted_at, r.place
      limit greatest(0, c.slots - c.held)
    ) w
    where c.waiting > 0
      and c.held < c.slots
  ), granted as (
    update runs.concurrency_run r
    set state = 'granted', changed_at = clock_timestamp()
    from picked p
    where r.tenant_id = p.tenant_id
      and r.run_id = p.run_id
    returning r.tenant_id, r.run_id
  ), counted as (
    update runs.concurrency_key c
    set held = c.held + p.n, waiting = c.waiting - p.n
    from (select tenant_id, plan_id, key, count(*)::int as n from picked group by tenant_id, plan_id, key) p
    where c.tenant_id = p.tenant_id
      and c.plan_id = p.plan_id
      and c.key = p.key
  )
  select g.tenant_id, g.run_id
  from granted g;

  delete from runs.concurrency_key c
  using unnest(k_tenant, k_plan, k_key) as t(tenant_id, plan_id, key)
  where c.tenant_id = t.tenant_id
    and c.plan_id = t.plan_id
    and c.key = t.key
    and c.held = 0
    and c.waiting = 0;
end $$;

alter table runs.concurrency_key enable row level security;
alter table runs.concurrency_run enable row level security;
create policy tenant_only on runs.concurrency_key to dvt_api using (tenant_id = log.tenant());
create policy tenant_only on runs.concurrency_run to dvt_api using (tenant_id = log.tenant());
create policy all_rows on runs.concurrency_key to dvt_worker, dvt_projector using (true) with check (true);
create policy all_rows on runs.concurrency_run to dvt_worker, dvt_projector using (true) with check (true);
grant select, insert, update, delete on runs.concurrency_key, runs.concurrency_run to dvt_worker;
grant select on runs.concurrency_key, runs.concurrency_run to dvt_api;
