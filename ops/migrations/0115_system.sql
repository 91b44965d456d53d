-- Which processes there are. Each says every few seconds that it lives; who has not for long is deleted by the others.
create table pipeline.process (
  process_id uuid primary key,
  holder     text not null,
  role       text not null,
  parts      text[] not null,
  pid        int not null,
  started_at timestamptz not null,
  seen_at    timestamptz not null
) with (fillfactor = 50);

-- What waits in the broker's queues, as a worker saw it last.
create table pipeline.queue_seen (
  queue     text primary key,
  messages  bigint not null,
  consumers int not null,
  seen_at   timestamptz not null
) with (fillfactor = 50);

-- How each standing job ended last, which the scheduler keeps nowhere.
create table pipeline.job_end (
  job        text primary key,
  process_id uuid not null,
  ended_at   timestamptz not null,
  seconds    double precision not null,
  fault      text
) with (fillfactor = 50);

grant select, insert, update, delete on pipeline.process to dvt_api, dvt_worker, dvt_projector;
grant select, insert, update, delete on pipeline.queue_seen, pipeline.job_end to dvt_worker;

-- The queues with what belongs to them here. It counts over all tenants, up to 10,000, and tells nothing but counts.
create function pipeline.queues() returns table (queue text, messages bigint, consumers int, parked bigint, dead_letters bigint, seen_at timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select q.queue, q.messages, q.consumers,
    (select count(*) from (select from pipeline.mailbox m where m.queue = q.queue limit 10000) m),
    (select count(*) from (select from pipeline.dead_letter d where d.queue = q.queue and d.status in ('open', 'waiting') limit 10000) d),
    q.seen_at
  from pipeline.queue_seen q
$$;

-- The standing jobs; none before they are stored. The scheduler's tables are made behind the migrations, so they are looked up
-- when this is asked. Its times are ticks of 100 ns since the year 1, its intervals milliseconds.
create function pipeline.jobs() returns table (
  job text, every_seconds double precision, state text, next_at timestamptz, previous_at timestamptz,
  ended_at timestamptz, seconds double precision, fault text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  return query
  select t.job_name::text, s.repeat_interval / 1e3::double precision,
    case
      when exists (
        select
        from quartz.qrtz_fired_triggers f
        where f.sched_name = t.sched_name
          and f.job_name = t.job_name
          and f.job_group = t.job_group
          and f.state = 'EXECUTING'
      ) then 'running'
      when t.trigger_state = 'ERROR' then 'stopped'
      when t.trigger_state like 'PAUSED%' then 'paused'
      when t.trigger_state = 'COMPLETE' then 'completed'
      else 'waiting'
    end,
    case when t.next_fire_time > 0 then to_timestamp((t.next_fire_time - 621355968000000000) / 1e7) end,
    case when t.prev_fire_time > 0 then to_timestamp((t.prev_fire_time - 621355968000000000) / 1e7) end,
    e.ended_at, e.seconds, e.fault
  from quartz.qrtz_triggers t
  left join quartz.qrtz_simple_triggers s on s.sched_name = t.sched_name
    and s.trigger_name = t.trigger_name
    and s.trigger_group = t.trigger_group
  left join pipeline.job_end e on e.job = t.job_name;
exception
  when undefined_table or invalid_schema_name then return;
end $$;
