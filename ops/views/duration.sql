create table read.{table} (
  tenant_id uuid not null,
  plan_id   text not null,
  version   text not null,
  -- Empty for whole runs.
  step_id   text not null,
  bucket    int not null,
  runs      bigint not null,
  primary key (tenant_id, plan_id, version, step_id, bucket)
) with (fillfactor = 80);

-- indexes
create index {table}_of_runs on read.{table} (tenant_id, plan_id, version, bucket) include (runs) where step_id = '';
