-- Lets the constraint on nights compare tenants, units and holders with "=" and "<>" beside ranges with "&&".
create extension if not exists btree_gist;

create schema bookings;

-- A fold of the unit's stream.
create table bookings.unit (
  tenant_id  uuid not null,
  unit_id    uuid not null,
  command_id uuid not null,
  seq        bigint not null,
  definition json not null,
  primary key (tenant_id, unit_id)
);

-- A fold of the booking's stream: state is what decides, the columns beside it are what it is found by.
create table bookings.booking (
  tenant_id  uuid not null,
  booking_id uuid not null,
  unit_id    uuid not null,
  code       text not null,
  command_id uuid not null,
  seq        bigint not null,
  status     text not null,
  expires_at timestamptz not null,
  state      json not null,
  primary key (tenant_id, booking_id),
  unique (tenant_id, code)
);
create index booking_held on bookings.booking (tenant_id, unit_id, expires_at) where status = 'held';
create index booking_overdue on bookings.booking (expires_at) where status = 'held';

-- Who stays, in clear; the log has it under the person's key. Erasing a person deletes both.
create table bookings.guest (
  tenant_id  uuid not null,
  booking_id uuid not null,
  guest_id   uuid not null,
  name       text not null,
  phone      text,
  email      text,
  document   text,
  note       text,
  primary key (tenant_id, booking_id)
);
create index guest_person on bookings.guest (tenant_id, guest_id);

-- Blocked nights, also those that clash with a booking: they claim theirs when they become free.
create table bookings.block (
  tenant_id  uuid not null,
  block_id   uuid not null,
  unit_id    uuid not null,
  command_id uuid not null,
  seq        bigint not null,
  source     text not null,
  feed_id    uuid,
  uid        text,
  channel    text,
  stay       daterange not null check (not isempty(stay)),
  text       text,
  claims     boolean not null,
  removed    boolean not null default false,
  primary key (tenant_id, block_id)
);
create index block_unit on bookings.block (tenant_id, unit_id) where not removed;

-- Nights that are taken: of bookings that are held, confirmed or checked in, and of blocks. The constraint has the last
-- word on every race. A booking is its own holder; all blocks of a unit have the unit itself, so that they may overlap.
create table bookings.claim (
  tenant_id uuid not null,
  claim_id  uuid not null,
  unit_id   uuid not null,
  holder    uuid not null,
  stay      daterange not null check (not isempty(stay)),
  primary key (tenant_id, claim_id),
  constraint claim_no_overlap exclude using gist (tenant_id with =, unit_id with =, stay with &&, holder with <>)
);

alter table bookings.unit enable row level security;
alter table bookings.booking enable row level security;
alter table bookings.guest enable row level security;
alter table bookings.block enable row level security;
alter table bookings.claim enable row level security;
create policy tenant_only on bookings.unit to dvt_api using (tenant_id = log.tenant());
create policy tenant_only on bookings.booking to dvt_api using (tenant_id = log.tenant());
create policy tenant_only on bookings.guest to dvt_api using (tenant_id = log.tenant());
create policy tenant_only on bookings.block to dvt_api using (tenant_id = log.tenant());
create policy tenant_only on bookings.claim to dvt_api using (tenant_id = log.tenant());
create policy all_rows on bookings.unit to dvt_worker, dvt_projector using (true) with check (true);
create policy all_rows on bookings.booking to dvt_worker, dvt_projector using (true) with check (true);
create policy all_rows on bookings.guest to dvt_worker, dvt_projector using (true) with check (true);
create policy all_rows on bookings.block to dvt_worker, dvt_projector using (true) with check (true);
create policy all_rows on bookings.claim to dvt_worker, dvt_projector using (true) with check (true);
grant usage on schema bookings to dvt_api, dvt_worker, dvt_projector;
grant select, insert, update, delete on all tables in schema bookings to dvt_worker;
grant select on all tables in schema bookings to dvt_api;
