-- A run that goes on as another hands its slot to it. Until the other one queues, the slot is its all the same: handed.
alter table runs.concurrency_run drop constraint concurrency_run_state_check;
alter table runs.concurrency_run add constraint concurrency_run_state_check check (state in ('waiting', 'handed', 'granted', 'held'));
create index concurrency_handed on runs.concurrency_run (changed_at) where state = 'handed';

-- As before; and ended_heir names, for a run that ends, who takes its slot over, and refused are heirs that will not come.
create function runs.take_turns(
  q_tenant uuid[], q_run text[], q_plan text[], q_key text[], q_slots int[], q_priority int[], q_accepted timestamptz[],
  told_tenant uuid[], told_run text[], ended_tenant uuid[], ended_run text[], ended_heir text[], refused_tenant uuid[], refused_run text[]
) returns table (granted_tenant uuid, granted_run text) language plpgsql as $$
declare
  k record;
  k_tenant uuid[] := '{}';
  k_plan text[] := '{}';
  k_key text[] := '{}';
  heirs_tenant uuid[];
  heirs_run text[];
begin
  for k in
    -- Of several limits that of the run queued last holds.
    select t.tenant_id, t.plan_id, t.key, (array_agg(t.slots order by t.n desc) filter (where t.slots is not null))[1] as slots
    from (
      select q.tenant_id, q.plan_id, q.key, q.slots, q.n
      from unnest(q_tenant, q_plan, q_key, q_slots) with ordinality as q(tenant_id, plan_id, key, slots, n)
      union all
      select r.tenant_id, r.plan_id, r.key, null, 0
      from (
        select * from unnest(ended_tenant, ended_run)
        union all
        select * from unnest(refused_tenant, refused_run)
      ) as e(tenant_id, run_id)
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

  -- A run whose slot was handed to it does not wait; another that is queued already is stopped by the key of its own row.
  with queued as (
    insert into runs.concurrency_run as r (tenant_id, run_id, plan_id, key, priority, accepted_at)
    select q.tenant_id, q.run_id, q.plan_id, q.key, q.priority, q.accepted_at
    from unnest(q_tenant, q_run, q_plan, q_key, q_priority, q_accepted) with ordinality
      as q(tenant_id, run_id, plan_id, key, priority, accepted_at, n)
    order by q.n
    on conflict (tenant_id, run_id) do update
    set state = 'granted', priority = excluded.priority, accepted_at = excluded.accepted_at, changed_at = clock_timestamp()
    where r.state = 'handed'
    returning r.tenant_id, r.run_id, r.plan_id, r.key, r.state
  ), counted as (
    update runs.concurrency_key c
    set waiting = c.waiting + q.n
    from (
      select tenant_id, plan_id, key, count(*)::int as n
      from queued
      where state = 'waiting'
      group by tenant_id, plan_id, key
    ) q
    where c.tenant_id = q.tenant_id
      and c.plan_id = q.plan_id
      and c.key = q.key
  )
  select array_agg(q.tenant_id), array_agg(q.run_id)
  into heirs_tenant, heirs_run
  from queued q
  where q.state = 'granted';

  update runs.concurrency_run r
  set state = 'held', changed_at = clock_timestamp()
  from unnest(told_tenant, told_run) as t(tenant_id, run_id)
  where r.tenant_id = t.tenant_id
    and r.run_id = t.run_id
    and r.state = 'granted';

  if cardinality(k_tenant) = 0 then
    return;
  end if;

  -- Where somebody else's run has that name already, the slot is free like any other.
  update runs.concurrency_run r
  set run_id = h.heir, state = 'handed', changed_at = clock_timestamp()
  from unnest(ended_tenant, ended_run, ended_heir) as h(tenant_id, run_id, heir)
  where h.heir is not null
    and r.tenant_id = h.tenant_id
    and r.run_id = h.run_id
    and r.state <> 'waiting'
    and not exists (
      select
      from runs.concurrency_run o
      where o.tenant_id = h.tenant_id
        and o.run_id = h.heir
    );

  with ended as (
    delete from runs.concurrency_run r
    using (
      select *, false from unnest(ended_tenant, ended_run)
      union all
      select *, true from unnest(refused_tenant, refused_run)
    ) as e(tenant_id, run_id, if_handed)
    where r.tenant_id = e.tenant_id
      and r.run_id = e.run_id
      and (r.state = 'handed' or not e.if_handed)
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
  from granted g
  union all
  select h.tenant_id, h.run_id
  from unnest(heirs_tenant, heirs_run) as h(tenant_id, run_id);

  delete from runs.concurrency_key c
  using unnest(k_tenant, k_plan, k_key) as t(tenant_id, plan_id, key)
  where c.tenant_id = t.tenant_id
    and c.plan_id = t.plan_id
    and c.key = t.key
    and c.held = 0
    and c.waiting = 0;
end $$;

-- Workers of the release before go on beside those of this one; their runs hand nothing on, and take what is handed to them.
create or replace function runs.take_turns(
  q_tenant uuid[], q_run text[], q_plan text[], q_key text[], q_slots int[], q_priority int[], q_accepted timestamptz[],
  told_tenant uuid[], told_run text[], ended_tenant uuid[], ended_run text[]
) returns table (granted_tenant uuid, granted_run text) language plpgsql as $$
begin
  return query
  select t.granted_tenant, t.granted_run
  from runs.take_turns(
    q_tenant, q_run, q_plan, q_key, q_slots, q_priority, q_accepted, told_tenant, told_run, ended_tenant, ended_run, '{}'::text[], '{}'::uuid[], '{}'::text[]) t;
end $$;
