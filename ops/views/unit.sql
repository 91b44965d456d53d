create table read.{table} (
  tenant_id  uuid not null,
  unit_id    uuid not null,
  name       text not null,
  type       text not null,
  active     boolean not null,
  revision   bigint not null,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  definition jsonb not null,
  primary key (tenant_id, unit_id)
);
