-- Who shares the slots of a domain; a member not seen for a lease's length has left.
create table pipeline.member (
  domain  text not null,
  member  text not null,
  seen_at timestamptz not null,
  primary key (domain, member)
);

-- Accepted while the broker could not take it; the relay sends it on, oldest first per queue.
create table pipeline.mailbox (
  id         bigint generated always as identity primary key,
  queue      text not null,
  message_id uuid not null,
  tenant_id  uuid not null,
  envelope   bytea not null,
  parked_at  timestamptz not null default clock_timestamp()
);
create index mailbox_queue on pipeline.mailbox (queue, id);
create index mailbox_message on pipeline.mailbox (message_id);

-- One row per thing that waits for a moment. It stays until what it wakes has dealt with it; a lost message fires again.
create table pipeline.timers (
  tenant_id uuid not null,
  key       text not null,
  due       timestamptz not null,
  fire_at   timestamptz not null,
  queue     text not null,
  envelope  bytea not null,
  primary key (tenant_id, key)
);
create index timers_fire_at on pipeline.timers (fire_at);

-- An effect outside: recorded before the call, settled after it. What is neither is unknown and gets asked about.
create table pipeline.effect (
  tenant_id    uuid not null,
  key          text not null,
  kind         text not null,
  status       text not null check (status in ('intended', 'closed')),
  owner        text not null,
  leased_until timestamptz not null,
  calls        int not null default 1,
  outcome      jsonb,
  created_at   timestamptz not null default clock_timestamp(),
  closed_at    timestamptz,
  primary key (tenant_id, key)
);
create index effect_closed on pipeline.effect (closed_at) where status = 'closed';

-- Messages in work when a process died, to be taken one at a time from then on.
create table pipeline.suspect (
  queue       text not null,
  message_id  uuid not null,
  tries       int not null,
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (queue, message_id)
);

create table pipeline.dead_letter (
  id           uuid primary key,
  tenant_id    uuid not null,
  queue        text not null,
  key          text not null,
  message_id   uuid not null,
  type         text not null,
  envelope     bytea not null,
  status       text not null check (status in ('open', 'waiting', 'replayed', 'discarded')),
  behind       uuid,
  place        bigint generated always as identity,
  error_code   text,
  error_detail text,
  error_group  text,
  tries        int not null default 0,
  created_at   timestamptz not null default clock_timestamp(),
  closed_at    timestamptz,
  closed_by    text,
  reason       text
);
create index dead_letter_list on pipeline.dead_letter (tenant_id, status, created_at desc);
create index dead_letter_key on pipeline.dead_letter (queue, tenant_id, key) where status in ('open', 'waiting');
create unique index dead_letter_once on pipeline.dead_letter (queue, message_id) where status in ('open', 'waiting');

-- One key per person; deleting it erases the person from every event.
create table pipeline.person_key (
  tenant_id  uuid not null,
  person_id  text not null,
  wrapped    bytea not null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, person_id)
);

alter table pipeline.dead_letter enable row level security;
create policy tenant_only on pipeline.dead_letter to dvt_api using (tenant_id = log.tenant());
create policy all_rows on pipeline.dead_letter to dvt_worker, dvt_projector using (true) with check (true);

grant select, insert, update, delete on all tables in schema pipeline to dvt_worker;
grant select, insert, delete on pipeline.mailbox to dvt_api;
grant select on pipeline.dead_letter to dvt_api, dvt_projector;
grant select, insert on pipeline.person_key to dvt_api, dvt_projector;
