-- What the projectors know of themselves. The views beside it are made, and made again, by them.
create table read.projection (
  name       text primary key,
  definition text not null,
  tail       text not null check (tail in ('live', 'outdated')),
  state      text not null check (state in ('live', 'rebuilding')),
  changed_at timestamptz not null default clock_timestamp()
);

-- How far a tail has come, written in the transaction of what it wrote. Views of one tail move together: 'live' ones,
-- those being filled ('next'), and those whose table has to wait for one of a newer definition ('outdated').
create table read.checkpoint (
  tail     text not null,
  slot     int not null,
  "offset" bigint not null default 0,
  primary key (tail, slot)
) with (fillfactor = 50);

-- Which process writes; a lapsed lease may be taken by another, with a higher epoch.
create table read.lease (
  name   text primary key,
  holder text not null,
  epoch  bigint not null,
  until  timestamptz not null
) with (fillfactor = 50);

-- Streams with a missing event: from here on no view follows them.
create table read.stopped_stream (
  tenant_id    uuid not null,
  stream       text not null,
  slot         int not null,
  "offset"     bigint not null,
  expected_seq bigint not null,
  found_seq    bigint not null,
  stopped_at   timestamptz not null default clock_timestamp(),
  primary key (tenant_id, stream)
);

create table read.rebuild_request (
  name         text primary key,
  requested_at timestamptz not null default clock_timestamp()
);

-- Moves checkpoints from where the writer believes them to be. DV004: another projector has moved one.
create function read.advance(p_tail text, p_slots int[], p_from bigint[], p_to bigint[]) returns void language plpgsql as $$
declare
  moved int;
begin
  perform 1 from read.checkpoint c where c.tail = p_tail and c.slot = any (p_slots) order by c.slot for update;

  update read.checkpoint c
  set "offset" = w.upto
  from unnest(p_slots, p_from, p_to) as w(slot, known, upto)
  where c.tail = p_tail
    and c.slot = w.slot
    and c."offset" = w.known;
  get diagnostics moved = row_count;

  if moved <> cardinality(p_slots) then
    raise exception 'checkpoint % was moved by another projector', p_tail using errcode = 'DV004';
  end if;
end $$;

-- How far each tail is behind; it sees all tenants' events but tells only counts and a time.
create function read.lag() returns table (tail text, slot int, "offset" bigint, head bigint, behind_since timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select c.tail, c.slot, c."offset", s.head, (
    select e.recorded_at
    from log.events e
    where e.slot = c.slot
      and e."offset" = c."offset" + 1
  )
  from read.checkpoint c
  join log.slot s on s.slot = c.slot
$$;

-- Whether some projector is at work, and how many streams had to be stopped, of all tenants.
create function read.health() returns table (is_led boolean, stopped_streams bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select
    exists (select from read.lease l where l.until > clock_timestamp() - interval '5 seconds'),
    (select count(*) from read.stopped_stream)
$$;

-- The position a query reflects: the least of what the views' tails have reached.
create function read.position() returns table (slot int, "offset" bigint) language sql stable as $$
  select c.slot, min(c."offset")
  from read.checkpoint c
  where c.tail in (select p.tail from read.projection p)
  group by c.slot
$$;

alter table read.stopped_stream enable row level security;
create policy tenant_only on read.stopped_stream to dvt_api using (tenant_id = log.tenant());
create policy all_rows on read.stopped_stream to dvt_worker, dvt_projector using (true) with check (true);

grant select, insert, update, delete on all tables in schema read to dvt_projector;
grant select on read.projection, read.checkpoint, read.stopped_stream to dvt_api;
grant select, insert on read.rebuild_request to dvt_api;
