create table read.{table} (
  tenant_id       uuid not null,
  plan_id         text not null,
  hour          timestamptz not null,
  started         bigint not null,
  completed       bigint not null,
  failed          bigint not null,
  cancelled       bigint not null,
  step_failures   bigint not null,
  step_retries    bigint not null,
  duration_sum_ms bigint not null,
  duration_max_ms bigint not null,
  primary key (tenant_id, hour, plan_id)
) with (fillfactor = 80);
