create table read.{table} (
  tenant_id      uuid not null,
  booking_id     uuid not null,
  code           text not null,
  unit_id        uuid not null,
  guest_id       uuid not null,
  status         text not null,
  payment_status text not null,
  channel        text not null,
  check_in       date not null,
  check_out      date not null,
  guests         int not null,
  currency       text not null,
  total          numeric not null,
  deposit        numeric not null,
  paid           numeric not null,
  refund_due     numeric not null,
  expires_at     timestamptz not null,
  created_at     timestamptz not null,
  confirmed_at   timestamptz,
  ended_at       timestamptz,
  updated_at     timestamptz not null,
  last_seq       bigint not null,
  primary key (tenant_id, booking_id)
);

-- indexes
create index {table}_created on read.{table} (tenant_id, created_at, booking_id);
create index {table}_status on read.{table} (tenant_id, status, created_at, booking_id);
create index {table}_unit on read.{table} (tenant_id, unit_id, check_in);
create index {table}_code on read.{table} (tenant_id, code);
