-- Keys of commands whose resource does not bear the key's id, such as a run whose id the caller chose.
create table pipeline.idempotency (
  tenant_id  uuid not null,
  key_id     uuid not null,
  command_id uuid not null,
  primary key (tenant_id, key_id)
);
grant select, insert on pipeline.idempotency to dvt_worker;
