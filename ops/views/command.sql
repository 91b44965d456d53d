create table read.{table} (
  tenant_id     uuid not null,
  command_id    uuid not null,
  type          text not null,
  status        text not null,
  code          text,
  detail        text,
  resource_type text,
  resource_id   text,
  actor         text not null,
  accepted_at   timestamptz not null,
  finished_at   timestamptz not null,
  slot          int not null,
  "offset"      bigint not null,
  weight        int not null,
  data          text,
  primary key (tenant_id, command_id)
);

-- indexes
create index {table}_finished on read.{table} (tenant_id, finished_at, command_id);
create index {table}_refused on read.{table} (tenant_id, resource_id) where status = 'refused';
