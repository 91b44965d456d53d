create table read.{table} (
  tenant_id uuid not null,
  plan_id   text not null,
  version   text not null,
  -- 'tokens', or a currency.
  unit      text not null,
  bucket    int not null,
  runs      bigint not null,
  primary key (tenant_id, plan_id, version, unit, bucket)
) with (fillfactor = 80);
