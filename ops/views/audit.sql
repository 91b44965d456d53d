create table read.{table} (
  tenant_id     uuid not null,
  event_id      uuid not null,
  action        text not null,
  status        text not null,
  code          text,
  resource_type text,
  resource_id   text,
  actor         text not null,
  at            timestamptz not null,
  slot          int not null,
  "offset"      bigint not null,
  details       jsonb not null,
  primary key (tenant_id, event_id)
);

-- indexes
create index {table}_at on read.{table} (tenant_id, at, event_id);
