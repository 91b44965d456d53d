create table read.{table} (
  tenant_id   uuid not null,
  schedule_id text not null,
  plan_id     text not null,
  enabled     boolean not null,
  revision    bigint not null,
  created_at  timestamptz not null,
  changed_at  timestamptz not null,
  definition  jsonb not null,
  primary key (tenant_id, schedule_id)
);

-- indexes
create index {table}_plan on read.{table} (tenant_id, plan_id, schedule_id);
