create table runs.plan (
  tenant_id    uuid not null,
  plan_id      text not null,
  version      text not null,
  state        text not null check (state in ('draft', 'published', 'archived')),
  digest       text not null,
  document     bytea not null,
  revision     bigint not null,
  published_at timestamptz,
  primary key (tenant_id, plan_id, version)
);

-- A snapshot of what is needed to decide about a run: the fold of its stream up to seq. Later events may be in the log.
create table runs.run (
  tenant_id    uuid not null,
  run_id       text not null,
  slot         int not null,
  seq          bigint not null,
  terminal     boolean not null,
  command_id   uuid not null,
  key_id       uuid,
  plan_id      text not null,
  plan_version text not null,
  state        bytea not null,
  timer_due    timestamptz,
  owes         boolean not null default false,
  deferred     int not null default 0,
  touched_at   timestamptz not null default clock_timestamp(),
  primary key (tenant_id, run_id)
) with (fillfactor = 70);
-- Neither index has a column that each step changes: room in the page and no new index entry make those updates cheap.
create index run_open on runs.run (tenant_id) where not terminal;
-- Work is left that no timer and no message in flight would bring about.
create index run_owes on runs.run (tenant_id) where owes;
-- External signals that no step waits for yet.
create index run_deferred on runs.run (tenant_id) where deferred > 0;

-- Steps of runs too large for one document.
create table runs.step (
  tenant_id uuid not null,
  run_id    text not null,
  ordinal   int not null,
  state     bytea not null,
  primary key (tenant_id, run_id, ordinal)
);

alter table runs.plan enable row level security;
alter table runs.run enable row level security;
alter table runs.step enable row level security;
create policy tenant_only on runs.plan to dvt_api using (tenant_id = log.tenant());
create policy tenant_only on runs.run to dvt_api using (tenant_id = log.tenant());
create policy tenant_only on runs.step to dvt_api using (tenant_id = log.tenant());
create policy all_rows on runs.plan to dvt_worker, dvt_projector using (true) with check (true);
create policy all_rows on runs.run to dvt_worker, dvt_projector using (true) with check (true);
create policy all_rows on runs.step to dvt_worker, dvt_projector using (true) with check (true);

grant select, insert, update, delete on all tables in schema runs to dvt_worker;
grant select on all tables in schema runs to dvt_api;
