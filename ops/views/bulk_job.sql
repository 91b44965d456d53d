create table read.{table} (
  tenant_id       uuid not null,
  job_id          text not null,
  kind            text not null,
  signal_type     text,
  reason          text,
  total           int not null,
  sent            int not null,
  rate_per_second int,
  filter          jsonb,
  undo_of         text,
  run_ids         text[],
  command_ids     uuid[],
  actor           text not null,
  created_at      timestamptz not null,
  cancelled_at    timestamptz,
  finished_at     timestamptz,
  held_until      timestamptz,
  approved_by     text,
  rejected_code   text,
  primary key (tenant_id, job_id)
);

-- indexes
create index {table}_created on read.{table} (tenant_id, created_at, job_id);
create index {table}_undo on read.{table} (tenant_id, undo_of) where undo_of is not null;
