create table read.{table} (
  tenant_id      uuid not null,
  decision_id    uuid not null,
  run_id         text not null,
  signal_id      text not null,
  signal_type    text not null,
  step_id        text,
  actor          text not null,
  person         text,
  roles          text[] not null,
  effective_role text,
  decision       text not null,
  code           text,
  reason         text,
  policy         text not null,
  changed        boolean not null,
  review         boolean not null,
  bulk_job_id    text,
  decided_at     timestamptz not null,
  slot           int not null,
  "offset"       bigint not null,
  primary key (tenant_id, decision_id)
);

-- indexes
create index {table}_run on read.{table} (tenant_id, run_id, "offset");
create index {table}_bulk on read.{table} (tenant_id, bulk_job_id, run_id, "offset") where bulk_job_id is not null;
