-- A job's row is a fold of its stream. next_at keeps its pace; checked says how far its signals are known to have been judged.
create table runs.bulk_job (
  tenant_id  uuid not null,
  job_id     text not null,
  command_id uuid,
  seq        bigint not null,
  status     text not null,
  definition json,
  actor      text not null,
  until      int not null default 0,
  sent       int not null default 0,
  checked    int not null default 0,
  tries      int not null default 0,
  next_at    timestamptz,
  primary key (tenant_id, job_id)
);

-- The runs of a selection, in order.
create table runs.bulk_part (
  tenant_id    uuid not null,
  job_id       text not null,
  selection_id text not null,
  part         int not null,
  run_ids      text[] not null,
  primary key (tenant_id, job_id, selection_id, part)
);

alter table runs.bulk_job enable row level security;
alter table runs.bulk_part enable row level security;
create policy all_rows on runs.bulk_job to dvt_worker, dvt_projector using (true) with check (true);
create policy all_rows on runs.bulk_part to dvt_worker, dvt_projector using (true) with check (true);
grant select, insert, update, delete on runs.bulk_job, runs.bulk_part to dvt_worker;
