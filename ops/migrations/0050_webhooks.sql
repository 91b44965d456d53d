create schema hooks;

-- Where events are told to. Written by the API together with the event of the same revision, since an answer holds a secret.
create table hooks.endpoint (
  tenant_id       uuid not null references identity.tenant,
  endpoint_id     uuid not null,
  revision        bigint not null,
  url             text not null,
  event_types     text[] not null,
  description     text,
  enabled         boolean not null,
  disabled_reason text,
  deleted         boolean not null default false,
  -- Events before it are not told: from being made, or from the last time it was enabled again.
  active_from     timestamptz not null default clock_timestamp(),
  -- Since the last success; what follows a failure is tried one at a time, and an endpoint that fails for days is disabled.
  failures        int not null default 0,
  failing_since   timestamptz,
  claimed_at      timestamptz not null default '-infinity',
  created_at      timestamptz not null default clock_timestamp(),
  changed_at      timestamptz not null default clock_timestamp(),
  primary key (tenant_id, endpoint_id)
) with (fillfactor = 50);

-- The newest signs for ever; those before it until their overlap ends. Wrapped with the key-encryption key.
create table hooks.secret (
  tenant_id   uuid not null,
  endpoint_id uuid not null,
  secret_id   uuid not null,
  wrapped     bytea not null,
  created_at  timestamptz not null default clock_timestamp(),
  expires_at  timestamptz,
  primary key (tenant_id, endpoint_id, secret_id),
  foreign key (tenant_id, endpoint_id) references hooks.endpoint on delete cascade
);

-- An event owed to an endpoint. Those of one stream go out in order: the later ones are held until the earlier one is closed.
create table hooks.delivery (
  tenant_id       uuid not null,
  endpoint_id     uuid not null,
  delivery_id     uuid not null,
  stream          text collate "C" not null,
  place           bigint not null,
  event_id        uuid not null,
  event_type      text not null,
  run_id          text,
  body            text not null,
  status          text not null default 'pending' check (status in ('pending', 'delivered', 'failed')),
  held            boolean not null default false,
  attempt         int not null default 0,
  next_attempt_at timestamptz not null default clock_timestamp(),
  leased_until    timestamptz,
  response_code   int,
  duration_ms     int,
  error           text,
  attempts        jsonb not null default '[]',
  created_at      timestamptz not null default clock_timestamp(),
  finished_at     timestamptz,
  primary key (tenant_id, endpoint_id, delivery_id),
  foreign key (tenant_id, endpoint_id) references hooks.endpoint
) with (fillfactor = 70);
create index delivery_due on hooks.delivery (tenant_id, endpoint_id, next_attempt_at) where status = 'pending' and not held;
create index delivery_leased on hooks.delivery (tenant_id, endpoint_id) where leased_until is not null;
create index delivery_order on hooks.delivery (tenant_id, endpoint_id, stream, place) where status = 'pending';
create index delivery_listed on hooks.delivery (tenant_id, endpoint_id, created_at desc, delivery_id desc);
create index delivery_finished on hooks.delivery (finished_at) where status <> 'pending';

-- How far the log has been told, moved in the transaction that inserts the deliveries; its row lock is the lease on the slot.
create table hooks.checkpoint (
  slot     int primary key references log.slot,
  "offset" bigint not null
) with (fillfactor = 50);

-- Nobody was told of anything before.
insert into hooks.checkpoint (slot, "offset")
select slot, head
from log.slot
where domain = 'runs';

alter table hooks.endpoint enable row level security;
alter table hooks.secret enable row level security;
alter table hooks.delivery enable row level security;
create policy tenant_only on hooks.endpoint to dvt_api using (tenant_id = log.tenant()) with check (tenant_id = log.tenant());
create policy tenant_only on hooks.secret to dvt_api using (tenant_id = log.tenant()) with check (tenant_id = log.tenant());
create policy tenant_only on hooks.delivery to dvt_api using (tenant_id = log.tenant()) with check (tenant_id = log.tenant());
create policy all_rows on hooks.endpoint to dvt_worker using (true) with check (true);
create policy all_rows on hooks.secret to dvt_worker using (true) with check (true);
create policy all_rows on hooks.delivery to dvt_worker using (true) with check (true);

grant usage on schema hooks to dvt_api, dvt_worker;
grant select, insert, update on hooks.endpoint, hooks.secret, hooks.delivery to dvt_api;
grant select, update, delete on hooks.endpoint, hooks.secret to dvt_worker;
grant select, insert, update, delete on hooks.delivery to dvt_worker;
grant select, update on hooks.checkpoint to dvt_worker;
