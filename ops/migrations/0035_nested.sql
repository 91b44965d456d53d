-- Items of maps, some to a block: a completion rewrites its block and no more.
create table runs.item (
  tenant_id uuid not null,
  run_id    text not null,
  ordinal   int not null,
  block     int not null,
  state     bytea not null,
  primary key (tenant_id, run_id, ordinal, block)
);

-- Sub-runs that have not come to their end: what is found should a parent's word to them be lost.
create table runs.child (
  tenant_id     uuid not null,
  run_id        text not null,
  parent_run_id text not null,
  primary key (tenant_id, run_id)
);

alter table runs.item enable row level security;
alter table runs.child enable row level security;
create policy all_rows on runs.item to dvt_worker, dvt_projector using (true) with check (true);
create policy all_rows on runs.child to dvt_worker, dvt_projector using (true) with check (true);
grant select, insert, update, delete on runs.item, runs.child to dvt_worker;
