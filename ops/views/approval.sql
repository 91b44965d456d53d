create table read.{table} (
  tenant_id     uuid not null,
  run_id        text not null,
  step_id       text not null,
  approval_id   text not null,
  plan_id       text not null,
  title         text not null,
  description   text,
  roles         text[] not null,
  four_eyes     boolean not null,
  started_by    text[] not null,
  min_approvals int not null,
  missing       int not null,
  approved_by   text[] not null,
  requested_at  timestamptz not null,
  deadline      timestamptz,
  on_deadline   text not null,
  level         int not null,
  primary key (tenant_id, run_id, step_id)
);

-- indexes
create index {table}_requested on read.{table} (tenant_id, requested_at, run_id, step_id);
create index {table}_deadline on read.{table} (deadline);
