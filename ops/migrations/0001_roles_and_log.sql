-- Roles carry the rights; processes log in with the installation's user and take one on.
do $$
declare
  wanted text;
begin
  foreach wanted in array array['dvt_api', 'dvt_worker', 'dvt_projector'] loop
    if not exists (select from pg_roles where rolname = wanted) then
      begin
        execute format('create role %I nologin', wanted);
      exception
        when duplicate_object or unique_violation then null; -- Another database of the cluster was first.
      end;
    end if;
    execute format('grant %I to current_user', wanted);
  end loop;
end $$;

create schema log;
create schema pipeline;
create schema identity;
create schema runs;
create schema read;

-- A slot's row lock, held until commit, is what gives its log commit order and fences a frozen owner.
create table log.slot (
  slot        int primary key,
  domain      text not null,
  head        bigint not null default 0,
  epoch       bigint not null default 0
) with (fillfactor = 50);

insert into log.slot (slot, domain)
select d.number * 16 + n, d.name
from (values (0, 'runs'), (1, 'bookings'), (2, 'payments'), (3, 'generation'), (4, 'channels'), (5, 'growth'), (6, 'media'), (15, 'identity')) as d(number, name)
cross join generate_series(0, 15) as n;

-- Who owns a slot. Apart from its head, so that renewing never waits for an append, nor an append for it.
create table log.lease (
  slot        int primary key references log.slot,
  domain      text not null,
  owner       text,
  lease_until timestamptz not null default '-infinity'
) with (fillfactor = 50);

insert into log.lease (slot, domain)
select slot, domain
from log.slot
where domain <> 'identity';

create table log.events (
  slot           int not null,
  "offset"       bigint not null,
  tenant_id      uuid not null,
  stream         text collate "C" not null,
  seq            bigint not null,
  type           text not null,
  data           jsonb not null,
  event_id       uuid not null,
  command_id     uuid,
  correlation_id text,
  actor          text not null,
  occurred_at    timestamptz not null,
  recorded_at    timestamptz not null default clock_timestamp(),
  primary key (slot, "offset")
);

-- The stream comes first: it tells apart at once what the tenant, alike for whole batches, would not.
create unique index events_stream on log.events (stream, seq, tenant_id);

create function log.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'log.events is append-only' using errcode = 'DV003';
end $$;

create trigger events_append_only
before update or delete or truncate on log.events
for each statement execute function log.refuse_change();

-- Appends a batch. Events name their slot and their place within it (1..count); heads move once per slot,
-- in slot order. DV001: a slot has another owner by now. Unique violation: a stream has moved on.
create function log.append(
  p_slots int[], p_epochs bigint[], p_counts int[],
  e_slot int[], e_ordinal int[], e_tenant uuid[], e_stream text[], e_seq bigint[], e_type text[], e_data text[],
  e_id uuid[], e_command uuid[], e_correlation text[], e_actor text[], e_occurred timestamptz[]
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
    insert into log.events (slot, "offset", tenant_id, stream, seq, type, data, event_id, command_id, correlation_id, actor, occurred_at)
    select e.slot, m.base + e.ordinal, e.tenant, e.stream, e.seq, e.type, e.data::jsonb, e.id, e.command, e.correlation, e.actor, e.occurred
    from (
      -- In the select list each array is walked once; as a function in "from" it would be stored first.
      select
        unnest(e_slot) as slot, unnest(e_ordinal) as ordinal, unnest(e_tenant) as tenant, unnest(e_stream) as stream,
        unnest(e_seq) as seq, unnest(e_type) as type, unnest(e_data) as data, unnest(e_id) as id, unnest(e_command) as command,
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

-- For other tables written in the same transaction: raises when a row was not the one that was read.
create function log.expect(actual bigint, wanted bigint, what text) returns void language plpgsql as $$
begin
  if actual <> wanted then
    raise exception '%: % of % rows', what, actual, wanted using errcode = 'DV002';
  end if;
end $$;

create function log.tenant() returns uuid language sql stable parallel safe as $$
  select nullif(current_setting('dvt.tenant', true), '')::uuid
$$;

alter table log.events enable row level security;
create policy tenant_only on log.events to dvt_api using (tenant_id = log.tenant()) with check (tenant_id = log.tenant());
create policy all_rows on log.events to dvt_worker, dvt_projector using (true) with check (true);

grant usage on schema log to dvt_api, dvt_worker, dvt_projector;
grant usage on schema pipeline to dvt_api, dvt_worker, dvt_projector;
grant usage on schema identity to dvt_api, dvt_worker, dvt_projector;
grant usage on schema runs to dvt_api, dvt_worker, dvt_projector;
grant usage on schema read to dvt_api, dvt_worker, dvt_projector;
grant select, insert on log.events to dvt_api, dvt_worker;
grant select on log.events to dvt_projector;
grant select, update on log.slot to dvt_api, dvt_worker;
grant select, update on log.lease to dvt_worker;
grant select on log.lease to dvt_api, dvt_projector;
grant select on log.slot to dvt_projector;
