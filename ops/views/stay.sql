create table read.{table} (
  tenant_id    uuid not null,
  booking_id   uuid not null,
  unit_id      uuid not null,
  channel      text not null,
  status       text not null,
  nights       daterange not null,
  currency     text not null,
  total        numeric not null,
  revenue      numeric[] not null,
  held_at      timestamptz not null,
  confirmed_at timestamptz,
  primary key (tenant_id, booking_id)
) with (fillfactor = 80);

-- indexes
create index {table}_nights on read.{table} using gist (tenant_id, nights) where status in ('held', 'confirmed', 'checked_in', 'completed');
create index {table}_held on read.{table} (tenant_id, held_at);
