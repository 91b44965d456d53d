-- One row for what a commit adds to a stream: most of what an append costs is rows and index entries, not bytes.
-- "offset" is that of the entry's last event, so that "behind a position" is one range of the key.
create table log.entry (
  slot           int not null,
  count          int not null check (count between 1 and 256),
  "offset"       bigint not null,
  first_seq      bigint not null,
  occurred_at    timestamptz not null,
  recorded_at    timestamptz not null default clock_timestamp(),
  tenant_id      uuid not null,
  stream_id      uuid not null,
  command_id     uuid,
  stream         text collate "C" not null,
  actor          text not null,
  correlation_id text,
  -- [["RunQueued", {…}], …], as it was written: it is read whole, by programs that parse it themselves.
  events         text not null,
  primary key (slot, "offset")
);

-- Whoever continues a stream from the same event as somebody else fails here.
create unique index entry_stream on log.entry (stream, first_seq, tenant_id);

do $$
begin
  alter table log.entry alter column events set compression lz4;
exception
  when feature_not_supported then null; -- A server built without it compresses more slowly.
end $$;

-- The id of a stream's event: NamedId.OfEvent in SQL.
create function log.event_id(stream_id uuid, seq bigint) returns uuid language sql immutable parallel safe as $$
  select (substr(h, 1, 12) || '8' || substr(h, 14, 7)
    || lpad(to_hex(('x' || substr(h, 21, 12))::bit(48)::bigint # (seq & 281474976710655)), 12, '0'))::uuid
  from replace(stream_id::text, '-', '') h
$$;

insert into log.entry (slot, count, "offset", first_seq, occurred_at, recorded_at, tenant_id, stream_id, command_id, stream, actor, correlation_id, events)
select slot, 1, "offset", seq, occurred_at, recorded_at, tenant_id,
  -- An event's id is its stream's with the seq worked in; worked in twice, it is gone.
  (overlay(log.event_id(event_id, seq)::text placing '5' from 15 for 1))::uuid,
  command_id, stream, actor, correlation_id, '[["' || type || '",' || data::text || ']]'
from log.events;

drop function log.append(int[], bigint[], int[], int[], int[], uuid[], text[], bigint[], text[], text[], uuid[], uuid[], text[], text[], timestamptz[]);
drop table log.events;

create trigger entry_append_only
before update or delete or truncate on log.entry
for each statement execute function log.refuse_change();

create or replace function log.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the log is append-only' using errcode = 'DV003';
end $$;

-- Appends a batch. Entries name their slot and the place of their last event within it (1..count); heads move once per
-- slot, in slot order. DV001: a slot has another owner by now. Unique violation: a stream has moved on.
create function log.append(
  p_slots int[], p_epochs bigint[], p_counts int[],
  e_slot int[], e_ordinal int[], e_count int[], e_tenant uuid[], e_stream text[], e_stream_id uuid[], e_seq bigint[], e_events text[],
  e_command uuid[], e_correlation text[], e_actor text[], e_occurred timestamptz[]
) returns table (slot int, head bigint) language plpgsql as $$
#variable_conflict use_column
declare
  taken int;
begin
  perform 1 from log.slot s where s.slot = any (p_slots) order by s.slot for update;

  return query
  with wanted as (
    select * from unnest(p_slots, p_epochs, p_counts) as w(slot, epoch, n)
  ), moved as (
    update log.slot s
    set head = s.head + w.n
    from wanted w
    where s.slot = w.slot
      and (w.epoch = -1 or s.epoch = w.epoch)
    returning s.slot, s.head, s.head - w.n as base
  ), written as (
    insert into log.entry (slot, "offset", count, tenant_id, stream, stream_id, first_seq, events, command_id, correlation_id, actor, occurred_at)
    select e.slot, m.base + e.ordinal, e.count, e.tenant, e.stream, e.stream_id, e.seq, e.events, e.command, e.correlation, e.actor, e.occurred
    from (
      -- In the select list each array is walked once; as a function in "from" it would be stored first.
      select
        unnest(e_slot) as slot, unnest(e_ordinal) as ordinal, unnest(e_count) as count, unnest(e_tenant) as tenant, unnest(e_stream) as stream,
        unnest(e_stream_id) as stream_id, unnest(e_seq) as seq, unnest(e_events) as events, unnest(e_command) as command,
        unnest(e_correlation) as correlation, unnest(e_actor) as actor, unnest(e_occurred) as occurred
    ) e
    join moved m on m.slot = e.slot
  )
  select m.slot, m.head from moved m;
  get diagnostics taken = row_count;

  if taken <> cardinality(p_slots) then
    raise exception 'slot lost: % of % heads', taken, cardinality(p_slots) using errcode = 'DV001';
  end if;
end $$;

-- The log, an event a row. A question about one stream or one slot finds its entries by their index.
create view log.events with (security_invoker = true) as
select
  e.slot,
  e."offset" - e.count + n.ordinal as "offset",
  e.tenant_id,
  e.stream,
  e.first_seq + n.ordinal - 1 as seq,
  n.event ->> 0 as type,
  n.event -> 1 as data,
  log.event_id(e.stream_id, e.first_seq + n.ordinal - 1) as event_id,
  e.command_id,
  e.correlation_id,
  e.actor,
  e.occurred_at,
  e.recorded_at
from log.entry e
cross join lateral jsonb_array_elements(e.events::jsonb) with ordinality as n(event, ordinal);

alter table log.entry enable row level security;
create policy tenant_only on log.entry to dvt_api using (tenant_id = log.tenant()) with check (tenant_id = log.tenant());
create policy all_rows on log.entry to dvt_worker, dvt_projector using (true) with check (true);
grant select, insert on log.entry to dvt_api, dvt_worker;
grant select on log.entry to dvt_projector;
grant select on log.events to dvt_api, dvt_worker, dvt_projector;

create or replace function read.lag() returns table (tail text, slot int, "offset" bigint, head bigint, behind_since timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select c.tail, c.slot, c."offset", s.head, (
    select e.recorded_at
    from log.entry e
    where e.slot = c.slot
      and e."offset" > c."offset"
    order by e."offset"
    limit 1
  )
  from read.checkpoint c
  join log.slot s on s.slot = c.slot
$$;
