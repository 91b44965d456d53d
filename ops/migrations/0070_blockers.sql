-- What holds a run of the asking tenant up besides its history. It reads tables that the API's role may not read, so the tenant
-- is not a parameter. The first queue is that of the run's slot, the others are those of the step kinds it has called.
create function runs.held_up(p_run text, p_slot int, p_queues text[], p_effects text[]) returns jsonb
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select jsonb_build_object(
    'hasWorker', coalesce((select l.lease_until > clock_timestamp() from log.lease l where l.slot = p_slot), false),
    'workerUntil', (select nullif(l.lease_until, '-infinity') from log.lease l where l.slot = p_slot),
    'parked', (
      select jsonb_build_object('count', count(*), 'since', min(m.parked_at))
      from pipeline.mailbox m
      where m.queue = p_queues[1]
        and m.tenant_id = log.tenant()
    ),
    'backlog', (
      select jsonb_build_object('count', count(*), 'since', null)
      from pipeline.backlog b
      where b.queue = any (p_queues)
        and b.tenant_id = log.tenant()
        and b.key = p_run
    ),
    'deadLetter', (
      select jsonb_build_object('id', d.id, 'type', d.type, 'code', d.error_code, 'detail', d.error_detail, 'since', d.created_at, 'behind', (
        select count(*)
        from pipeline.dead_letter w
        where w.behind = d.id
          and w.queue = d.queue
          and w.tenant_id = d.tenant_id
          and w.key = d.key
          and w.status = 'waiting'
      ))
      from pipeline.dead_letter d
      where d.queue = any (p_queues)
        and d.tenant_id = log.tenant()
        and d.key = p_run
        and d.status = 'open'
      order by d.created_at
      limit 1
    ),
    'leases', (
      select jsonb_object_agg(e.key, e.leased_until)
      from pipeline.effect e
      where e.tenant_id = log.tenant()
        and e.key = any (p_effects)
        and e.status = 'intended'
        and e.leased_until > clock_timestamp()
    ),
    'slots', (
      select jsonb_build_object('limit', k.slots, 'waiting', k.waiting, 'place', (
        select count(*) + 1
        from runs.concurrency_run w
        where w.tenant_id = r.tenant_id
          and w.plan_id = r.plan_id
          and w.key = r.key
          and w.state = 'waiting'
          and (w.priority > r.priority or w.priority = r.priority and (w.accepted_at, w.place) < (r.accepted_at, r.place))
      ), 'holders', (
        select coalesce(jsonb_agg(h.run_id order by h.changed_at, h.run_id), '[]')
        from (
          select c.run_id, c.changed_at
          from runs.concurrency_run c
          where c.tenant_id = r.tenant_id
            and c.plan_id = r.plan_id
            and c.key = r.key
            and c.state <> 'waiting'
          order by c.changed_at, c.run_id
          limit 20
        ) h
      ))
      from runs.concurrency_run r
      join runs.concurrency_key k using (tenant_id, plan_id, key)
      where r.tenant_id = log.tenant()
        and r.run_id = p_run
        and r.state = 'waiting'
    )
  )
$$;

revoke execute on function runs.held_up from public;
grant execute on function runs.held_up to dvt_api;
-- Who holds the slots of a key.
create index concurrency_holders on runs.concurrency_run (tenant_id, plan_id, key, changed_at) where state <> 'waiting';
