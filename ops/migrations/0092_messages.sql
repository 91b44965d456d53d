-- Messages that guests are owed because of what happened to their bookings, and what became of each.
create schema messages;

-- What a tenant says otherwise than the default. Written by the API with its event.
create table messages.template (
  tenant_id  uuid not null,
  name       text not null,
  language   text not null,
  -- Null: the default again.
  texts      jsonb,
  revision   bigint not null,
  changed_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, name, language)
);

create table messages.settings (
  tenant_id  uuid primary key,
  settings   jsonb not null,
  revision   bigint not null,
  changed_at timestamptz not null default clock_timestamp()
);

-- What messages need to know of bookings and units: a fold of their events. The guest stays encrypted with the person's key.
create table messages.booking (
  tenant_id  uuid not null,
  booking_id uuid not null,
  state      jsonb not null,
  primary key (tenant_id, booking_id)
);

create index booking_code on messages.booking (tenant_id, (state ->> 'code'));

create table messages.unit (
  tenant_id uuid not null,
  unit_id   uuid not null,
  state     jsonb not null,
  primary key (tenant_id, unit_id)
);

-- One row per fact and channel, so that nothing is told twice. A row is claimed before the call and closed after it.
create table messages.notice (
  tenant_id    uuid not null,
  notice_id    uuid not null,
  -- What it is about: booking-confirmed:{bookingId}; step:{key} of a run's step.
  fact         text not null,
  channel      text not null check (channel in ('whatsapp', 'email')),
  template     text,
  booking_id   uuid,
  run_id       text,
  guest_id     uuid,
  language     text not null,
  status       text not null default 'owed'
               check (status in ('owed', 'sending', 'accepted', 'delivered', 'read', 'failed', 'unknown', 'skipped')),
  due_at       timestamptz not null,
  attempt      int not null default 0,
  leased_until timestamptz,
  -- Of whom it went to, enough to recognise and too little to use.
  recipient    text,
  -- What was sent, encrypted with the person's key.
  sent         jsonb,
  code         text,
  detail       text,
  created_at   timestamptz not null default clock_timestamp(),
  finished_at  timestamptz,
  changed_at   timestamptz not null default clock_timestamp(),
  primary key (tenant_id, notice_id),
  unique (tenant_id, fact, channel)
) with (fillfactor = 70);
create index notice_due on messages.notice (due_at) where status = 'owed';
create index notice_leased on messages.notice (leased_until) where status = 'sending';
create index notice_listed on messages.notice (tenant_id, created_at desc, notice_id desc);
create index notice_booking on messages.notice (tenant_id, booking_id, created_at desc);
create index notice_troubled on messages.notice (changed_at) where status in ('failed', 'unknown');

-- How far the log has been followed, moved in the transaction that stores what is owed; its row lock is the lease on the slot.
create table messages.checkpoint (
  slot     int primary key references log.slot,
  "offset" bigint not null
) with (fillfactor = 50);
insert into messages.checkpoint (slot, "offset")
select slot, head
from log.slot
where domain in ('bookings', 'channels');

alter table messages.template enable row level security;
alter table messages.settings enable row level security;
alter table messages.booking enable row level security;
alter table messages.unit enable row level security;
alter table messages.notice enable row level security;
create policy tenant_only on messages.template to dvt_api using (tenant_id = log.tenant()) with check (tenant_id = log.tenant());
create policy tenant_only on messages.settings to dvt_api using (tenant_id = log.tenant()) with check (tenant_id = log.tenant());
create policy tenant_only on messages.booking to dvt_api using (tenant_id = log.tenant());
create policy tenant_only on messages.unit to dvt_api using (tenant_id = log.tenant());
create policy tenant_only on messages.notice to dvt_api using (tenant_id = log.tenant()) with check (tenant_id = log.tenant());
create policy all_rows on messages.template to dvt_worker using (true) with check (true);
create policy all_rows on messages.settings to dvt_worker using (true) with check (true);
create policy all_rows on messages.booking to dvt_worker using (true) with check (true);
create policy all_rows on messages.unit to dvt_worker using (true) with check (true);
create policy all_rows on messages.notice to dvt_worker using (true) with check (true);

grant usage on schema messages to dvt_api, dvt_worker;
grant select, insert, update, delete on messages.template, messages.settings to dvt_api;
grant select on messages.booking, messages.unit, messages.notice to dvt_api;
grant select, insert, update, delete on all tables in schema messages to dvt_worker;
