create table read.{table} (
  tenant_id    uuid not null,
  plan_id      text not null,
  version      text not null,
  state        text not null,
  digest       text not null,
  name         text,
  description  text,
  step_count   int not null,
  revision     bigint not null,
  created_at   timestamptz not null,
  published_at timestamptz,
  archived_at  timestamptz,
  document     jsonb not null,
  primary key (tenant_id, plan_id, version)
);

-- indexes
create index {table}_state on read.{table} (tenant_id, state, plan_id);
