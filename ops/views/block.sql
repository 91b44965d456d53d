create table read.{table} (
  tenant_id  uuid not null,
  block_id   uuid not null,
  unit_id    uuid not null,
  source     text not null,
  feed_id    uuid,
  uid        text,
  channel    text,
  first      date not null,
  until      date not null,
  text       text,
  claims     boolean not null,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  primary key (tenant_id, block_id)
);

-- indexes
create index {table}_unit on read.{table} (tenant_id, unit_id, first);
